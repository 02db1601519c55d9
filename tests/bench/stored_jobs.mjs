// What a history costs at the start: from spawning berthd until it says that it is ready, on a data
// folder with many ended jobs and on one that has been started before, but has none.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { binDir } from '../e2e/harness.mjs';
import { atMost, median, note, timed } from './measure.mjs';
import { ended } from './processes.mjs';
import { openSession, withService } from './service.mjs';

// Neither terminals nor login shells: they cost the same whatever is stored.
const settings = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n';
const sessionsAtOnce = 4;
const startLimitMs = 30_000;

/** Really runs so many commands. */
async function runJobs(service, count, command) {
  const sessions = await Promise.all(Array.from({ length: sessionsAtOnce }, () => openSession(service)));
  await Promise.all(sessions.map(async (session) => {
    for (let job = 0; job < count / sessionsAtOnce; ++job) await session.run(command);
  }));
  await Promise.all(sessions.map((session) => session.close()));
}

async function stopService(service) {
  process.kill(service.pid, 'SIGTERM');
  await ended(service.pid);
}

function isReady(socketPath) {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/health/ready', agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
    });
    request.on('error', () => resolve(false));  // not there yet
  });
}

/** Starts berthd on a stopped service's folders, ends it again and says how long the start took. */
async function startTime(service) {
  const socketPath = path.join(service.runtimeDir, 'berth.sock');
  let child;
  const time = await timed(async () => {
    child = spawn(
      path.join(binDir, 'berthd'),
      ['--config', service.config, '--data-dir', service.dataDir, '--runtime-dir', service.runtimeDir],
      { env: service.environment, cwd: service.dir, stdio: 'ignore' });
    const deadline = Date.now() + startLimitMs;
    // Asked more often than `eventually` does: a start takes about as long as that waits.
    while (!(await isReady(socketPath))) {
      if (child.exitCode !== null) throw new Error(`berthd ended with ${child.exitCode}`);
      if (Date.now() > deadline) throw new Error(`berthd was not ready after ${startLimitMs} ms`);
      await delay(1);
    }
  });
  child.kill('SIGTERM');
  await once(child, 'exit');
  return time;
}

const withServices = (count, use, services = []) =>
  count === 0 ? use(...services)
    : withService(settings, (service) => withServices(count - 1, use, [...services, service]));

export default (options) => withServices(3, async (silent, wordy, empty) => {
  const count = options.short ? 1_000 : 10_000;
  await runJobs(silent, count, 'true');
  await runJobs(wordy, count, 'seq 1 2000');  // 9 KB each, kept in the database
  const services = { silent, wordy, empty };
  const times = { silent: [], wordy: [], empty: [] };
  await Promise.all(Object.values(services).map(stopService));
  for (let round = -1; round < (options.short ? 7 : 15); ++round) {  // the first one only warms up
    for (const [name, service] of Object.entries(services)) {
      const time = await startTime(service);
      if (round >= 0) times[name].push(time);
    }
  }
  note('start of berthd without stored jobs, p50', median(times.empty), 'ms');
  for (const [name, output] of [['silent', 'without output'], ['wordy', 'with 9 KB of output']]) {
    const time = median(times[name]);
    note(`start of berthd with ${count} stored jobs ${output}, p50`, time, 'ms');
    note(`start: ${count} stored jobs ${output} / none`, time / median(times.empty), '', atMost(3));
  }
});
