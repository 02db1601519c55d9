// The event log as an integrator has it: followed live and from anywhere in it, fed from outside.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RawFollower, byEventSource } from './event_client.mjs';
import { Service, eventually } from './harness.mjs';

describe('events', { timeout: 120_000 }, () => {
  let service;
  let admin;
  const followers = [];

  before(async () => {
    service = await Service.start('[events]\nheartbeat = "100ms"\nmax_streams_per_client = 3\n');
    admin = await service.token('admin');
  });
  after(async () => {
    for (const follower of followers) follower.close();
    await service.stop();
  });

  const url = (target) => `${service.endpoint.url}${target}`;
  const request = (target, options = {}, token = admin) =>
    fetch(url(target), {
      ...options,
      headers: { Authorization: `Bearer ${token}`, ...options.headers },
    });
  const send = async (events, target = '/admin/v1/events') => {
    const reply = await request(target, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(events),
    });
    return { status: reply.status, body: await reply.json() };
  };
  let number = 0;
  const step = (more = {}) => ({
    type: 'data.step', source: 'test', source_id: `step-${++number}`, data: { number }, ...more,
  });
  const follow = (target, options = {}, token = admin) => {
    const events = [];
    const blocks = [];
    const follower = new RawFollower(url(target), token, {
      onEvent: (event) => events.push(event),
      onBlock: (block) => blocks.push(block),
      ...options,
    });
    followers.push(follower);
    return Object.assign(follower, { events, blocks });
  };
  const connected = (follower) => eventually('an answer', () => follower.status);
  const got = (follower, count) =>
    eventually(`${count} events`, () => follower.events.length >= count && follower.events);

  test('what is sent in is told in the shape of the contract', async () => {
    const follower = follow('/events?topic=data');
    await connected(follower);
    assert.equal(follower.responseHeaders['content-type'], 'text/event-stream');
    const sent = await send(step({
      time: '2026-01-31T12:00:00+01:00', severity: 'notice', data: { text: 'ä "q"\n' },
    }));
    assert.equal(sent.status, 202);
    const [event] = await got(follower, 1);
    assert.deepEqual(sent.body, { ids: [event.id] });
    assert.equal(event.type, 'data.step');
    const { time, correlation_id, ...rest } = event.data;
    assert.match(time, /^20..-..-..T..:..:..\....Z$/);
    assert.match(correlation_id, /^cor_/);
    assert.deepEqual(rest, {
      id: event.id, type: 'data.step', topic: 'data', severity: 'notice', source: 'test',
      source_id: 'step-1', data: { occurred_at: '2026-01-31T11:00:00.000Z', text: 'ä "q"\n' },
    });
    const page = await (await request('/admin/v1/events?topic=data&limit=1')).json();
    assert.deepEqual(page.items[0], event.data);
  });

  test('a pair of source and id is stored once, also over a restart', async () => {
    const events = [step(), step()];
    const first = await send(events);
    assert.deepEqual(await send([...events, step()]).then(({ body }) => body.ids.slice(0, 2)),
                     first.body.ids);
    await service.crash();
    await service.launch();
    assert.deepEqual((await send(events)).body, first.body);
    assert.deepEqual((await send(events[1], '/admin/events/hook')).body, { ids: [first.body.ids[1]] });
    const other = await send({ ...events[0], source: 'another' });
    assert.ok(other.body.ids[0] > first.body.ids[1]);
  });

  test('what is wrong is named, and nothing of its batch is stored', async () => {
    const cases = [
      [{ ...step(), type: 'job.started' }, 'type'],
      [{ ...step(), source: '' }, 'source'],
      [{ ...step(), source: 'berth' }, 'source'],
      [{ ...step(), source_id: undefined }, 'source_id'],
      [{ ...step(), time: 'yesterday' }, 'time'],
      [{ ...step(), severity: 'loud' }, 'severity'],
      [{ ...step(), data: [] }, 'data'],
      [{ ...step(), data: { text: 'x'.repeat(70_000) } }, 'data'],
      [{ ...step(), colour: 'red' }, 'colour'],
    ];
    const count = async () =>
      (await (await request('/admin/v1/events?topic=data&limit=500')).json()).items.length;
    const earlier = await count();
    for (const [event, field] of cases) {
      const alone = await send(event);
      assert.equal(alone.status, 400, field);
      assert.equal(alone.body.field, field);
      assert.equal((await send([step(), event])).body.field, `[1].${field}`);
    }
    assert.equal((await send([])).status, 400);
    assert.equal(await count(), earlier);
  });

  test('a batch that a worker reads is stored or refused like any other', async () => {
    const batch = Array.from({ length: 200 }, () => step({ data: { text: 'x'.repeat(10_000) } }));
    const { status, body } = await send(batch);
    assert.equal(status, 202);
    const { items } = await (await request(`/admin/v1/events?topic=data&last_event_id=${body.ids[0] - 1}&limit=500`)).json();
    assert.deepEqual(items.map((event) => [event.id, event.source_id]),
                     batch.map((event, i) => [body.ids[i], event.source_id]));
    const wrong = await send([...batch, step({ colour: 'red' })]);
    assert.equal(wrong.body.field, '[200].colour');
    const refused = await request('/admin/v1/events', { method: 'POST', body: `[${'x'.repeat(300_000)}` });
    assert.equal(refused.status, 400);
  });

  test('a test event can be sent', async () => {
    const follower = follow('/events/data');
    await connected(follower);
    const reply = await request('/admin/v1/events/test', { method: 'POST' });
    assert.equal(reply.status, 202);
    const [event] = await got(follower, 1);
    assert.equal(event.type, 'data.test');
    assert.deepEqual(await reply.json(), { ids: [event.id] });
  });

  test('filters, each alone and together, and those that are wrong', async () => {
    const job = await (await request('/admin/v1/jobs', {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ command: 'exit 3' }),
    })).json();
    const types = async (query) => {
      const follower = follow(`/events${query}`, { after: 0 });
      await eventually('the replay', () => follower.blocks.some((b) => b.event === 'replay.caught_up'));
      follower.close();
      return [...new Set(follower.events.filter((e) => e.id).map((e) => e.type))].sort();
    };
    await eventually('the job to end', async () =>
      (await types(`?job_id=${job.job_id}`)).includes('job.failed'));
    assert.deepEqual(await types(`?job_id=${job.job_id}&type=job.started&type=job.failed`),
                     ['job.failed', 'job.started']);
    assert.deepEqual(await types(`?job_id=${job.job_id}&severity=warning`), ['job.failed']);
    assert.deepEqual(await types('?source=another'), ['data.step']);
    assert.deepEqual(await types('/system'), ['service.started']);
    assert.ok((await types('?type=connection.*')).includes('connection.opened'));
    for (const [query, field] of [
      ['?topic=nope', 'topic'], ['/nope', 'topic'], ['?type=job', 'type'], ['?severity=loud', 'severity'],
      ['?job_id=x', 'job_id'], ['?since=soon', 'since'], ['?last_event_id=-1', 'last_event_id'],
      ['?colour=red', 'colour'],
    ]) {
      const reply = await request(`/events${query}`);
      assert.equal(reply.status, 400, query);
      assert.equal((await reply.json()).field, field);
    }
  });

  test('a place in the past, one too far ahead, a time and an age', async () => {
    const { body } = await send([step(), step(), step()]);
    const [first, second, third] = body.ids;
    const ids = async (query, options) => {
      const follower = follow(`/events?topic=data&source=test${query}`, options);
      await got(follower, 1);
      await eventually('the replay', () => follower.blocks.some((b) => b.event === 'replay.caught_up'));
      follower.close();
      return follower;
    };
    const numbers = (follower) => follower.events.filter((e) => e.id).map((e) => e.id);
    assert.deepEqual(numbers(await ids('', { after: first })), [second, third]);
    assert.deepEqual(numbers(await ids(`&last_event_id=${second}`)), [third]);
    assert.ok(numbers(await ids('&since=1h')).includes(first));
    assert.ok(numbers(await ids('&since=2020-01-01T00:00:00Z')).includes(first));
    const ahead = await ids('', { after: 10 ** 12 });
    assert.deepEqual(ahead.events[0].type, 'replay.truncated');
    assert.equal(ahead.events[0].data.requested_id, 10 ** 12);
    assert.ok(numbers(ahead).includes(first));
  });

  test('what a filter leaves out moves the cursor, and silence is kept alive', async () => {
    const follower = follow('/events/errors');
    await connected(follower);
    const { body } = await send(step());
    await eventually('the id', () => follower.last >= body.ids[0]);
    assert.deepEqual(follower.events, []);
  });

  test('gzip when asked for', async () => {
    const { body } = await send(step());
    const reply = await request('/events?topic=data', {
      headers: { 'Accept-Encoding': 'gzip', 'Last-Event-ID': String(body.ids[0] - 1) },
    });
    assert.equal(reply.headers.get('content-encoding'), 'gzip');
    let text = '';
    for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('replay.caught_up')) break;
    }
    assert.match(text, new RegExp(`id: ${body.ids[0]}\nevent: data.step\n`));
  });

  test('a client sees its own objects only', async () => {
    const client = await service.token('client');
    const own = follow('/events', {}, client);
    await connected(own);
    await send(step());
    await request('/admin/v1/jobs', {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ command: 'true' }),
    });
    // Its own connections are its objects.
    const second = follow('/events', {}, client);
    await connected(second);
    const [event] = await got(own, 1);
    assert.equal(event.type, 'connection.opened');
    assert.ok(own.events.every((each) => each.type.startsWith('connection.')));
    second.close();
    await eventually('the end', () => own.events.some((each) => each.type === 'connection.closed'));
    assert.equal((await request('/admin/v1/events', {}, client)).status, 403);
    assert.equal((await fetch(url('/events'))).status, 401);
    own.close();
  });

  test('what a client calls itself is text of a bounded length', async () => {
    const own = follow('/events?type=connection.opened');
    await connected(own);
    // One byte of ISO 8859-1, sent as it is: no UTF-8.
    const other = follow('/events', { headers: { 'User-Agent': `K\xf6ln/1 ${'x'.repeat(5_000)}` } });
    await connected(other);
    // Its own may be told too: that has no name.
    const name = await eventually('the name', () =>
      own.events.map((event) => event.data.data.client_name).find(Boolean));
    assert.match(name, /^K\ufffdln\/1 x+ …$/);
    assert.ok(Buffer.byteLength(name) <= 204, name);  // with the ellipsis
    const list = await request('/admin/v1/connections?limit=500');
    const listed = new TextDecoder('utf-8', { fatal: true }).decode(await list.arrayBuffer());
    assert.ok(JSON.parse(listed).items.some((each) => each.client_name === name));
  });

  test('one client can not take all streams', async () => {
    const client = await service.token('client');
    const open = [1, 2, 3].map(() => follow('/events', { reconnect: false }, client));
    for (const follower of open) await connected(follower);
    const refused = await request('/events', {}, client);
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    open[0].close();
    await eventually('room', async () => {
      const reply = await request('/events', {}, client);
      await reply.body.cancel();
      return reply.status === 200;
    });
    for (const follower of open) follower.close();
  });

  test('streams are connections, and are counted', async () => {
    const follower = follow('/events/data');
    await connected(follower);
    // They are of the last second.
    await eventually('to be counted', async () => {
      const now = await (await request('/admin/v1/events/stats')).json();
      return ['subscribers', 'published', 'delivered', 'replayed', 'bytes'].every((name) => now[name] > 0);
    });
    const { items } = await (await request('/admin/v1/connections?state=open')).json();
    assert.ok(items.some((each) => each.kind === 'sse' && each.peer.startsWith('127.0.0.1:')));
  });

  test('the heartbeat tells the health once per interval', async () => {
    for (const target of ['/heartbeat', '/supervisor/heartbeat']) {
      const follower = follow(target);
      const [first, second] = await got(follower, 2);
      assert.equal(first.type, 'heartbeat');
      assert.equal(first.data.status, 'ready');
      assert.ok(second.data.time >= first.data.time);
      assert.equal(typeof first.data.event_subscribers, 'number');
      follower.close();
    }
  });

  test('the npm package eventsource follows, and the stop of the service is the last it is told', async () => {
    const events = [];
    const source = byEventSource(url('/events'), admin, {
      types: ['data.step', 'service.stopping'], onEvent: (event) => events.push(event),
    });
    followers.push(source);
    await eventually('an event', async () => {
      await send(step());
      return events.length > 0;
    });
    const other = await Service.start();
    const last = [];
    const follower = new RawFollower(`${other.endpoint.url}/supervisor/events`, await other.token('admin'), {
      onEvent: (event) => last.push(event), reconnect: false,
    });
    await connected(follower);
    const ended = eventually('the end', () => follower.response?.closed);
    await other.stop();
    await ended;
    assert.equal(last.at(-1).type, 'service.stopping');
  });
});
