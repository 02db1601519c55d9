// The event log under load: all of it reaches everybody in order, whoever reads slowly costs nothing
// but time, and what is no longer kept makes room. BERTH_LONG=1: a reader that stops for a minute, a
// longer log.
import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fillEventLog } from '../bench/event_log.mjs';
import { residentMegabytes } from '../bench/processes.mjs';
import { RawFollower } from './event_client.mjs';
import { Service, eventually } from './harness.mjs';

const long = process.env.BERTH_LONG === '1';
const kBatch = 100;

/** Sends events in and follows them. */
class Load {
  sent = 0;
  slowestMs = 0;
  #followers = [];

  constructor(service, admin) { Object.assign(this, { service, admin }); }

  /** Events of `bytes` of text each; gives their ids. */
  async publish(count, bytes = 100) {
    const events = Array.from({ length: count }, () => ({
      type: 'data.step', source: 'load', source_id: String(this.sent++), data: { text: 'x'.repeat(bytes) },
    }));
    const begin = performance.now();
    const reply = await fetch(`${this.service.endpoint.url}/admin/v1/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.admin}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(events),
    });
    const { ids } = await reply.json();
    assert.equal(reply.status, 202);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - begin);
    return ids;
  }

  /** Notes the ids, and what is not in order. */
  async follow(after, onEvent = () => {}) {
    const seen = { ids: [], control: [] };
    const follower = new RawFollower(`${this.service.endpoint.url}/events?source=load`, this.admin, {
      after, reconnect: false,
      onEvent: (event) => {
        if (event.id) seen.ids.push(event.id);
        else seen.control.push(event);
        onEvent(event);
      },
    });
    this.#followers.push(follower);
    await eventually('the stream', () => follower.status === 200);
    return Object.assign(follower, seen, { log: () => this.service.log.slice(-2_000) });
  }

  async statistics() {
    const reply = await fetch(`${this.service.endpoint.url}/admin/v1/events/stats`,
                              { headers: { Authorization: `Bearer ${this.admin}` } });
    return reply.json();
  }

  async close() {
    for (const follower of this.#followers) follower.close();
    await this.service.stop();
  }
}

const begin = async (settings) => {
  const service = await Service.start(`[pool]\nwarm = 0\n${settings}`);
  return new Load(service, await service.token('admin'));
};
async function hasAll(follower, count, limitMs = 60_000) {
  try {
    await eventually(`${count} events`, () => follower.ids.length >= count || follower.response.closed, limitMs);
  } finally {
    // The stream ends with the service only.
    assert.ok(follower.ids.length >= count,
              `${follower.ids.length} of ${count}, ${follower.response.closed ? 'closed' : 'open'}: ${follower.log()}`);
  }
}

describe('event load', { timeout: long ? 400_000 : 120_000 }, () => {
  let load;

  before(async () => { load = await begin('[history]\nkeep_count = 100000000\n'); });
  after(() => load.close());

  test('1,000 events as fast as possible to each of five, and memory is flat', async (context) => {
    const followers = await Promise.all(Array.from({ length: 5 }, () => load.follow()));
    const expected = [];
    // What the service keeps of recent events while somebody follows, 8 MiB, is full from now on.
    for (let i = 0; i < 20; ++i) expected.push(...await load.publish(kBatch, 6_000));
    const memory = [];
    for (let round = 0; round < 6; ++round) {
      // Ten producers at once, so that whatever they send is committed in any order.
      const ids = await Promise.all(Array.from({ length: 1_000 / kBatch }, () => load.publish(kBatch)));
      expected.push(...ids.flat());
      for (const follower of followers) await hasAll(follower, expected.length);
      memory.push(await residentMegabytes(load.service.pid));
    }
    expected.sort((a, b) => a - b);
    for (const follower of followers) assert.deepEqual(follower.ids, expected);
    const growth = memory.at(-1) - memory[0];
    context.diagnostic(`${growth.toFixed(1)} MB more after 5,000 events than after the first 1,000`);
    assert.ok(growth < 4, `${growth} MB`);
    for (const follower of followers) follower.close();
  });

  test('a reader that has stopped costs nobody anything and then gets everything', async (context) => {
    const stopped = await load.follow();
    const live = await load.follow();
    const expected = await load.publish(kBatch);
    await hasAll(stopped, kBatch);
    stopped.pause();
    const start = Date.now();
    const { replayed } = await load.statistics();
    const before = await residentMegabytes(load.service.pid);
    // More than the sockets and what is kept of recent events can hold.
    const least = 40_000;
    const longest = long ? 60_000 : 0;
    while (expected.length < least || Date.now() - start < longest) {
      expected.push(...await load.publish(kBatch, 600));
      // Whoever reads is up to date all the time: the other does not delay it.
      await hasAll(live, expected.length);
    }
    const growth = (await residentMegabytes(load.service.pid)) - before;
    assert.ok(stopped.ids.length < expected.length / 2, `${stopped.ids.length} were read all the same`);
    context.diagnostic(`stopped for ${Math.round((Date.now() - start) / 1_000)} s while ${expected.length} ` +
      `events came: ${growth.toFixed(1)} MB more`);
    assert.ok(growth < 16, `${growth} MB`);
    stopped.resume();
    await hasAll(stopped, expected.length, 120_000);
    assert.deepEqual(stopped.ids, expected);
    assert.deepEqual(live.ids, expected);
    await eventually('the store to be counted', async () => (await load.statistics()).replayed > replayed);
  });
});

describe('event retention', { timeout: long ? 600_000 : 120_000 }, () => {
  const kStored = long ? 1_000_000 : 100_000;
  const kKept = 5_000;
  let load;

  before(async () => { load = await begin(''); });
  after(() => load.close());

  test('gives space back while events come and are followed, and delays neither', async (context) => {
    const { service } = load;
    const size = async () => (await stat(path.join(service.dataDir, 'berth.db'))).size / 2 ** 20;
    await writeFile(service.config, `[pool]\nwarm = 0\n[history]\nkeep_count = ${kKept}\n`);
    const { last } = await fillEventLog(service, kStored);
    const full = await size();
    const follower = await load.follow(last);
    const expected = [];
    // The oldest that is kept is told to those who ask for more.
    const oldest = async () => {
      const reply = await fetch(`${service.endpoint.url}/admin/v1/events?last_event_id=0&limit=1`,
                                { headers: { Authorization: `Bearer ${load.admin}` } });
      return (await reply.json()).items[0].id;
    };
    const sizes = [];
    while ((await oldest()) < last - kKept) {
      expected.push(...await load.publish(10));
      sizes.push(await size());
    }
    const during = load.slowestMs;
    context.diagnostic(`${kStored} events went; slowest of ${expected.length / 10} batches that were sent in ` +
      `meanwhile ${during.toFixed(0)} ms; ${full.toFixed(0)} MB became ${sizes.at(-1).toFixed(0)} MB meanwhile`);
    assert.ok(Math.max(...sizes) < full + 4, 'it grew');
    // A gross one: what else the machine does counts as well.
    assert.ok(during < 2_000, `${during} ms`);
    await eventually('the space', async () => {
      expected.push(...await load.publish(1));
      return (await size()) < full / 4;
    }, long ? 300_000 : 60_000);
    await hasAll(follower, expected.length);
    assert.deepEqual(follower.ids, expected);
    const late = await load.follow(1);
    await eventually('the replay', () => late.control.some(({ type }) => type === 'replay.caught_up'));
    assert.equal(late.control[0].type, 'replay.truncated');
    assert.equal(late.control[0].data.requested_id, 1);
    assert.ok(late.control[0].data.oldest_id > last - kKept);
  });
});
