// Output of jobs and state of sessions as resources, as the official clients of both eras list,
// read and watch them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { appendFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { messages } from './event_stream.mjs';
import { Service, eventually } from './harness.mjs';
import { connectors } from './clients.mjs';

// Whatever else this machine does meanwhile: a session gets its terminal at once.
const settings = '[queue]\nthrottle = "off"\n';

const updated = {
  handshake: ResourceUpdatedNotificationSchema,
  modern: 'notifications/resources/updated',
};

/** Starts to watch one resource; gives what ends that. */
const watchers = {
  async handshake(client, uri) {
    await client.subscribeResource({ uri });
    return () => client.unsubscribeResource({ uri });
  },
  async modern(client, uri) {
    const subscription = await client.listen({ resourceSubscriptions: [uri], toolsListChanged: true });
    assert.deepEqual(subscription.honoredFilter, { resourceSubscriptions: [uri] });
    return () => subscription.close();
  },
};

for (const [name, connect] of Object.entries(connectors)) {
  describe(`resources: ${name}`, { timeout: 60_000 }, () => {
    let service;
    let agent;
    let fifos = 0;
    const told = new Map();  // how often each resource was told to have changed

    const ask = (...args) => agent.ask(...args);
    const read = async (uri) => {
      const { contents } = await agent.client.readResource({ uri });
      assert.equal(contents.length, 1);
      assert.equal(contents[0].uri, uri);
      return contents[0].text;
    };
    const watch = async (uri) => ({
      end: await watchers[agent.era](agent.client, uri),
      count: () => told.get(uri) ?? 0,
    });

    /** A background job that prints `before`, and `after` once it is told to go on. */
    async function steppedJob(args = {}) {
      const fifo = path.join(service.dir, `step-${++fifos}`);
      execFileSync('mkfifo', [fifo]);
      const { job_id } = await ask('run_background', {
        command: `echo before; read line < '${fifo}'; echo after`, ...args });
      const uri = `berth://jobs/${job_id}/stdout`;
      await eventually('the first line', async () => await read(uri) === 'before\n');
      return { job_id, uri, goOn: () => appendFile(fifo, 'go\n') };
    }

    /** Waits for what is so only after a change, looking only when it was told of one. */
    async function toldThat(watching, what, probe) {
      let looked = watching.count();
      await eventually(`a notification after which ${what}`, async () => {
        if (watching.count() === looked) return false;
        looked = watching.count();
        return probe();
      });
    }

    before(async () => {
      service = await Service.start(settings);
      agent = await connect(service);
      agent.client.setNotificationHandler(updated[agent.era], ({ params: { uri } }) => {
        told.set(uri, (told.get(uri) ?? 0) + 1);
      });
    });
    after(async () => {
      await agent?.close();
      await service?.stop();
    });

    test('announces resources, lists them and their templates', async () => {
      assert.deepEqual(agent.client.getServerCapabilities().resources, { subscribe: true });
      const session = await ask('start_session', { name: 'listed' });
      const job = await ask('run_command', { session_id: session.session_id, command: 'echo hi' });
      const { resources } = await agent.client.listResources();
      const uris = resources.map(({ uri }) => uri);
      for (const uri of [`berth://sessions/${session.session_id}`, `berth://jobs/${job.job_id}/stdout`,
                         `berth://jobs/${job.job_id}/stderr`]) {
        assert.ok(uris.includes(uri), `${uri} is not among ${uris}`);
      }
      const { resourceTemplates } = await agent.client.listResourceTemplates();
      assert.deepEqual(resourceTemplates.map(({ uriTemplate }) => uriTemplate), [
        'berth://jobs/{job_id}/stdout', 'berth://jobs/{job_id}/stderr',
        'berth://sessions/{session_id}']);
    });

    test('tells of new output of a running job, which is read then', async () => {
      const job = await steppedJob();
      const watching = await watch(job.uri);
      const heard = toldThat(watching, 'the text is new', async () =>
        await read(job.uri) === 'before\nafter\n');
      await job.goOn();
      await heard;
      await watching.end();
    });

    test('tells nothing any more once the watch has ended', async () => {
      // What was told before it is known once a later watch has told something.
      const laterWatch = async () => {
        const job = await steppedJob();
        const watching = await watch(job.uri);
        await job.goOn();
        await eventually('a notification', () => watching.count() > 0);
        await watching.end();
      };
      const job = await steppedJob();
      const ended = await watch(job.uri);
      await ended.end();
      await laterWatch();
      const before = ended.count();
      await job.goOn();
      await ask('get_job', { job_id: job.job_id, wait_ms: 10_000 });
      await laterWatch();
      assert.equal(ended.count(), before);
    });

    test('tells what a session is doing', async () => {
      const { session_id } = await ask('start_session', {});
      const uri = `berth://sessions/${session_id}`;
      const state = async () => JSON.parse(await read(uri)).state;
      assert.equal(await state(), 'ready');
      const watching = await watch(uri);
      const busy = toldThat(watching, 'it is busy', async () => await state() === 'busy');
      const job = await steppedJob({ session_id });
      await busy;
      const ready = toldThat(watching, 'it is ready', async () => await state() === 'ready');
      await job.goOn();
      await ready;
      const ended = toldThat(watching, 'it has ended', async () => await state() === 'ended');
      await ask('end_session', { session_id });
      await ended;
      await watching.end();
    });

    test('reads the end of a large output and says so', async () => {
      const { job_id } = await ask('run_command', { command: 'seq 1 400000' });
      const text = await read(`berth://jobs/${job_id}/stdout`);
      assert.ok(text.length <= 1_100_000 && text.length > 1_000_000, `${text.length}`);
      assert.match(text, /^\[\.\.\. \d+ bytes left out; read_output job_id=job_\w+ stream=stdout/);
      assert.ok(text.endsWith('\n399999\n400000\n'));
    });

    test('refuses what does not exist', async () => {
      const uri = 'berth://jobs/job_aaaaaaaaaaaaaaaaaaaaaaaaaa/stdout';
      const code = agent.era === 'modern' ? -32602 : -32002;
      for (const missing of [uri, 'berth://jobs/x', 'file:///etc/passwd']) {
        await assert.rejects(agent.client.readResource({ uri: missing }), (error) => {
          assert.equal(error.code, code);
          assert.match(error.message, /not found/i);
          return true;
        });
      }
      if (agent.era === 'modern') {
        const subscription = await agent.client.listen({ resourceSubscriptions: [uri] });
        assert.deepEqual(subscription.honoredFilter, { resourceSubscriptions: [] });
        await subscription.close();
      } else {
        await assert.rejects(agent.client.subscribeResource({ uri }), { code });
      }
    });

    if (name.includes('stdio')) {
      test('a watch survives kill -9 of the service', async () => {
        const job = await steppedJob();
        const watching = await watch(job.uri);
        await service.crash();
        await service.launch();
        assert.equal(await read(job.uri), 'before\n');
        const heard = toldThat(watching, 'the text is new', async () =>
          await read(job.uri) === 'before\nafter\n');
        await job.goOn();
        await heard;
        await watching.end();
      });
    } else if (name.startsWith('client')) {
      test('a stopping service ends a watch with a word', async () => {
        const other = await Service.start(settings);
        const client = await connect(other);
        const subscription = await client.client.listen({ toolsListChanged: true });
        assert.deepEqual(subscription.honoredFilter, {});
        await other.stop();
        assert.equal(await subscription.closed, 'graceful');
        await client.close();
      });
    }
  });
}

describe('the stream of an MCP session', { timeout: 60_000 }, () => {
  let service;
  let headers;

  before(async () => {
    service = await Service.start(settings);
    headers = {
      Authorization: `Bearer ${await service.token()}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    };
  });
  after(() => service?.stop());

  const post = (method, params, id = 1) =>
    fetch(`${service.endpoint.url}/mcp`, {
      method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id, method, params }) });
  const openStream = (more = {}) => fetch(`${service.endpoint.url}/mcp`, { headers: { ...headers, ...more } });

  test('needs a session; a second one takes over and begins with what is subscribed', async () => {
    assert.equal((await openStream()).status, 405);
    assert.equal((await openStream({ 'Mcp-Session-Id': 'con_nothing' })).status, 404);
    const started = await post('initialize', { protocolVersion: '2025-11-25', capabilities: {} });
    headers['Mcp-Session-Id'] = started.headers.get('mcp-session-id');
    assert.equal((await openStream({ Accept: 'application/json' })).status, 406);

    const first = await openStream();
    assert.equal(first.headers.get('content-type'), 'text/event-stream');
    const call = await (await post('tools/call', {
      name: 'start_session', arguments: {} })).json();
    const uri = `berth://sessions/${call.result.structuredContent.session_id}`;
    assert.deepEqual((await (await post('resources/subscribe', { uri })).json()).result, {});

    const second = await openStream();
    const heard = messages(second);
    const { value } = await heard.next();
    assert.deepEqual(value, {
      jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } });
    for await (const message of messages(first)) assert.fail(`the first stream: ${message}`);

    await fetch(`${service.endpoint.url}/mcp`, { method: 'DELETE', headers });
    assert.equal((await heard.next()).done, true, 'it ends with its session');
  });
});
