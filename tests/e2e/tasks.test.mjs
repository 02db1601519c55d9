// Jobs as MCP tasks, the experimental ones of 2025-11-25, with the SDK's own client.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { connectors } from './clients.mjs';
import { Service, eventually, until } from './harness.mjs';


for (const transport of ['stdio', 'HTTP']) {
  describe(`tasks: sdk 1.32 over ${transport}`, { timeout: 60_000 }, () => {
    let service;
    let agent;
    let tasks;
    let files = 0;
    const nextFile = () => path.join(service.dir, `go-${++files}`);
    const resultOf = (taskId) => tasks.getTaskResult(taskId, CallToolResultSchema);

    before(async () => {
      service = await Service.start();
      agent = await connectors[`sdk 1.32 over ${transport}`](service);
      await agent.listTools();
      tasks = agent.client.experimental.tasks;
    });
    after(async () => {
      await agent?.close();
      await service?.stop();
    });

    /** Begins `command` as a task; gives the task. */
    async function begin(command, args = {}) {
      const created = tasks.callToolStream(
        { name: 'run_command', arguments: { command, ...args } });
      const { value } = await created.next();
      assert.equal(value.type, 'taskCreated', JSON.stringify(value));
      await created.return();  // polls no more; the task goes on
      return value.task;
    }

    test('run_command is known to be one that may be a task, others are not', async () => {
      assert.deepEqual(agent.client.getServerCapabilities().tasks, {
        list: {}, cancel: {}, requests: { tools: { call: {} } } });
      const able = (await agent.listTools()).filter(({ execution }) => execution);
      assert.deepEqual(able.map(({ name, execution }) => [name, execution.taskSupport]),
                       [['run_command', 'optional']]);
    });

    test('the SDK runs a command as a task to its result', async () => {
      const messages = [];
      for await (const message of tasks.callToolStream(
        { name: 'run_command', arguments: { command: 'echo out; echo err >&2; (exit 3)' } })) {
        messages.push(message);
      }
      const [created] = messages;
      assert.equal(created.type, 'taskCreated');
      assert.equal(created.task.ttl, null);
      const last = messages.at(-1);
      assert.equal(last.type, 'result', JSON.stringify(last));
      const { result } = last;
      assert.equal(result.structuredContent.job_id, created.task.taskId);
      assert.equal(result.structuredContent.exit_code, 3);
      assert.equal(result.structuredContent.stdout, 'out\n');
      assert.equal(result.structuredContent.stderr, 'err\n');
      assert.equal(result.isError, false);
      assert.equal(result._meta['io.modelcontextprotocol/related-task'].taskId, created.task.taskId);
      const job = await agent.ask('get_job', { job_id: created.task.taskId });
      assert.deepEqual(job, result.structuredContent);

      const task = await tasks.getTask(created.task.taskId);
      assert.equal(task.status, 'completed', 'a command that failed is a result');
      assert.ok(task.ttl > 29 * 86_400_000, `${task.ttl}`);
      assert.match(task.statusMessage, /^failed \(exit 3\)/);
    });

    test('its result is awaited, and shows as much output as was asked for', async () => {
      const go = nextFile();
      const { taskId } = await begin(until(go, 'seq 1 5000'), { max_output_bytes: 100 });
      const result = resultOf(taskId);
      assert.equal((await tasks.getTask(taskId)).status, 'working');
      await writeFile(go, '');
      const { structuredContent: job } = await result;
      assert.equal(job.state, 'succeeded');
      assert.ok(job.truncated && job.stdout.length < 400, job.stdout);
    });

    test('it is cancelled; its session goes on', async () => {
      const { session_id } = await agent.ask('start_session', {});
      await agent.ask('run_command', { session_id, command: 'cd /tmp; kept=yes' });
      // Some ignore being asked to end.
      for (const command of ['sleep 100', `trap '' INT TERM; while :; do sleep 1; done`]) {
        const { taskId } = await begin(command, { session_id });
        await eventually('the command to run', async () =>
          (await agent.ask('get_job', { job_id: taskId })).state === 'running');
        assert.equal((await tasks.cancelTask(taskId)).status, 'cancelled');
        assert.equal((await tasks.getTask(taskId)).status, 'cancelled');
        assert.equal((await resultOf(taskId)).structuredContent.state, 'cancelled');
        await assert.rejects(tasks.cancelTask(taskId), { code: -32602 });
      }
      const { job_id } = await agent.ask('run_command', { session_id, command: 'true' });
      await assert.rejects(tasks.cancelTask(job_id), { code: -32602 }, 'every job is a task');
      const next = await agent.ask('run_command', { session_id, command: 'pwd' });
      assert.equal(next.stdout, '/tmp\n');
    });

    test('tasks are listed page by page, newest first, and those of others are not there', async () => {
      const ids = [];
      for (let i = 0; i < 52; ++i) ids.unshift((await agent.ask('run_command', { command: 'true' })).job_id);
      const first = await tasks.listTasks();
      const second = await tasks.listTasks(first.nextCursor);
      const listed = [...first.tasks, ...second.tasks].map(({ taskId }) => taskId);
      assert.deepEqual(listed.slice(0, ids.length), ids);
      await assert.rejects(tasks.listTasks('nonsense'), { code: -32602 });

      const other = await connectors['sdk 1.32 over stdio'](service);
      const theirs = other.client.experimental.tasks;
      assert.deepEqual((await theirs.listTasks()).tasks, []);
      for (const attempt of [theirs.getTask(ids[0]), theirs.getTaskResult(ids[0], CallToolResultSchema),
                             theirs.cancelTask(ids[0])]) {
        await assert.rejects(attempt, { code: -32602 });
      }
      await other.close();
    });

    test('what cannot be a task, or cannot begin, is an error', async () => {
      const refusal = async (name, args) => {
        const stream = tasks.callToolStream({ name, arguments: args }, undefined, { task: {} });
        const { value } = await stream.next();
        assert.equal(value.type, 'error', JSON.stringify(value));
        return value.error;
      };
      assert.equal((await refusal('run_background', { command: 'true' })).code, -32601);
      assert.equal((await refusal('run_command', {})).code, -32602);
      assert.equal((await refusal('run_command', { command: 'true', shell: 'fish' })).data.code,
                   'unsupported');
    });

    test('a task whose command cannot be run has failed', async () => {
      const { taskId } = await begin('true', { cwd: '/nonexistent' });
      const failed = await resultOf(taskId);
      assert.equal(failed.isError, true);
      assert.match(failed.content[0].text, /\/nonexistent/);
      const task = await tasks.getTask(taskId);
      assert.equal(task.status, 'failed');
      assert.match(task.statusMessage, /\/nonexistent/);
    });

    if (transport === 'stdio') {
      test('kill -9 of the service: the task is still there, and ran once', async () => {
        const go = nextFile();
        const log = path.join(service.dir, 'runs');
        const { taskId } = await begin(`echo ran >> '${log}'; ${until(go, 'exit 7')}`);
        const result = resultOf(taskId);
        await eventually('the command to run', async () =>
          (await readFile(log, 'utf8').catch(() => '')) !== '');
        await service.crash();
        await service.launch();
        assert.equal((await tasks.getTask(taskId)).status, 'working');
        await writeFile(go, '');
        const { structuredContent: job } = await result;
        assert.equal(job.job_id, taskId);
        assert.equal(job.exit_code, 7);
        assert.equal(job.stdout, 'before\nafter\n');
        assert.equal((await tasks.getTask(taskId)).status, 'completed');
        assert.equal(await readFile(log, 'utf8'), 'ran\n');
      });
    }
  });
}
