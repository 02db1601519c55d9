// A real service in a temporary folder, and what tests need to talk to it. The programs come from
// BERTH_BIN_DIR; nothing of the user's own Berth is touched.
import { spawn } from 'node:child_process';
import { chown, copyFile, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

if (!process.env.BERTH_BIN_DIR) throw new Error('BERTH_BIN_DIR names no folder with the programs');
export const binDir = path.resolve(process.env.BERTH_BIN_DIR);

/** Polls until `probe` gives something, or fails saying what it waited for. */
export async function eventually(what, probe, limitMs = 15_000) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what}`);
    await delay(20);
  }
}

/** A shell command that ends once the file is there, and prints before and after it waits for that. */
export const until = (file, end = 'exit 0') =>
  `echo before; while [ ! -e '${file}' ]; do sleep 0.05; done; echo after; ${end}`;

/** Resolves with the exit code or signal of a child, at once if it has ended. */
async function exitOf(child) {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode;
}

async function readJson(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;  // not there yet
  }
}

export class Service {
  binDir = binDir;
  #child;
  #log = '';

  /**
   * `uid`: runs as that user, with programs of its own (it may not reach the tester's).
   * `program`: one that is more than berthd, below the folder of programs. `env`: what its
   * processes get beside the rest.
   */
  static async start(settings = '', { uid, program = 'berthd', env = {} } = {}) {
    const service = new Service();
    service.program = program;
    service.env = env;
    // Short, because the path of a Unix socket may have 107 bytes.
    service.dir = await mkdtemp(path.join(tmpdir(), 'berth-'));
    service.dataDir = path.join(service.dir, 'data');
    service.runtimeDir = path.join(service.dir, 'run');
    service.home = path.join(service.dir, 'home');
    service.config = path.join(service.dir, 'berthd.toml');
    for (const folder of [service.dataDir, service.runtimeDir, service.home]) {
      await mkdir(folder, { mode: 0o700 });
    }
    await writeFile(service.config, settings);
    if (uid !== undefined) await service.#becomeUser(uid);
    await service.launch();
    return service;
  }

  async #becomeUser(uid) {
    this.uid = uid;
    this.binDir = path.join(this.dir, 'bin');
    await mkdir(this.binDir, { mode: 0o755 });
    for (const program of ['berthd', 'berth-host', 'berth-bridge']) {
      await copyFile(path.join(binDir, program), path.join(this.binDir, program));
    }
    for (const entry of [this.dir, this.dataDir, this.runtimeDir, this.home, this.config]) {
      await chown(entry, uid, uid);
    }
  }

  /** What every process of this instance gets: a home of its own and no trace of the tester's. */
  get environment() {
    return {
      PATH: process.env.PATH,
      HOME: this.home,
      LANG: 'C.UTF-8',
      BERTH_RUNTIME_DIR: this.runtimeDir,
      BERTH_DATA_DIR: this.dataDir,
      BERTH_QUEUE__THROTTLE: 'off',  // tests load a machine by nature
      ...this.env,
      ...(process.env.TSAN_OPTIONS && { TSAN_OPTIONS: process.env.TSAN_OPTIONS }),
    };
  }

  /** The command that an IDE would launch. */
  get bridge() {
    return {
      command: path.join(this.binDir, 'berth-bridge'),
      args: ['--runtime-dir', this.runtimeDir, '--no-autostart'],
      env: this.environment,
      cwd: this.home,
    };
  }

  /** Starts berthd on the instance's folders and waits until it is ready. */
  async launch() {
    const child = spawn(
      path.join(this.binDir, this.program),
      ['--config', this.config, '--data-dir', this.dataDir, '--runtime-dir', this.runtimeDir,
       '--listen', '127.0.0.1:0'],
      { env: this.environment, cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'], uid: this.uid, gid: this.uid });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.#log = (this.#log + text).slice(-65536); });
    }
    this.endpoint = await eventually('the service to be ready', async () => {
      if (child.exitCode !== null) throw new Error(`berthd ended with ${child.exitCode}:\n${this.#log}`);
      const endpoint = await readJson(path.join(this.runtimeDir, 'endpoint.json'));
      if (endpoint?.pid !== child.pid) return undefined;
      const ready = await fetch(`${endpoint.url}/health/ready`).catch(() => undefined);
      return ready?.ok && endpoint;
    }, 30_000);
  }

  get pid() { return this.#child.pid; }
  get log() { return this.#log; }

  async token(scope = 'client') {
    return (await readFile(path.join(this.dataDir, `${scope}.token`), 'utf8')).trim();
  }

  /** kill -9, as a crash would be. */
  async crash() {
    this.#child.kill('SIGKILL');
    await exitOf(this.#child);
  }

  /** Ends the service as a system would and removes its folder; says whether it ended well. */
  async stop() {
    this.#child.kill('SIGTERM');
    const code = await Promise.race([exitOf(this.#child), delay(15_000, 'no end', { ref: false })]);
    if (code !== 0) {
      this.#child.kill('SIGKILL');
      throw new Error(`berthd stopped with ${code}:\n${this.#log}`);
    }
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
