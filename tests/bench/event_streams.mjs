// What it costs to tell everybody: subscribers of the event stream while events are published at a
// steady rate, each stored before it is told. With --peers beside nginx and nchan, which keep messages
// in memory, under the same load from the same client in the same run.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { binDir, eventually } from '../e2e/harness.mjs';
import { atLeast, atMost, note } from './measure.mjs';
import { childrenNamed, ended, processorTime, residentMegabytes } from './processes.mjs';
import { withService } from './service.mjs';

const settings = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n[log]\nlevel = "warning"\n';
const loads = [
  { subscribers: 1, rate: 200 },
  { subscribers: 1_000, rate: 20 },
  { subscribers: 1_000, rate: 200 },
  { subscribers: 5_000, rate: 100 },
];
const kRounds = 3;
const payload = 'x'.repeat(100);

/** Runs the load and says what came of it, with the processor time of the servers' processes. */
async function measure({ port, follow, publish, header, body, pids }, { subscribers, rate }, seconds) {
  const times = async () =>
    (await Promise.all((await pids()).map(processorTime))).reduce((sum, time) => sum + time, 0);
  const before = await times();
  const { stdout } = await promisify(execFile)(path.join(binDir, 'tests/event_load'), [
    '--port', port, '--follow', follow, '--publish', publish, '--body', body,
    ...(header ? ['--header', header] : []),
    '--subscribers', subscribers, '--rate', rate, '--seconds', seconds,
  ].map(String));
  const result = JSON.parse(stdout);
  return { ...result, cpu_us: ((await times()) - before) * 1_000 / Math.max(1, result.delivered) };
}

async function berthTarget(service) {
  const token = await service.token('admin');
  return {
    port: new URL(service.endpoint.url).port,
    follow: '/events/data',
    publish: '/admin/v1/events',
    header: `Authorization: Bearer ${token}`,
    body: `{"type":"data.bench","source":"bench-${Date.now()}","source_id":"%n","data":{"text":"${payload}","t":%t}}`,
    pids: async () => [service.pid],
  };
}

async function freePort() {
  const server = net.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function withNchan(work) {
  const dir = await mkdtemp(path.join(tmpdir(), 'berth-nchan-'));
  const port = await freePort();
  await writeFile(path.join(dir, 'nginx.conf'), `
    load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
    daemon off; worker_processes auto; worker_rlimit_nofile 20000; pid ${dir}/pid; error_log stderr crit;
    events { worker_connections 9000; }
    http {
      access_log off; client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy;
      fastcgi_temp_path ${dir}/fastcgi; uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
      keepalive_requests 1000000; nchan_shared_memory_size 512M;
      server {
        listen 127.0.0.1:${port};
        location = /pub { nchan_publisher; nchan_channel_id c; nchan_message_buffer_length 1000; }
        location = /sub { nchan_subscriber eventsource; nchan_channel_id c; nchan_subscriber_first_message newest; }
      }
    }`);
  const nginx = spawn('/usr/sbin/nginx', ['-p', dir, '-c', path.join(dir, 'nginx.conf'), '-e', 'stderr'],
                      { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await eventually('nginx to listen', () => new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
      socket.on('error', () => resolve(false));
    }));
    return await work({
      port, follow: '/sub', publish: '/pub', header: '',
      // As long as one of Berth's.
      body: `{"id":123456,"time":"2026-01-31T12:00:00.000Z","type":"data.bench","topic":"data","severity":"info","source":"bench-1769860800000","source_id":"%n","correlation_id":"cor_aaaaaaaaaaaaaaaaaaaaaaaaaa","data":{"text":"${payload}","t":%t}}`,
      pids: async () => [nginx.pid, ...await childrenNamed(nginx.pid, 'nginx')],
    });
  } finally {
    nginx.kill('SIGTERM');
    await ended(nginx.pid);
    await rm(dir, { recursive: true, force: true });
  }
}

/** The median of each figure. */
function typical(results) {
  return Object.fromEntries(Object.keys(results[0]).map((name) => {
    const sorted = results.map((result) => result[name]).sort((a, b) => a - b);
    return [name, sorted[Math.floor(sorted.length / 2)]];
  }));
}

function tell(who, load, result) {
  const name = `${who}, ${load.subscribers} × ${load.rate}/s`;
  note(`${name}, delivered in time`, (100 * result.delivered) / result.due, '%');
  note(`${name}, p50`, result.p50_us / 1_000, 'ms');
  note(`${name}, p99`, result.p99_us / 1_000, 'ms');
  note(`${name}, CPU per frame`, result.cpu_us, 'µs');
}

/** More events than all subscribers together keep in memory. */
async function fillRecentEvents(service, target) {
  const data = { text: 'x'.repeat(1_000) };
  for (let i = 0; i < 20; ++i) {
    const reply = await fetch(service.endpoint.url + target.publish, {
      method: 'POST',
      headers: { Authorization: target.header.slice(15), 'Content-Type': 'application/json' },
      body: JSON.stringify(Array.from({ length: 1_000 }, (_, k) =>
        ({ type: 'data.bench', source: 'fill', source_id: `${i}-${k}`, data }))),
    });
    if (!reply.ok) throw new Error(await reply.text());
  }
}

/**
 * Private memory of one more subscriber, from many that only wait: what grows between a thousand and
 * nine thousand of them. Their connections are events too: what is kept of recent ones is full
 * before.
 */
async function subscriberMemory() {
  await withService(settings, async (service) => {
    const target = await berthTarget(service);
    const loads = [];
    const resident = [];
    for (const count of [1_000, 8_000]) {
      loads.push(spawn(path.join(binDir, 'tests/event_load'), [
        '--port', target.port, '--follow', '/events/errors', '--publish', target.publish,
        '--header', target.header, '--body', target.body, '--subscribers', count, '--rate', 1,
        '--seconds', 60].map(String), { stdio: 'ignore' }));
      const subscribers = resident.length === 0 ? 1_000 : 9_000;
      await eventually('all to be there', async () => {
        const reply = await fetch(`${service.endpoint.url}/admin/v1/events/stats`,
                                  { headers: { Authorization: target.header.slice(15) } });
        return (await reply.json()).subscribers === subscribers;
      }, 30_000);
      if (resident.length === 0) await fillRecentEvents(service, target);
      resident.push(await residentMegabytes(service.pid));
    }
    note('one more subscriber, from 1,000 to 9,000', ((resident[1] - resident[0]) * 1024) / 8_000, 'KB',
         atMost(2));
    for (const load of loads) {
      load.kill();
      await once(load, 'exit');
    }
  });
}

export default async (options) => {
  const seconds = options.short ? 2 : 8;
  const chosen = options.short ? loads.slice(0, 2) : loads;
  for (const load of chosen) {
    const berth = [];
    const nchan = [];
    // Alternately, each on processes of its own.
    for (let round = 0; round < (options.peers ? kRounds : 1); ++round) {
      berth.push(await withService(settings, async (service) =>
        measure(await berthTarget(service), load, seconds)));
      if (options.peers) nchan.push(await withNchan((target) => measure(target, load, seconds)));
    }
    const own = typical(berth);
    tell('events', load, own);
    if (load.subscribers === 1) note('events, one subscriber, publish to receive, p50', own.p50_us / 1_000, 'ms', atMost(0.5));
    if (!options.peers) continue;
    const peer = typical(nchan);
    tell('nchan', load, peer);
    const name = `${load.subscribers} × ${load.rate}/s, Berth / nchan`;
    // Twice as much as nchan, or all there is.
    const fallsBehind = peer.delivered < 0.98 * peer.due;
    note(`${name}, delivered`, own.delivered / peer.delivered, '',
         fallsBehind ? atLeast(Math.min(2, (0.99 * own.due) / peer.delivered)) : {});
    // With one subscriber that is what storing costs.
    note(`${name}, CPU per frame`, own.cpu_us / peer.cpu_us, '', load.subscribers > 1 ? atMost(1) : {});
    note(`${name}, p99`, own.p99_us / peer.p99_us, '', load.rate === 20 ? atMost(1) : {});
  }
  if (!options.short) await subscriberMemory();
};
