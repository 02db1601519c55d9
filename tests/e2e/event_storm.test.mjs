// Twenty who follow the events while their connections are cut at random and the service is killed:
// each gets every event once and in order. BERTH_LONG=1: 100,000 events and 1,000 cuts.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RawFollower, Wire, byEventSource } from './event_client.mjs';
import { Service, eventually } from './harness.mjs';

const long = process.env.BERTH_LONG === '1';
const kEvents = long ? 100_000 : 15_000;
const kCuts = long ? 1_000 : 150;
const kKills = 3;
const kBatch = 50;
const kFollowers = 20;

/** Checks events as they come, so that nothing has to be kept. */
class Ledger {
  seen = 0;
  last = 0;
  problems = [];
  take({ id, data }) {
    if (id <= this.last) this.problems.push(`id ${id} after ${this.last}`);
    this.last = id;
    // Batches are committed in order, so numbers rise by one with the ids.
    if (data.data.number !== this.seen) {
      this.problems.push(`event ${data.data.number} where ${this.seen} was due`);
    }
    this.seen = data.data.number + 1;
  }
}

describe('event storm', { timeout: long ? 1_200_000 : 220_000 }, () => {
  let service;
  let wire;
  let admin;

  before(async () => {
    service = await Service.start('[events]\nheartbeat = "1s"\n');
    admin = await service.token('admin');
    wire = await Wire.to(() => ({ host: '127.0.0.1', port: new URL(service.endpoint.url).port }));
  });
  after(async () => {
    wire.close();
    await service.stop();
  });

  /** Sends until it is acknowledged, however often the service goes away meanwhile. */
  async function publish(first) {
    const body = JSON.stringify(Array.from({ length: kBatch }, (_, i) => ({
      type: 'data.step', source: 'storm', source_id: String(first + i), data: { number: first + i },
    })));
    for (;;) {
      try {
        const reply = await fetch(`${service.endpoint.url}/admin/v1/events`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
          body,
        });
        if (reply.status === 202) return (await reply.json()).ids;
      } catch {
        // It was killed: the same batch again, which is stored once.
      }
      await delay(20);
    }
  }

  test('0 gaps, 0 duplicates, order kept, for each', async (context) => {
    const target = `${wire.url}/events?topic=data`;
    const ledgers = Array.from({ length: kFollowers }, () => new Ledger());
    const followers = ledgers.map((ledger, i) => {
      const onEvent = (event) => { if (event.id) ledger.take(event); };
      return i % 2 === 0 ? byEventSource(`${target}&last_event_id=0`, admin, { onEvent })
                         : new RawFollower(target, admin, { onEvent, after: 0 });
    });
    // One reads nothing for most of the time.
    const stopped = followers[1];
    const started = Date.now();
    const steps = kEvents / kBatch;
    for (let i = 0; i < steps; ++i) {
      await publish(i * kBatch);
      if (i === Math.floor(steps / 10)) stopped.pause();
      if (i === Math.floor(steps * 0.9)) stopped.resume();
      const due = Math.floor(((i + 1) * kCuts) / steps) - Math.floor((i * kCuts) / steps);
      for (let cut = 0; cut < due; ++cut) wire.cut(Math.floor(Math.random() * 1_000));
      if (Math.floor(((i + 1) * (kKills + 1)) / steps) > Math.floor((i * (kKills + 1)) / steps) &&
          i + 1 < steps) {
        await service.crash();
        await service.launch();
      }
    }
    await eventually('everybody to have everything', () =>
      ledgers.every((ledger) => ledger.seen >= kEvents || ledger.problems.length > 0),
      long ? 300_000 : 90_000);
    for (const follower of followers) follower.close();
    for (const [i, ledger] of ledgers.entries()) {
      assert.deepEqual(ledger.problems.slice(0, 3), [], `follower ${i}`);
      assert.equal(ledger.seen, kEvents, `follower ${i}`);
    }
    context.diagnostic(`${kEvents} events to each of ${kFollowers}, ${kCuts} cuts, ${kKills} kills, ` +
      `${Math.round((Date.now() - started) / 1_000)} s: 0 gaps, 0 duplicates`);
  });
});
