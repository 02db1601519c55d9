// WebSockets with Node's own client: MCP of both eras, and the simple protocol as a page speaks it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectors } from './clients.mjs';
import { describeConversation } from './conversation.mjs';
import { Service, eventually } from './harness.mjs';

describeConversation(
  'sdk 1.32 over WebSocket', connectors['sdk 1.32 over WebSocket'], 'handshake');
describeConversation(
  'client 2.4 over WebSocket', connectors['client 2.4 over WebSocket'], 'modern');

/** A socket whose messages can be waited for one by one. */
class Socket {
  #waiting = [];
  #come = [];

  constructor(url, options) {
    this.socket = new WebSocket(url, options);
    this.opened = new Promise((resolve) => {
      this.socket.onopen = () => resolve(true);
      this.socket.onerror = () => resolve(false);
    });
    this.closed = new Promise((resolve) => {
      this.socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean });
    });
    this.socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      const taker = this.#waiting.shift();
      if (taker) taker(message);
      else this.#come.push(message);
    };
  }

  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  next() {
    if (this.#come.length > 0) return Promise.resolve(this.#come.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ask(message) {
    this.send(message);
    return this.next();
  }
}

describe('simple protocol', { timeout: 60_000 }, () => {
  let service;
  let token;

  const connect = async (options) => {
    const socket = new Socket(service.endpoint.ws_url, options);
    assert.ok(await socket.opened);
    return socket;
  };
  const greet = async (extra = {}) => {
    const socket = await connect();
    const hello = await socket.ask({ op: 'hello', token, ...extra });
    return { socket, hello };
  };
  const connections = async () => {
    const response = await fetch(`${service.endpoint.url}/admin/v1/connections?state=open`, {
      headers: { Authorization: `Bearer ${await service.token('admin')}` } });
    return (await response.json()).items;
  };

  before(async () => {
    service = await Service.start();
    token = await service.token();
  });
  after(async () => service?.stop());

  test('says hello, lists tools and calls one', async () => {
    const { socket, hello } = await greet({ client_id: 'page-1' });
    assert.equal(hello.op, 'hello');
    assert.equal(hello.ok, true);
    assert.match(hello.connection_id, /^con_[a-z2-7]{26}$/);
    const listed = await socket.ask({ op: 'list_tools', id: 'list' });
    assert.equal(listed.op, 'tools');
    assert.equal(listed.id, 'list');
    assert.ok(listed.tools.some((tool) => tool.name === 'run_command'));
    const called = await socket.ask({
      op: 'call_tool', id: 1, name: 'run_command', arguments: { command: 'echo över; (exit 3)' } });
    assert.equal(called.op, 'result');
    assert.equal(called.id, 1);
    assert.equal(called.result.structuredContent.stdout, 'över\n');
    assert.equal(called.result.structuredContent.exit_code, 3);
    assert.equal(called.result.isError, false);
    const refused = await socket.ask({ op: 'call_tool', id: 2, name: 'no_such_tool' });
    assert.deepEqual([refused.op, refused.id, refused.error.code], ['error', 2, 'invalid_argument']);

    const [connection] = (await connections()).filter(
      (each) => each.connection_id === hello.connection_id);
    assert.equal(connection.kind, 'websocket');
    assert.equal(connection.client_id, 'page-1');
    assert.equal(connection.protocol_version, 'simple');
    socket.socket.close(1000, 'done');
    assert.deepEqual(await socket.closed, { code: 1000, reason: '', wasClean: true });
    await eventually('the connection to be gone', async () =>
      !(await connections()).some((each) => each.connection_id === hello.connection_id));
  });

  test('answers calls as they are done', async () => {
    const { socket } = await greet();
    socket.send({ op: 'call_tool', id: 'slow', name: 'run_command', arguments: { command: 'sleep 1' } });
    socket.send({ op: 'call_tool', id: 'quick', name: 'run_command', arguments: { command: 'true' } });
    assert.equal((await socket.next()).id, 'quick');
    assert.equal((await socket.next()).id, 'slow');
    socket.socket.close();
  });

  test('follows the events, from any place in the past', async () => {
    const admin = await service.token('admin');
    const send = async (number) => {
      const reply = await fetch(`${service.endpoint.url}/admin/v1/events`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(Array.from({ length: 200 }, (_, i) => ({
          type: 'data.step', source: 'ws', source_id: `${number}-${i}`, data: { i } }))),
      });
      return (await reply.json()).ids;
    };
    const past = await send(1);
    const { socket } = await greet({ token: admin });
    const subscribed = await socket.ask({
      op: 'subscribe_events', id: 'e', filter: { source: 'ws' }, last_event_id: past[0] });
    assert.deepEqual(subscribed, { op: 'subscribed', id: 'e' });
    const take = async (count) => {
      const events = [];
      while (events.length < count) {
        const { op, event } = await socket.next();
        assert.equal(op, 'event');
        events.push(event.id ?? event.type);
      }
      return events;
    };
    assert.deepEqual(await take(200), [...past.slice(1), 'replay.caught_up']);
    const live = await send(2);
    assert.deepEqual(await take(200), live);
    // Calls go on beside it.
    assert.equal((await socket.ask({ op: 'list_tools', id: 1 })).op, 'tools');
    socket.socket.close();
    // A client sees its own objects only.
    const own = await greet();
    await own.socket.ask({ op: 'subscribe_events', id: 1, last_event_id: 0 });
    for (;;) {
      const { event } = await own.socket.next();
      if (event.type === 'replay.caught_up') break;
      assert.notEqual(event.type, 'data.step');
    }
    own.socket.socket.close();
  });

  test('takes and gives large messages', async () => {
    const { socket } = await greet();
    const stdin = 'x'.repeat(900_000);
    const { result } = await socket.ask({
      op: 'call_tool', id: 1, name: 'run_command',
      arguments: { command: 'cat', stdin, max_output_bytes: 1_000_000 } });
    assert.equal(result.structuredContent.stdout, stdin);
    const padded = (bytes) => JSON.stringify({ op: 'list_tools', id: 2 }).padStart(bytes, ' ');
    assert.equal((await socket.ask(padded(32 << 20))).op, 'tools');
    socket.send(padded((32 << 20) + 1));
    assert.equal((await socket.closed).code, 1009);
  });

  test('a call goes on when its socket is lost', async () => {
    const { socket } = await greet({ client_id: 'leaver' });
    const started = await socket.ask({
      op: 'call_tool', id: 1, name: 'run_background', arguments: { command: 'sleep 0.5; echo done' } });
    const { job_id } = started.result.structuredContent;
    socket.socket.close();
    await socket.closed;
    const again = await greet({ client_id: 'leaver' });
    const { result } = await again.socket.ask({
      op: 'call_tool', id: 1, name: 'get_job', arguments: { job_id, wait_ms: 20_000 } });
    assert.equal(result.structuredContent.stdout, 'done\n');
    again.socket.socket.close();
  });

  test('anything but a valid hello closes it', async () => {
    for (const first of [{ op: 'hello', token: 'wrong' }, { op: 'list_tools', id: 1 }, 'nonsense']) {
      const socket = await connect();
      socket.send(first);
      assert.equal((await socket.closed).code, 1008);
    }
  });

  test('pages of other origins, other names and missing credentials are refused', async () => {
    const open = (options, url = service.endpoint.ws_url) => new Socket(url, options).opened;
    assert.equal(await open({ headers: { Origin: 'https://evil.example' } }), false);
    assert.equal(await open({ headers: { Origin: service.endpoint.url } }), true);
    assert.equal(await open({ protocols: ['mcp'] }), false);
    assert.equal(await open({ headers: { Authorization: 'Bearer wrong' } }), false);
  });

  test('a stop closes it with 1001', async () => {
    const other = await Service.start();
    const socket = new Socket(other.endpoint.ws_url);
    await socket.opened;
    await socket.ask({ op: 'hello', token: await other.token() });
    await other.stop();
    assert.deepEqual(
      await socket.closed, { code: 1001, reason: 'the service is stopping', wasClean: true });
  });
});
