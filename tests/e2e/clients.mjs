// The real MCP clients behind one small interface, so that one conversation serves all of them:
//   era, serverVersion, listTools(), call(name, args, {signal}) -> result, close()
//   ask(name, args, {signal}) -> structuredContent of a call that is no error
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Client as HandshakeClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as HandshakeStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HandshakeHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport as HandshakeWebSocket } from '@modelcontextprotocol/sdk/client/websocket.js';
import { Client as DualClient, StreamableHTTPClientTransport as DualHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as DualStdio } from '@modelcontextprotocol/client/stdio';
import { checkMessages } from './messages.mjs';

export { DualHttp, DualStdio, HandshakeStdio };

const info = { name: 'berth-e2e', version: '1' };

export async function httpArguments(service) {
  const headers = { Authorization: `Bearer ${await service.token()}` };
  return [new URL(`${service.endpoint.url}/mcp`), { requestInit: { headers } }];
}

/** Node's own WebSocket takes headers, which a page's does not. */
async function openWebSocket(service) {
  const headers = { Authorization: `Bearer ${await service.token()}` };
  return new WebSocket(service.endpoint.ws_url, { protocols: ['mcp'], headers });
}

/** The SDK's own transport, which takes no headers: they come in by the class that it uses. */
async function handshakeWebSocket(service) {
  const token = await service.token();
  const transport = new HandshakeWebSocket(new URL(service.endpoint.ws_url));
  const start = transport.start.bind(transport);
  transport.start = async () => {
    const NodeWebSocket = globalThis.WebSocket;
    globalThis.WebSocket = class extends NodeWebSocket {
      constructor(url, protocol) {
        super(url, { protocols: [protocol], headers: { Authorization: `Bearer ${token}` } });
      }
    };
    try {
      return await start();
    } finally {
      globalThis.WebSocket = NodeWebSocket;
    }
  };
  return transport;
}

/** A transport for the client of both eras, which has none for WebSockets. */
class DualWebSocket {
  #service;
  #socket;

  constructor(service) {
    this.#service = service;
  }

  async start() {
    this.#socket = await openWebSocket(this.#service);
    this.#socket.onmessage = ({ data }) => this.onmessage?.(JSON.parse(data));
    this.#socket.onclose = () => this.onclose?.();
    await new Promise((resolve, reject) => {
      this.#socket.onopen = resolve;
      this.#socket.onerror = ({ error }) => reject(error ?? new Error('the WebSocket did not open'));
    });
  }

  async send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  async close() {
    this.#socket.close();
  }
}

export const stdioArguments = (service) => ({ ...service.bridge, stderr: 'inherit' });

function wrap(client, era, messages, call) {
  return {
    era,
    client,
    serverVersion: client.getServerVersion(),
    listTools: async () => (await client.listTools()).tools,
    call,
    ask: async (name, args, options) => {
      const result = await call(name, args, options);
      assert.ok(!result.isError, JSON.stringify(result));
      assert.equal(result.content[0].type, 'text');
      return result.structuredContent;
    },
    close: async () => {
      await client.close();
      assert.ok(messages.count > 0, 'the messages were looked at');
      assert.deepEqual(messages.problems, []);
    },
  };
}

export async function connectHandshake(transport) {
  const client = new HandshakeClient(info);
  const messages = checkMessages(transport);
  await client.connect(transport);
  return wrap(client, 'handshake', messages, (name, args = {}, options = {}) =>
    client.callTool({ name, arguments: args }, undefined, options));
}

/** `mode`: pinned to the modern revision, to those before, or whatever it finds. */
export async function connectDual(transport, mode = { pin: '2026-07-28' }) {
  const client = new DualClient(info, { versionNegotiation: { mode } });
  const messages = checkMessages(transport);
  await client.connect(transport);
  return wrap(client, client.getProtocolEra(), messages, (name, args = {}, options = {}) =>
    client.callTool({ name, arguments: args }, options));
}

/** The bridge between stdio and HTTP that other servers need, here in front of /mcp. */
export async function remoteArguments(service) {
  const program = fileURLToPath(new URL('node_modules/mcp-remote/dist/proxy.js', import.meta.url));
  const token = await service.token();
  return {
    command: process.execPath,
    args: [program, `${service.endpoint.url}/mcp`, '--transport', 'http-only',
           '--header', `Authorization: Bearer ${token}`],
    env: service.environment,
    cwd: service.home,
    stderr: 'ignore',
  };
}

export const connectors = {
  'sdk 1.32 over stdio': async (service) =>
    connectHandshake(new HandshakeStdio(stdioArguments(service))),
  'sdk 1.32 over HTTP': async (service) =>
    connectHandshake(new HandshakeHttp(...await httpArguments(service))),
  'sdk 1.32 over WebSocket': async (service) => connectHandshake(await handshakeWebSocket(service)),
  'client 2.4 over stdio': async (service) =>
    connectDual(new DualStdio(stdioArguments(service))),
  'client 2.4 over HTTP': async (service) =>
    connectDual(new DualHttp(...await httpArguments(service))),
  'client 2.4 over WebSocket': async (service) => connectDual(new DualWebSocket(service)),
};
