// The thinnest MCP client over stdio: no schemas, no validation, so that what is measured is the
// server. Handshake revision 2025-06-18, which every peer speaks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class StdioClient {
  #child;
  #next = 1;
  #waiting = new Map();
  #stderr = '';

  constructor({ command, args, env, cwd }) {
    this.#child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-4096);
    });
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`${command} ended (${code ?? signal}): ${this.#stderr}`));
      }
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#receive(line));
  }

  #receive(line) {
    if (!line.startsWith('{')) return;  // some peers log to stdout
    const message = JSON.parse(line);
    const waiter = message.method === undefined && this.#waiting.get(message.id);
    if (!waiter) return;
    this.#waiting.delete(message.id);
    if (message.error) waiter.reject(new Error(JSON.stringify(message.error)));
    else waiter.resolve(message.result);
  }

  request(method, params) {
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  #send(message) { this.#child.stdin.write(JSON.stringify(message) + '\n'); }

  async initialize() {
    const result = await this.request('initialize', {
      protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'berth-bench', version: '1' } });
    this.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return result;
  }

  async call(name, args) {
    const result = await this.request('tools/call', { name, arguments: args });
    if (result.isError) throw new Error(JSON.stringify(result));
    return result;
  }

  get pid() { return this.#child.pid; }

  async close() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await once(this.#child, 'exit');
    clearTimeout(timer);
  }
}
