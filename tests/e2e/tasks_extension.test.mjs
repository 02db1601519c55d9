// Jobs as MCP tasks, the extension of 2026-07-28: with its official client, and message by message.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import readline from 'node:readline';
import { resultFromTaskOutcome, withTasks } from '@modelcontextprotocol/ext-tasks/client';
import { messages } from './event_stream.mjs';
import { Service, eventually, until } from './harness.mjs';

const extension = 'io.modelcontextprotocol/tasks';
const prefix = 'io.modelcontextprotocol/';

/** What every request says of its client. */
const framed = (params, knows = true) => ({
  ...params,
  _meta: {
    ...params._meta,
    [`${prefix}protocolVersion`]: '2026-07-28',
    [`${prefix}clientCapabilities`]: knows ? { extensions: { [extension]: {} } } : {},
  },
});

describe('tasks: the extension of 2026-07-28 over HTTP', { timeout: 60_000 }, () => {
  let service;
  let token;
  let files = 0;
  const nextFile = () => path.join(service.dir, `go-${++files}`);

  before(async () => {
    service = await Service.start();
    token = await service.token();
  });
  after(() => service?.stop());

  function post(method, params, { knows = true, signal, headers = {} } = {}) {
    const name = params.taskId ?? params.name;
    return fetch(`${service.endpoint.url}/mcp`, {
      method: 'POST',
      signal,
      headers: {
        Authorization: `Bearer ${token}`, 'Berth-Client-Id': 'tasks-e2e',
        'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, ...(name && { 'Mcp-Name': name }),
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: framed(params, knows) }),
    });
  }

  async function ask(method, params, options) {
    for await (const message of messages(await post(method, params, options))) {
      if ('id' in message) return message.result ?? message;
    }
    throw new Error(`${method} was not answered`);
  }
  const run = (args, options) =>
    ask('tools/call', { name: 'run_command', arguments: args }, options);
  const ended = (taskId) => eventually(`the end of ${taskId}`, async () => {
    const task = await ask('tasks/get', { taskId });
    return task.status !== 'working' && task;
  });

  test('is announced', async () => {
    const { capabilities } = await ask('server/discover', {});
    assert.deepEqual(capabilities.extensions, { [extension]: {} });
    assert.equal(capabilities.tasks, undefined);
  });

  test('a short command is answered with its result, a long one becomes a task', async () => {
    const short = await run({ command: 'echo hi' });
    assert.equal(short.resultType, 'complete');
    assert.equal(short.structuredContent.stdout, 'hi\n');

    const go = nextFile();
    const task = await run({ command: until(go, '(exit 4)') });
    assert.equal(task.resultType, 'task', JSON.stringify(task));
    assert.equal(task.status, 'working');
    assert.equal(task.ttlMs, null);
    const { taskId } = task;
    const working = await ask('tasks/get', { taskId });
    assert.equal(working.resultType, 'complete');
    assert.equal(working.status, 'working');
    assert.equal((await ask('tasks/update', { taskId, inputResponses: { x: {} } })).resultType, 'complete');

    await service.crash();
    await service.launch();
    token = await service.token();
    assert.equal((await ask('tasks/get', { taskId })).status, 'working');
    await writeFile(go, '');
    const { status, result, ttlMs } = await ended(taskId);
    assert.equal(status, 'completed');
    assert.ok(ttlMs > 29 * 86_400_000);
    assert.equal(result.structuredContent.job_id, taskId);
    assert.equal(result.structuredContent.exit_code, 4);
    assert.equal(result.structuredContent.stdout, 'before\nafter\n');
    assert.equal(result.isError, false);
  });

  test('who says when to answer, or does not know tasks, is answered then', async () => {
    for (const options of [{}, { knows: false }]) {
      const go = nextFile();
      const early = await run({ command: until(go), yield_after_ms: 100 }, options);
      assert.equal(early.resultType, 'complete');
      assert.equal(early.structuredContent.state, 'running');
      await writeFile(go, '');
      assert.equal((await ended(early.structuredContent.job_id)).status, 'completed');
    }
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const response = await post(method, { taskId: 'x', inputResponses: {} }, { knows: false });
      assert.equal(response.status, 400);
      const { error } = await response.json();
      assert.equal(error.code, -32021);
      assert.deepEqual(error.data.requiredCapabilities, { extensions: { [extension]: {} } });
    }
  });

  test('it is cancelled, which is acknowledged, also later', async () => {
    const { structuredContent: { job_id: taskId } } =
      await run({ command: 'sleep 100', yield_after_ms: 0 });
    for (let i = 0; i < 2; ++i) {
      const { _meta, ...acknowledged } = await ask('tasks/cancel', { taskId });
      assert.deepEqual(acknowledged, { resultType: 'complete' });
    }
    const cancelled = await ended(taskId);
    assert.equal(cancelled.status, 'cancelled');
    assert.equal(cancelled.result, undefined);
  });

  test('closing the stream during the first wait cancels the command, as without tasks', async () => {
    const mark = nextFile();
    const abort = new AbortController();
    const answer = run({ command: `touch '${mark}'; sleep 100` }, { signal: abort.signal });
    await eventually('the command to run', () => readFile(mark).catch(() => undefined));
    abort.abort();
    await assert.rejects(answer);
    const list = await ask('tools/call', { name: 'list_jobs', arguments: { limit: 1 } });
    const [{ job_id, command }] = list.structuredContent.jobs;
    assert.ok(command.includes(mark), command);
    assert.equal((await ended(job_id)).status, 'cancelled');
  });

  test('its end can be listened to', async () => {
    const go = nextFile();
    const { structuredContent: { job_id: taskId } } =
      await run({ command: until(go), yield_after_ms: 0 });
    const abort = new AbortController();
    const heard = messages(await post(
      'subscriptions/listen', { notifications: { taskIds: [taskId, 'job_x'] } },
      { signal: abort.signal }));
    const { value: acknowledged } = await heard.next();
    assert.deepEqual(acknowledged.params.notifications, { taskIds: [taskId] });
    await writeFile(go, '');
    const { value: told } = await heard.next();
    assert.equal(told.method, 'notifications/tasks');
    assert.equal(told.params.taskId, taskId);
    assert.equal(told.params.status, 'completed');
    assert.equal(told.params.result.structuredContent.stdout, 'before\nafter\n');
    abort.abort();
  });

  test('what is not there, and what is no method, is an error', async () => {
    assert.equal((await ask('tasks/get', { taskId: 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa' })).error.code, -32602);
    const wrong = await post('tasks/get', { taskId: 'x' }, { headers: { 'Mcp-Name': 'y' } });
    assert.equal(wrong.status, 400);
    assert.equal((await wrong.json()).error.code, -32020);
    for (const method of ['tasks/list', 'tasks/result']) {
      assert.equal((await ask(method, { taskId: 'x' })).error.code, -32601);
    }
  });

  test('its official client runs a command to its end', async () => {
    const session = withTasks(port('http', async ({ method, params }) => ask(method, params)));
    const go = nextFile();
    const execution = await session.callTool('run_command', { command: until(go, '(exit 6)') });
    const settled = execution.settle();
    await writeFile(go, '');
    const { outcome, lastTask } = await settled;
    const { structuredContent: job } = resultFromTaskOutcome(outcome);
    assert.equal(lastTask.status, 'completed');
    assert.equal(job.exit_code, 6);
    assert.equal(job.stdout, 'before\nafter\n');
    await session.close();
  });
});

/** What the extension's client needs of a connection; `ask` gives a result, or a message with an error. */
function port(endpointId, ask) {
  return {
    endpointId,
    taskCapabilities: { generation: 'v2', capabilities: {} },
    invalidated: false,
    dispatch: async (request) => {
      const answer = await ask(request);
      return answer.error ? { kind: 'error', error: answer.error } : { kind: 'result', result: answer };
    },
    onServerRequest: () => () => {},
    onNotification: () => () => {},
    onInvalidated: () => () => {},
  };
}

describe('tasks: the extension of 2026-07-28 over stdio', { timeout: 60_000 }, () => {
  let service;
  let bridge;
  const waiting = new Map();

  before(async () => {
    service = await Service.start();
    const { command, args, env, cwd } = service.bridge;
    bridge = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    readline.createInterface({ input: bridge.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      waiting.get(message.id)?.(message.result ?? message);
      waiting.delete(message.id);
    });
  });
  after(async () => {
    bridge?.stdin.end();
    await service?.stop();
  });

  let last = 0;
  const ask = ({ method, params }) => new Promise((answered) => {
    waiting.set(++last, answered);
    bridge.stdin.write(JSON.stringify(
      { jsonrpc: '2.0', id: last, method, params: framed(params) }) + '\n');
  });

  test('its official client, through kill -9 during the first wait and of the task', async () => {
    const session = withTasks(port('stdio', ask));
    const go = path.join(service.dir, 'go');
    const log = path.join(service.dir, 'runs');
    const begun = session.callTool('run_command', {
      command: `echo ran >> '${log}'; ${until(go, '(exit 7)')}` });
    await eventually('the command to run', () => readFile(log).catch(() => undefined));
    await service.crash();
    await service.launch();
    const execution = await begun;
    assert.equal(execution.kind, 'task');
    const { taskId } = execution.handle;
    await service.crash();
    await service.launch();
    const settled = execution.settle();
    await writeFile(go, '');
    const { structuredContent: job } = resultFromTaskOutcome((await settled).outcome);
    assert.equal(job.job_id, taskId);
    assert.equal(job.exit_code, 7);
    assert.equal(job.stdout, 'before\nafter\n');
    assert.equal(await readFile(log, 'utf8'), 'ran\n');
    await session.close();
  });

  test('its official client cancels a task', async () => {
    const session = withTasks(port('stdio', ask));
    const execution = await session.callTool('run_command', { command: 'sleep 100' });
    const settled = execution.settle();
    await execution.cancel();
    assert.equal((await settled).outcome.status, 'cancelled');
    await session.close();
  });
});
