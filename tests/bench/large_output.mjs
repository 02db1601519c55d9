// A command that prints 600 MB, beside the same command into a file of the same file system: how
// much of the file's speed is left, and that output costs no memory. Berth needs about twice the
// processor time, as the bytes go through one more pipe, and hides it where a second processor is
// free: on a machine that is fully busy the ratio comes close to its target.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { atLeast, atMost, median, note, timed } from './measure.mjs';
import { childrenNamed, peakMegabytes, residentMegabytes } from './processes.mjs';
import { RestClient } from './rest_client.mjs';
import { openSession, withService } from './service.mjs';

const rounds = 7;
const megabyte = 1 << 20;
const printing = (bytes) => `yes ${'a'.repeat(99)} | head -c ${bytes}`;

/** The command in the session; it is erased outside the measured time, as the file is. */
async function throughBerth(session, rest, bytes) {
  let job;
  const time = await timed(async () => {
    job = await session.run(printing(bytes), { yield_after_ms: 600_000 });
  });
  if (job.state !== 'succeeded' || job.stdout_bytes !== bytes) {
    throw new Error(`${job.state} with ${job.stdout_bytes} of ${bytes} bytes`);
  }
  await rest.request('GET', '/admin/v1/jobs?limit=1');  // a list waits until the job's end is stored
  await rest.request('POST', `/admin/v1/jobs/${job.job_id}/purge`);
  return time;
}

async function intoFile(file, bytes) {
  const time = await timed(async () => {
    const child = spawn('bash', ['-c', `${printing(bytes)} > "$0"`, file], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the command ended with ${code}`);
  });
  await rm(file);
  return time;
}

// Without terminals in advance and one that asks for the login environment: the only host is the
// session's.
const settings = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n';

export default (options) => withService(settings, async (service) => {
  const bytes = (options.short ? 60 : 600) * megabyte;
  const rest = new RestClient(service);
  const session = await openSession(service);
  const [host, ...others] = await childrenNamed(service.pid, 'berth-host');
  if (!host || others.length > 0) throw new Error('berthd should have one child berth-host');
  const processes = { berthd: service.pid, 'berth-host': host };

  // Once small: the pages of the code that does it are not what output costs.
  await throughBerth(session, rest, megabyte);
  const before = {};
  for (const [name, pid] of Object.entries(processes)) before[name] = await residentMegabytes(pid);

  const times = { berth: [], file: [] };
  const contestants = {
    berth: () => throughBerth(session, rest, bytes),
    file: () => intoFile(path.join(service.dir, 'output'), bytes),
  };
  for (let round = 0; round < rounds; ++round) {
    // The disk still writes what the one before has left: each comes first in turn.
    const order = Object.keys(contestants);
    for (const name of round % 2 === 0 ? order : order.reverse()) times[name].push(await contestants[name]());
  }

  const speed = (name) => (bytes / megabyte) * 1000 / median(times[name]);
  const size = `${bytes / megabyte} MB of output`;
  note(`${size}, p50`, speed('berth'), 'MB/s');
  note('the same into a file, p50', speed('file'), 'MB/s');
  note('output: berth / file', speed('berth') / speed('file'), '', atLeast(0.5));
  for (const [name, pid] of Object.entries(processes)) {
    // The peak of its life less what it had before: never less than what the output has cost.
    note(`${name}, growth with ${size}`, await peakMegabytes(pid) - before[name], 'MB', atMost(8));
  }
  await session.close();
  rest.close();
});
