// Those who follow the events of a service: by the npm package `eventsource`, and by the bytes of a
// socket; and a wire between them and the service that can be cut.
import { EventSource } from 'eventsource';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';

/**
 * Forwards a fixed port to wherever `target()` says, which may change with every connection: the
 * service takes another port each time it starts.
 */
export class Wire {
  #sockets = new Set();

  static async to(target) {
    const wire = new Wire();
    wire.server = net.createServer((inner) => {
      const outer = net.connect(target());
      wire.#sockets.add(inner);
      for (const [one, other] of [[inner, outer], [outer, inner]]) {
        one.on('error', () => {});
        one.on('close', () => { other.destroy(); wire.#sockets.delete(one); });
        one.pipe(other);
      }
    });
    await once(wire.server.listen(0, '127.0.0.1'), 'listening');
    wire.url = `http://127.0.0.1:${wire.server.address().port}`;
    return wire;
  }

  /** Cuts one connection or all of them in the middle of whatever passes. */
  cut(pick) {
    const all = [...this.#sockets];
    for (const socket of pick === undefined ? all : [all[pick % all.length]]) socket?.resetAndDestroy();
  }

  close() {
    this.cut();
    this.server.close();
  }
}

/** Node's own `fetch` fails an assertion of its own when a connection breaks that it has paused. */
async function fetchByHttp(url, { headers, signal }) {
  const request = http.get(url, { agent: false, headers, signal });
  const [response] = await once(request, 'response');
  response.on('error', () => {});
  return new Response(Readable.toWeb(response), {
    status: response.statusCode, headers: response.headers,
  });
}

/** Follows by `eventsource`, which comes back by itself with what it last saw. */
export function byEventSource(url, token, { types = ['data.step'], onEvent }) {
  const source = new EventSource(url, {
    fetch: (input, init) =>
      fetchByHttp(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
  });
  for (const type of types) {
    source.addEventListener(type, (event) =>
      onEvent({ id: Number(event.lastEventId), type, data: JSON.parse(event.data) }));
  }
  return { close: () => source.close() };
}

/** One block of text/event-stream as an object of its fields. */
export function parseBlock(block) {
  const fields = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
  }
  return fields;
}

/**
 * Follows by the bytes alone and comes back behind the last id it was given. `pause()` stops
 * reading, so that the service sees a client that takes nothing.
 */
export class RawFollower {
  #request;
  #closed = false;
  #paused = false;
  last = undefined;
  status = undefined;

  constructor(url, token, { onEvent, onBlock = () => {}, headers = {}, after, reconnect = true }) {
    Object.assign(this, { url, token, onEvent, onBlock, headers, reconnect, last: after });
    this.#connect();
  }

  #connect() {
    if (this.#closed) return;
    const request = http.get(this.url, {
      agent: false,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...this.headers,
        ...(this.last !== undefined && { 'Last-Event-ID': String(this.last) }),
      },
    });
    this.#request = request;
    request.on('error', () => this.#again());
    request.on('response', (response) => {
      this.status = response.statusCode;
      this.responseHeaders = response.headers;
      this.response = response;
      if (this.#paused) response.pause();
      let text = '';
      response.setEncoding('utf8');
      response.on('error', () => {});
      response.on('close', () => this.#again());
      response.on('data', (chunk) => {
        const blocks = (text + chunk).split('\n\n');
        text = blocks.pop();
        for (const block of blocks) this.#take(parseBlock(block));
      });
    });
  }

  #take(fields) {
    if (fields.id !== undefined) this.last = Number(fields.id);
    this.onBlock(fields);
    if (fields.data === undefined) return;
    const data = JSON.parse(fields.data);
    this.onEvent({ id: fields.id && Number(fields.id), type: fields.event, data });
  }

  #again() {
    if (this.#closed || !this.reconnect || this.timer) return;
    this.timer = setTimeout(() => { this.timer = undefined; this.#connect(); }, 20);
  }

  pause() { this.#paused = true; this.response?.pause(); }
  resume() { this.#paused = false; this.response?.resume(); }
  close() { this.#closed = true; clearTimeout(this.timer); this.#request?.destroy(); }
}
