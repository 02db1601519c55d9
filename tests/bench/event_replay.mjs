// What a follower waits for who comes back: how soon the first event arrives out of a long log, and
// how fast the rest.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { binDir } from '../e2e/harness.mjs';
import { fillEventLog } from './event_log.mjs';
import { atLeast, atMost, median, note } from './measure.mjs';
import { processorTime, residentMegabytes } from './processes.mjs';
import { withService } from './service.mjs';

// The log is longer than what is kept by default.
const settings = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n[log]\nlevel = "warning"\n' +
  '[history]\nkeep_count = 1000000000\n';

async function replay(service, place) {
  const { stdout } = await promisify(execFile)(path.join(binDir, 'tests/event_replay'), [
    '--port', new URL(service.endpoint.url).port, '--follow', `/events?${place}`,
    '--header', `Authorization: Bearer ${await service.token('admin')}`]);
  return JSON.parse(stdout);
}

export default (options) => withService(settings, async (service) => {
  const stored = options.short ? 200_000 : 10_000_000;
  const replayed = options.short ? 100_000 : 1_000_000;
  const rounds = options.short ? 3 : 9;
  const { last, begin } = await fillEventLog(service, stored);

  // Where it begins does not matter: in the middle, near the end.
  const places = {
    'last_event_id': (round) => `last_event_id=${last - 1_000 - round}`,
    'since': (round) => `since=${new Date(begin + 3_590_000 + round).toISOString()}`,
  };
  for (const [name, place] of Object.entries(places)) {
    const times = [];
    for (let round = 0; round < rounds; ++round) {
      const { events, first_event_us: first } = await replay(service, place(round));
      if (events === 0) throw new Error(`nothing was replayed from ${place(round)}`);
      times.push(first / 1_000);
    }
    note(`replay: first event of ${stored}, ${name}, p50`, median(times), 'ms');
    note(`replay: first event of ${stored}, ${name}, longest`, Math.max(...times), 'ms', atMost(20));
  }

  const rates = [];
  const shares = [];
  const before = await residentMegabytes(service.pid);
  for (let round = 0; round < (options.short ? 2 : 3); ++round) {
    const cpu = await processorTime(service.pid);
    const result = await replay(service, `last_event_id=${last - replayed}`);
    if (result.events < replayed) throw new Error(`${result.events} of ${replayed} were replayed`);
    rates.push(result.events / (result.caught_up_us / 1e6));
    shares.push(((await processorTime(service.pid)) - cpu) * 1_000 / result.events);
  }
  note(`replay of ${replayed} events over one stream`, median(rates), '/s', atLeast(500_000));
  note('replay: CPU per event', median(shares), 'µs');
  note('replay: memory it takes', (await residentMegabytes(service.pid)) - before, 'MB');
});
