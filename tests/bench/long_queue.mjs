// What a request costs while many wait: asking for a terminal, asking for one's place, withdrawing.
// A service with a long queue beside one with a short queue, in alternating slices.
//
// Flat means at most twice as much for a hundred times as many; an operation that looked at all who
// wait would take a hundred times as long. Something must grow: trees get 1.7 times as deep, and
// changes that lie close in a small database share its pages, while in a large one each has its own.
// The processor time shows that most, because it includes what is written after the answer: it is
// only told. A short run has too few slices for the moods of a disk, and lengths so close that it is
// the other way round.
import { atMost, median, note, timed } from './measure.mjs';
import { processorTime } from './processes.mjs';
import { RestClient } from './rest_client.mjs';
import { openSession, withService } from './service.mjs';

const connections = 16;
const operationsPerSlice = 500;
const shortLength = 1_000;
// One terminal, which a session holds.
const settings = '[pool]\nmax_sessions = 1\nwarm = 0\n' +
  '[queue]\nmax_length = 1000000\nmax_per_client = 1000000\n';

/** A service with requests that wait, and what a client does with them. */
class Queue {
  #rest;
  #waiting = [];

  constructor(service) {
    this.service = service;
    this.#rest = new RestClient(service, connections);
  }

  async ask() {
    const job = await this.#rest.request('POST', '/admin/v1/jobs', { command: 'true' });
    if (job.state !== 'queued') throw new Error(`the job is ${job.state}`);
    this.#waiting.push(job.request_id);
  }

  #any() { return Math.floor(Math.random() * this.#waiting.length); }

  async look() {
    const id = this.#waiting[this.#any()];
    const { position } = await this.#rest.request('GET', `/admin/v1/queue/${id}`);
    if (!(position > 0)) throw new Error(`the request stands at ${position}`);
  }

  async withdraw() {
    const at = this.#any();
    const id = this.#waiting[at];
    this.#waiting[at] = this.#waiting.at(-1);  // not splice(): that moves all behind it
    this.#waiting.pop();
    await this.#rest.request('DELETE', `/admin/v1/queue/${id}`);
  }

  /** Until nothing is on its way to the store any more: a list waits for that. */
  settle() { return this.#rest.request('GET', '/admin/v1/sessions?limit=1'); }

  close() { this.#rest.close(); }
}

const operations = {
  'POST /admin/v1/jobs': (queue) => queue.ask(),
  'GET /admin/v1/queue/{id}': (queue) => queue.look(),
  'DELETE /admin/v1/queue/{id}': (queue) => queue.withdraw(),
};

/** Does `operation` so many times on all connections. */
async function repeat(count, operation) {
  let left = count;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (left-- > 0) await operation();
  }));
}

async function withQueue(length, work) {
  return withService(settings, async (service) => {
    const { client } = await openSession(service);
    const queue = new Queue(service);
    const time = await timed(() => repeat(length, () => queue.ask()));
    const result = await work(queue, (length * 1000) / time);
    queue.close();
    await client.close();  // its session stays as long as the service: nothing of the queue shall run
    return result;
  });
}

/** Milliseconds an operation, and of the service's processor time, also what it does after the answer. */
async function cost(queue, operation) {
  await queue.settle();
  const before = await processorTime(queue.service.pid);
  const time = await timed(() => repeat(operationsPerSlice, () => operation(queue)));
  await queue.settle();
  const processor = await processorTime(queue.service.pid) - before;
  return { time: time / operationsPerSlice, processor: processor / operationsPerSlice };
}

async function compare(queues, rounds) {
  const costs = {};
  for (let round = -1; round < rounds; ++round) {  // the first one only warms up
    for (const [name, operation] of Object.entries(operations)) {
      const order = Object.keys(queues);
      for (const length of round % 2 === 0 ? order : order.reverse()) {
        const slice = await cost(queues[length], operation);
        if (round >= 0) ((costs[name] ??= {})[length] ??= []).push(slice);
      }
    }
  }
  return costs;
}

export default (options) => {
  const longLength = options.short ? 5_000 : 100_000;
  return withQueue(shortLength, (short) => withQueue(longLength, async (long, rate) => {
    note(`requests queued until ${longLength} wait`, rate, '/s');
    const costs = await compare({ short, long }, options.short ? 8 : 12);
    for (const [name, slices] of Object.entries(costs)) {
      const p50 = (length, kind) => median(slices[length].map((slice) => slice[kind]));
      const ratio = (kind) => p50('long', kind) / p50('short', kind);
      const bound = (judged) => (judged ? atMost(2) : undefined);
      note(`${name}, ${shortLength} waiting, p50`, p50('short', 'time'), 'ms');
      note(`${name}, ${longLength} waiting, p50`, p50('long', 'time'), 'ms');
      note(`${name}: ${longLength} / ${shortLength}`, ratio('time'), '', bound(!options.short));
      note(`${name}: the same in processor time`, ratio('processor'), '', bound(options.short));
    }
  }));
};
