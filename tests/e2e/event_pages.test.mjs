// The event log as JSON pages: whatever can be asked of the stream can be asked of the list, and
// both understand it alike.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fillEventLog } from '../bench/event_log.mjs';
import { RawFollower } from './event_client.mjs';
import { Service, eventually } from './harness.mjs';

const kSteps = 40;

describe('event pages', { timeout: 60_000 }, () => {
  let service;
  let admin;
  let job;
  let steps;

  const request = async (target, body) => {
    const reply = await fetch(`${service.endpoint.url}${target}`, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Bearer ${admin}`, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: await reply.json() };
  };
  const page = async (query) => (await request(`/admin/v1/events?${query}`)).body;

  /** All items of a list, and the sizes of its pages. */
  async function walk(query, limit) {
    const items = [];
    const sizes = [];
    let cursor = '';
    do {
      const { items: more, next_cursor: next } =
        await page(`${query}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
      items.push(...more);
      sizes.push(more.length);
      cursor = next ?? '';
    } while (cursor !== '');
    return { items, sizes };
  }

  /** What the stream replays. */
  async function replay(query) {
    const events = [];
    let done = false;
    const follower = new RawFollower(`${service.endpoint.url}/events?${query}`, admin, {
      reconnect: false,
      onEvent: (event) => { if (event.id) events.push(event.data); },
      onBlock: (block) => { done ||= block.event === 'replay.caught_up'; },
    });
    await eventually('the replay', () => done);
    follower.close();
    return events;
  }

  /** A connection that was opened. */
  async function opened() {
    await replay('last_event_id=0');
    return (await page('type=connection.opened&limit=1')).items[0];
  }

  before(async () => {
    service = await Service.start();
    admin = await service.token('admin');
    ({ body: job } = await request('/admin/v1/jobs', { command: 'exit 3' }));
    ({ body: job } = await request(`/admin/v1/jobs/${job.job_id}?wait_ms=20000`));
    assert.equal(job.state, 'failed');
    ({ body: { ids: steps } } = await request('/admin/v1/events',
      Array.from({ length: kSteps }, (_, number) => ({
        type: number % 2 === 0 ? 'data.even' : 'data.odd', source: number < 30 ? 'first' : 'second',
        source_id: `step-${number}`, severity: number % 10 === 0 ? 'error' : 'info', data: { number },
      }))));
  });
  after(() => service.stop());

  test('every filter gives what the stream replays', async () => {
    const { connection_id: connection } = await opened();
    for (const filter of [
      '', 'topic=data', 'topic=errors', 'topic=progress', 'topic=data&topic=job', 'topic=system',
      'type=data.odd', 'type=data.*', 'type=job.failed&type=job.started', 'type=data.even&topic=errors',
      `job_id=${job.job_id}`, `job_id=${job.job_id}&severity=warning`, `session_id=${job.session_id ?? ''}`,
      `connection_id=${connection}`, 'source=second', 'source=first&source=second&type=data.even',
      'severity=error', 'severity=notice', 'source=nowhere',
    ].filter((each) => !each.endsWith('='))) {
      // The stream's own connection is an event too, and comes last.
      const listed = (await walk(`${filter}&last_event_id=0`, 7)).items;
      const replayed = await replay(`${filter}&last_event_id=0`);
      assert.deepEqual(replayed.slice(0, listed.length), listed, filter);
      assert.ok(replayed.slice(listed.length).every((event) => event.topic === 'connection'), filter);
      const newestFirst = (await walk(filter, 500)).items;
      assert.deepEqual(newestFirst.reverse().slice(0, listed.length), listed, filter);
    }
  });

  test('a place: behind an event, at a time, at an age', async () => {
    const ids = ({ items }) => items.map((event) => event.id);
    const third = `last_event_id=${steps[2]}`;
    assert.deepEqual(ids(await walk(`topic=data&${third}`, 500)), steps.slice(3));
    assert.deepEqual(ids(await walk('topic=data&since=1h', 500)), [...steps].reverse());
    assert.deepEqual(ids(await walk('topic=data&since=2020-01-01T00:00:00Z', 9)), [...steps].reverse());
    assert.deepEqual(ids(await walk('since=2999-01-01T00:00:00Z', 500)), []);
    // As for the stream: who says where it was is not asked where it once began.
    assert.deepEqual(ids(await walk(`topic=data&since=2999-01-01T00:00:00Z&${third}`, 500)), steps.slice(3));
    const [item] = (await page(`topic=data&limit=1&since=1h`)).items;
    const time = encodeURIComponent(item.time);
    assert.ok(ids(await page(`topic=data&since=${time}`)).includes(item.id));
  });

  test('pages are full, whole and end', async () => {
    assert.deepEqual((await walk('topic=data', 15)).sizes, [15, 15, 10]);
    assert.deepEqual((await walk('topic=data', 20)).sizes, [20, 20]);
    assert.deepEqual((await walk('type=data.odd&last_event_id=0', 19)).sizes, [19, 1]);
    const first = await page('topic=data&limit=5');
    await request('/admin/v1/events/test', {});  // newer: no page behind the first has it
    const second = await page(`topic=data&limit=5&cursor=${first.next_cursor}`);
    assert.deepEqual([...first.items, ...second.items].map((event) => event.id),
                     [...steps].reverse().slice(0, 10));
  });

  test('an admin may ask for the objects of one client', async () => {
    const { connection_id: id } = await opened();
    const { items } = (await request('/admin/v1/connections')).body;
    const client = encodeURIComponent(items.find((each) => each.connection_id === id).client_id);
    const own = await page(`type=connection.opened&client_id=${client}`);
    assert.ok(own.items.some((event) => event.connection_id === id));
    assert.deepEqual((await page('client_id=nobody')).items, []);
  });

  test('what is wrong is named', async () => {
    for (const [query, field] of [
      ['topic=nope', 'topic'], ['type=job', 'type'], ['severity=loud', 'severity'], ['job_id=x', 'job_id'],
      ['session_id=x', 'session_id'], ['connection_id=x', 'connection_id'], ['since=soon', 'since'],
      ['last_event_id=-1', 'last_event_id'], ['limit=0', 'limit'], ['limit=501', 'limit'],
      ['cursor=1.5', 'cursor'], ['colour=red', 'colour'],
    ]) {
      const { status, body } = await request(`/admin/v1/events?${query}`);
      assert.equal(status, 400, query);
      assert.equal(body.field, field, query);
    }
  });

  test('what is rare in a long log is found in several pages', async () => {
    await fillEventLog(service, 300_000);
    const { items, sizes } = await walk('source=second', 500);
    assert.deepEqual(items.map((event) => event.id), steps.slice(30).reverse());
    assert.deepEqual(sizes, [0, 10]);
  });
});
