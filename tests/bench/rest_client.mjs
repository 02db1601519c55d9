// The admin REST API over the service's Unix socket, on connections that are kept.
import http from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export class RestClient {
  #agent;
  #socketPath;

  constructor(service, connections = 1) {
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: connections });
    this.#socketPath = path.join(service.runtimeDir, 'berth.sock');
  }

  /** The answer's body. A service that says when to come again is asked again then. */
  async request(method, target, body) {
    for (;;) {
      const { status, text } = await this.#exchange(method, target, body && JSON.stringify(body));
      if (status < 300) return text && JSON.parse(text);
      const wait = text.startsWith('{') ? JSON.parse(text).retry_after_ms : undefined;
      if (wait === undefined) throw new Error(`${method} ${target}: ${status} ${text}`);
      await delay(wait);
    }
  }

  #exchange(method, target, body) {
    return new Promise((resolve, reject) => {
      const request = http.request(
        { agent: this.#agent, socketPath: this.#socketPath, method, path: target,
          headers: body ? { 'Content-Length': Buffer.byteLength(body) } : {} },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part) => { text += part; });
          response.on('end', () => resolve({ status: response.statusCode, text }));
          response.on('error', reject);
        });
      request.on('error', reject);
      request.end(body);
    });
  }

  close() { this.#agent.destroy(); }
}
