// What MCP itself costs: calls that only ask the service for what it has in memory, each client with
// a bridge of its own, and calls with large messages. No target: beside the large ones is told what
// it costs this process only to parse them.
import { median, note, percentile, timed } from './measure.mjs';
import { withService } from './service.mjs';
import { StdioClient } from './stdio_client.mjs';

const clientCounts = [1, 8, 64];
const settings = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n';

async function connect(service) {
  const client = new StdioClient(service.bridge);
  await client.initialize();
  return client;
}

/** Each client calls as soon as it has its answer. Times of all calls, and calls a second. */
async function manyCalls(service, clients, calls) {
  const connected = await Promise.all(Array.from({ length: clients }, () => connect(service)));
  const times = [];
  const each = Math.ceil(calls / clients);
  const all = await timed(() => Promise.all(connected.map(async (client) => {
    for (let call = 0; call < each; ++call) times.push(await timed(() => client.call('get_metrics', {})));
  })));
  await Promise.all(connected.map((client) => client.close()));
  return { times, rate: (times.length * 1000) / all };
}

/** A call that is refused once it has been read: what is measured is the message. */
async function largeCall(client, bytes) {
  const params = { name: 'none', arguments: { text: 'x'.repeat(bytes) } };
  return timed(async () => {
    const refusal = await client.request('tools/call', params).catch((error) => error);
    if (!String(refusal).includes('Unknown tool')) throw new Error(`refused with ${refusal}`);
  });
}

async function largeCalls(service, bytes, calls) {
  const client = await connect(service);
  const text = JSON.stringify({ text: 'x'.repeat(bytes) });
  const [calling, parsing] = [[], []];
  for (let call = -1; call < calls; ++call) {  // the first one only warms up
    const time = await largeCall(client, bytes);
    const floor = await timed(() => JSON.parse(text));
    if (call >= 0) [calling, parsing].forEach((times, i) => times.push([time, floor][i]));
  }
  await client.close();
  return { calling: median(calling), parsing: median(parsing) };
}

export default (options) => withService(settings, async (service) => {
  for (const clients of clientCounts) {
    const { times, rate } = await manyCalls(service, clients, options.short ? 640 : 12_800);
    const who = `get_metrics, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
    note(who, rate, '/s');
    note(`${who}, p50`, median(times), 'ms');
    note(`${who}, p99`, percentile(times, 0.99), 'ms');
  }
  for (const [name, bytes] of [['100 KB', 100_000], ['10 MB', 10_000_000]]) {
    const { calling, parsing } = await largeCalls(service, bytes, options.short ? 5 : 50);
    note(`a call of ${name}, p50`, calling, 'ms');
    note(`a call of ${name} / its parsing by this process`, calling / parsing, '');
  }
});
