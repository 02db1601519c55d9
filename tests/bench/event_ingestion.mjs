// How many events other systems can send in: each is on the disk before it is acknowledged, and is
// looked for by its source and id, so that it is stored once.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { binDir } from '../e2e/harness.mjs';
import { atLeast, median, note } from './measure.mjs';
import { processorTime } from './processes.mjs';
import { withService } from './service.mjs';

const settings = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n[log]\nlevel = "warning"\n';
const producers = 16;
const batch = 25;

export default (options) => withService(settings, async (service) => {
  const token = await service.token('admin');
  const rounds = [];
  for (let round = 0; round < (options.short ? 1 : 5); ++round) {
    const cpu = await processorTime(service.pid);
    const { stdout } = await promisify(execFile)(path.join(binDir, 'tests/event_ingestion'), [
      '--port', new URL(service.endpoint.url).port, '--publish', '/admin/v1/events',
      '--header', `Authorization: Bearer ${token}`, '--source', `bench-${round}`,
      '--producers', producers, '--batch', batch, '--seconds', options.short ? 2 : 5].map(String));
    const result = JSON.parse(stdout);
    rounds.push({ ...result, cpu_us: ((await processorTime(service.pid)) - cpu) * 1_000 / result.events });
  }
  const middle = (value) => median(rounds.map(value));
  const name = `events sent in, ${producers} producers, ${batch} at a time`;
  note(name, middle((each) => each.events / each.seconds), '/s', atLeast(20_000));
  note(`${name}, until acknowledged, p50`, middle((each) => each.p50_us / 1_000), 'ms');
  note(`${name}, until acknowledged, p99`, middle((each) => each.p99_us / 1_000), 'ms');
  note('events sent in: CPU per event', middle((each) => each.cpu_us), 'µs');
});
