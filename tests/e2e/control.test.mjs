// The control socket: commands as lines of JSON, for local users.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Service, eventually } from './harness.mjs';

const quiet = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n';

/** A connection whose lines are read one by one. */
class Control {
  lines = [];
  #waiting = [];

  static async to(service) {
    const control = new Control();
    control.socket = net.connect({ path: service.endpoint.control_socket, allowHalfOpen: true });
    await once(control.socket, 'connect');
    let text = '';
    control.socket.setEncoding('utf8').on('data', (chunk) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop();
      for (const line of lines) control.#take(line);
    });
    control.ended = once(control.socket, 'end');
    return control;
  }

  #take(line) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(line); else this.lines.push(line);
  }

  send(line) { this.socket.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`); }
  async line() { return this.lines.shift() ?? new Promise((resolve) => this.#waiting.push(resolve)); }
  async ask(command, more = {}) {
    this.send({ id: 1, command, ...more });
    return JSON.parse(await this.line());
  }
  async result(command, more) {
    const { ok, result, error } = await this.ask(command, more);
    assert.ok(ok, error?.message);
    return result;
  }
  close() { this.socket.destroy(); }
}

describe('control socket', { timeout: 60_000 }, () => {
  let service;
  let control;
  let admin;

  before(async () => {
    service = await Service.start(quiet);
    admin = await service.token('admin');
    control = await Control.to(service);
  });
  after(async () => {
    control.close();
    await service.stop();
  });

  const rest = async (target, options = {}) => (await fetch(`${service.endpoint.url}${target}`, {
    ...options, headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
  })).json();

  test('tells what REST tells', async () => {
    const { uptime_ms: a, resident_bytes: b, ...told } = await control.result('status');
    const { uptime_ms: c, resident_bytes: d, ...same } = await rest('/status');
    assert.deepEqual({ ...told, open_connections: 0 }, { ...same, open_connections: 0 });
    for (const list of ['connections', 'sessions', 'jobs']) {
      assert.deepEqual(await control.result(`list_${list}`, { limit: 3 }), await rest(`/admin/v1/${list}?limit=3`));
    }
    const [own] = (await control.result('list_connections', { state: 'open', limit: 1 })).items;
    assert.equal(own.kind, 'control');
    assert.equal(own.peer, `uid ${process.getuid()}, pid ${process.pid}`);
    assert.equal(typeof (await control.result('event_stats')).published, 'number');
  });

  test('lists page by page', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, () => Control.to(service)));
    const seen = new Set();
    for (let cursor; ;) {
      const page = await control.result('list_connections', { state: 'open', limit: 2, ...(cursor && { cursor }) });
      for (const { connection_id: id } of page.items) seen.add(id);
      cursor = page.next_cursor;
      if (!cursor) break;
    }
    assert.equal(seen.size, 5);
    for (const other of others) other.close();
    await eventually('them to be gone', async () =>
      (await control.result('list_connections', { state: 'open' })).items.length === 1);
  });

  test('answers in order, with the id as it was given', async () => {
    for (const id of ['1.0', '18446744073709551616', '"a\\u00e9"', '-0']) {
      control.send(`{"id":${id},"command":"status"}`);
    }
    for (const id of ['1.0', '18446744073709551616', '"a\\u00e9"', '-0']) {
      assert.ok((await control.line()).startsWith(`{"id":${id},"ok":true,`));
    }
    // A line that comes in pieces, with an empty one before it.
    control.socket.write('\r\n{"id":2,"com');
    control.socket.write('mand":"status"}\r\n');
    assert.equal(JSON.parse(await control.line()).id, 2);
  });

  test('says what is wrong and goes on', async () => {
    const error = async (line) => {
      control.send(line);
      const answer = JSON.parse(await control.line());
      assert.equal(answer.ok, false);
      return { id: answer.id, ...answer.error };
    };
    assert.equal((await error('{"id":1')).code, 'invalid_argument');
    assert.equal((await error('[]')).id, null);
    assert.equal((await error({ id: 4 })).field, 'command');
    assert.match((await error({ id: 5, command: 'no' })).message, /there are .*list_jobs/);
    assert.deepEqual(await error({ id: 6, command: 'status', x: 1 }),
      { id: 6, code: 'invalid_argument', message: 'x is not known; this command takes nothing', field: 'x' });
    assert.equal((await error({ command: 'list_jobs', limit: 0 })).field, 'limit');
    assert.equal((await error({ command: 'list_jobs', state: 'odd' })).field, 'state');
    assert.equal((await error({ command: 'list_jobs', cursor: 7 })).field, 'cursor');
    assert.equal((await error({ command: 'subscribe_events', filter: { topics: 'job' } })).field, 'filter.topics');
    assert.equal((await error({ command: 'subscribe_events', stream: 'yes' })).field, 'stream');
    assert.match((await error(`{"command":"${'x'.repeat(100_000)}"}`)).message, /65536 bytes/);
    assert.ok((await control.ask('status')).ok);
  });

  test('who has said all still gets the answers', async () => {
    const other = await Control.to(service);
    other.socket.end('{"id":1,"command":"list_jobs"}\n{"id":2,"command":"emit_test_event"}\n{"id":3,"command":"status"}\n');
    await other.ended;
    assert.deepEqual(other.lines.map((line) => JSON.parse(line).id), [1, 2, 3]);
  });

  test('events as lines, from any place, however slowly they are read', async () => {
    assert.deepEqual(await control.result('subscribe_events'), { url: `${service.endpoint.url}/events` });
    const first = (await control.result('emit_test_event')).id;
    const other = await Control.to(service);
    assert.deepEqual(await other.result('subscribe_events', { stream: true, filter: { topic: 'data' }, last_event_id: first - 1 }),
      { streaming: true });
    const event = async () => {
      for (;;) {
        const line = JSON.parse(await other.line());
        if (line.id) return line;
      }
    };
    assert.equal((await event()).id, first);
    other.socket.pause();
    const count = 5_000;
    for (let i = 0; i < count; i += 500) {
      await rest('/admin/v1/events', { method: 'POST', body: JSON.stringify(Array.from({ length: 500 }, (_, k) =>
        ({ type: 'data.step', source: 'test', source_id: String(i + k), data: { number: i + k, text: 'x'.repeat(500) } }))) });
    }
    assert.ok((await control.ask('status')).ok);  // nobody else waits for it
    other.socket.resume();
    for (let i = 0; i < count; ++i) assert.equal((await event()).data.number, i);
    // A second subscription takes the place of the first, and commands are still answered.
    other.send({ id: 8, command: 'subscribe_events', stream: true, filter: { type: 'data.test' } });
    assert.equal(JSON.parse(await other.line()).id, 8);
    const second = (await control.result('emit_test_event')).id;
    assert.equal((await event()).id, second);
    assert.ok((await other.result('status')).version);
    other.close();
  });

  test('more connections than there is room for are told so', async () => {
    const others = [];
    for (let i = 0; i < 63; ++i) others.push(await Control.to(service));
    await eventually('all to be there', async () =>
      (await control.result('list_connections', { state: 'open', limit: 100 })).items.length === 64);
    const refused = await Control.to(service);
    await refused.ended;
    assert.equal(JSON.parse(refused.lines[0]).error.code, 'unavailable');
    for (const other of others) other.close();
  });
});

test('stop ends the service as a signal would', { timeout: 30_000 }, async () => {
  const service = await Service.start(quiet);
  const control = await Control.to(service);
  assert.deepEqual(await control.result('stop'), { stopping: true });
  await control.ended;
  await service.stop();
});
