// Measures what an agent waits for and what the machine pays. Times are compared with peers measured
// alternately in the same run, because absolute times drift on shared machines; only ratios and
// memory have targets.
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Service } from '../e2e/harness.mjs';
import { StdioClient } from './stdio_client.mjs';

const { values: options } = parseArgs({
  options: { short: { type: 'boolean' }, peers: { type: 'boolean' }, json: { type: 'string' } },
});
const rounds = options.short ? 5 : 20;
const callsPerRound = options.short ? 20 : 25;
const startRounds = options.short ? 3 : 7;

const peerPackage = (file) => fileURLToPath(new URL(`node_modules/${file}`, import.meta.url));

const percentile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

async function timed(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Resident memory of a process in MB. */
async function residentMegabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(status.match(/^VmRSS:\s+(\d+) kB/m)[1]) / 1024;
}

async function childrenNamed(parent, name) {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = [];
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (status.startsWith(`Name:\t${name}\n`) && status.includes(`\nPPid:\t${parent}\n`)) found.push(pid);
  }
  return found;
}

const results = [];

/** Notes a figure; `target` is the most it may be, nothing means that it is only told. */
function note(what, value, unit, target) {
  results.push({ what, value, unit, target, met: target === undefined || value <= target });
}

/** The peers' `echo hi`, each with the tool that its readers are told to use. */
function peers(home) {
  const server = (file, ...args) => ({
    command: process.execPath,
    args: [peerPackage(file), ...args],
    env: { PATH: process.env.PATH, HOME: home },
    cwd: home,
  });
  return {
    'mcp-server-commands': {
      server: server('mcp-server-commands/build/index.js'),
      tool: 'run_command',
      args: { command: 'echo hi' },
      target: 1 / 3,
    },
    'desktop-commander': {
      server: server('@wonderwhy-er/desktop-commander/dist/index.js'),
      tool: 'start_process',
      args: { command: 'echo hi', timeout_ms: 5000 },
      target: 1 / 6,
    },
  };
}

/** Alternates the contestants in rounds and returns the times of each. */
async function alternate(contestants) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -1; round < rounds; ++round) {  // the first one only warms up
    for (const [name, { client, tool, args }] of Object.entries(contestants)) {
      for (let call = 0; call < callsPerRound; ++call) {
        let answer;
        const time = await timed(async () => { answer = await client.call(tool, args); });
        if (!answer.content.some(({ text }) => text.includes('hi'))) {
          throw new Error(`no output: ${JSON.stringify(answer)}`);
        }
        if (round >= 0) times[name].push(time);
      }
    }
  }
  return times;
}

async function measureCommands(service, home) {
  const client = new StdioClient(service.bridge);
  await client.initialize();
  const { session_id } = (await client.call('start_session', {})).structuredContent;
  const berth = { client, tool: 'run_command', args: { command: 'echo hi', session_id } };

  const alone = (await alternate({ berth })).berth;
  note('echo hi through the bridge, p50', percentile(alone, 0.5), 'ms');
  note('echo hi through the bridge, p99', percentile(alone, 0.99), 'ms');
  // One peer at a time: some go on working after their answer, which would be the others' loss.
  for (const [name, { server, tool, args, target }] of Object.entries(options.peers ? peers(home) : {})) {
    const peer = { client: new StdioClient(server), tool, args };
    await peer.client.initialize();
    const times = await alternate({ berth, [name]: peer });
    await peer.client.close();
    const [ours, theirs] = [times.berth, times[name]].map((all) => percentile(all, 0.5));
    note(`echo hi beside ${name}, p50`, ours, 'ms');
    note(`echo hi with ${name}, p50`, theirs, 'ms');
    note(`echo hi: berth / ${name}`, ours / theirs, '', target);
  }
  await client.close();
}

async function measureStart(service, home) {
  const token = await service.token();
  const contestants = { 'berth-bridge': service.bridge };
  if (options.peers) {
    contestants['mcp-remote'] = {
      command: process.execPath,
      args: [peerPackage('mcp-remote/dist/proxy.js'), `${service.endpoint.url}/mcp`,
             '--header', `Authorization: Bearer ${token}`, '--transport', 'http-only'],
      env: { PATH: process.env.PATH, HOME: home },
      cwd: home,
    };
  }
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < startRounds; ++round) {
    for (const [name, server] of Object.entries(contestants)) {
      let client;
      times[name].push(await timed(() => {
        client = new StdioClient(server);
        return client.initialize();
      }));
      await client.close();
    }
  }
  const p50 = (name) => percentile(times[name], 0.5);
  note('start of the bridge until initialize is answered, p50', p50('berth-bridge'), 'ms');
  if (options.peers) {
    note('the same with mcp-remote, p50', p50('mcp-remote'), 'ms');
    note('start: berth-bridge / mcp-remote', p50('berth-bridge') / p50('mcp-remote'), '', 0.1);
  }
}

/** On an instance that has served nothing yet; the host with a session that has run nothing. */
async function measureMemory(service) {
  note('berthd, idle, resident', await residentMegabytes(service.pid), 'MB', 25);
  const client = new StdioClient(service.bridge);
  await client.initialize();
  const { session_id } = (await client.call('start_session', {})).structuredContent;
  const hosts = await childrenNamed(service.pid, 'berth-host');
  if (hosts.length === 0) throw new Error('berthd has no child berth-host');
  const sizes = await Promise.all(hosts.map(residentMegabytes));
  note('berth-host, idle, resident (largest)', Math.max(...sizes), 'MB', 4);
  await client.call('end_session', { session_id });
  await client.close();
}

function printTable() {
  const format = (value, unit) => `${value.toFixed(value < 10 ? 2 : 1)}${unit && ` ${unit}`}`;
  const rows = results.map(({ what, value, unit, target, met }) => [
    what, format(value, unit), target === undefined ? '' : `≤ ${Number(target.toPrecision(3))}${unit && ` ${unit}`}`,
    target === undefined ? '' : met ? 'met' : 'MISSED']);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  for (const [what, value, target, verdict] of rows) {
    console.log(`${what.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${target.padEnd(widths[2])}  ${verdict}`.trimEnd());
  }
}

const home = await mkdtemp(path.join(tmpdir(), 'berth-bench-'));
// The peer's own switch: measured on this machine alone, it has nobody to tell.
await mkdir(path.join(home, '.claude-server-commander'));
await writeFile(path.join(home, '.claude-server-commander/config.json'), '{"telemetryEnabled":false}');
const service = await Service.start();
try {
  await measureMemory(service);
  await measureCommands(service, home);
  await measureStart(service, home);
} finally {
  await service.stop();
  await rm(home, { recursive: true, force: true });
}
printTable();
if (options.json) await writeFile(options.json, JSON.stringify(results, null, 2) + '\n');
const judged = results.filter(({ target }) => target !== undefined);
const missed = judged.filter(({ met }) => !met).length;
console.log(`bench: ${judged.length - missed} of ${judged.length} targets met`);
process.exitCode = missed > 0 ? 1 : 0;
