// What an agent does with Berth, as tests: the same for every client and transport.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Service, eventually } from './harness.mjs';

const toolNames = [
  'start_session', 'run_command', 'run_background', 'get_job', 'read_output', 'interrupt',
  'end_session', 'list_sessions', 'list_jobs',
];

/** The text of a refused call, whether it came as a tool error or as a protocol error. */
async function refusal(call) {
  try {
    const result = await call;
    assert.equal(result.isError, true, `was not refused: ${JSON.stringify(result)}`);
    return result.content.map((part) => part.text).join('\n');
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return error.message;
  }
}

export function describeConversation(name, connect, era) {
  describe(name, { timeout: 60_000 }, () => {
    let service;
    let agent;

    /** Calls a tool that must succeed and gives its structured result. */
    const ask = (...args) => agent.ask(...args);

    const startSession = async (args = {}) => (await ask('start_session', args)).session_id;

    before(async () => {
      service = await Service.start();
      agent = await connect(service);
    });
    after(async () => {
      await agent?.close();
      await service?.stop();
    });

    test('introduces itself in the era that was asked for', () => {
      assert.equal(agent.era, era);
      assert.match(agent.serverVersion.name, /^berth$/i);
      assert.match(agent.serverVersion.version, /^\d+\.\d+\.\d+/);
    });

    test('lists its tools with schemas and says the same twice', async () => {
      const tools = await agent.listTools();
      assert.deepEqual(toolNames.filter((tool) => !tools.some(({ name }) => name === tool)), []);
      for (const tool of tools) {
        assert.match(tool.name, /^[A-Za-z0-9_-]{1,64}$/);
        assert.ok(tool.description.length > 20, tool.name);
        assert.equal(tool.inputSchema.type, 'object');
        assert.equal(tool.outputSchema.type, 'object');
      }
      assert.deepEqual(await agent.listTools(), tools);
    });

    test('runs a command in a session: both streams, exit code, directory', async () => {
      const session_id = await startSession();
      const job = await ask('run_command', {
        session_id, command: 'echo to-out; echo to-err >&2; (exit 3)' });
      assert.match(job.job_id, /^job_[a-z2-7]{26}$/);
      assert.equal(job.state, 'failed');
      assert.equal(job.exit_code, 3);
      assert.equal(job.stdout, 'to-out\n');
      assert.equal(job.stderr, 'to-err\n');
      assert.equal(job.stdout_bytes, 7);
      assert.equal(job.truncated, false);
      await ask('end_session', { session_id });
    });

    test('keeps directory, variables and functions between commands', async () => {
      const session_id = await startSession();
      await ask('run_command', { session_id, command: 'cd /usr/lib; word=kept; say() { echo "$1"; }' });
      const job = await ask('run_command', { session_id, command: 'pwd; say "$word"' });
      assert.equal(job.stdout, '/usr/lib\nkept\n');
      assert.equal(job.cwd, '/usr/lib');
      const elsewhere = await ask('run_command', { session_id, command: 'pwd', cwd: '/tmp' });
      assert.equal(elsewhere.stdout, '/tmp\n');
      assert.equal((await ask('run_command', { session_id, command: 'pwd' })).stdout, '/usr/lib\n');
      await ask('end_session', { session_id });
    });

    test('runs a command without a session in a terminal of its own', async () => {
      const job = await ask('run_command', { command: 'echo "$GREETING"', env: { GREETING: 'hi' } });
      assert.equal(job.state, 'succeeded');
      assert.equal(job.exit_code, 0);
      assert.equal(job.stdout, 'hi\n');
    });

    test('a question meets end of file instead of hanging', async () => {
      const job = await ask('run_command', { command: 'read answer; echo "status $?"' });
      assert.equal(job.stdout, 'status 1\n');
    });

    test('follows a background job and reads its output by offset, tail and pattern', async () => {
      const started = await ask('run_background', {
        command: 'seq 1 500; echo last >&2; sleep 0.3; echo done' });
      assert.match(started.state, /^(queued|running)$/);
      const job = await ask('get_job', { job_id: started.job_id, wait_ms: 20_000 });
      assert.equal(job.state, 'succeeded');
      assert.equal(job.stderr, 'last\n');
      const { job_id } = started;
      const expected = Array.from({ length: 500 }, (_, i) => `${i + 1}\n`).join('') + 'done\n';
      const first = await ask('read_output', { job_id, offset: 0, limit: 100 });
      assert.equal(first.text, expected.slice(0, 100));
      assert.equal(first.eof, false);
      const rest = await ask('read_output', { job_id, offset: first.next_offset });
      assert.equal(first.text + rest.text, expected);
      assert.equal(rest.eof, true);
      assert.equal(rest.total_bytes, expected.length);
      const tail = await ask('read_output', { job_id, tail_lines: 2 });
      assert.equal(tail.text, '500\ndone\n');
      const found = await ask('read_output', { job_id, grep: '^4[0-9]9$' });
      assert.deepEqual(found.text.match(/4\d9/g), Array.from({ length: 10 }, (_, i) => `4${i}9`));
    });

    test('answers a long command after yield_after_ms and lets it go on', async () => {
      const early = await ask('run_command', {
        command: 'echo begun; sleep 1; echo ended', yield_after_ms: 300 });
      assert.equal(early.state, 'running');
      assert.equal(early.stdout, 'begun\n');
      const job = await ask('get_job', { job_id: early.job_id, wait_ms: 20_000 });
      assert.equal(job.state, 'succeeded');
      assert.equal(job.stdout, 'begun\nended\n');
    });

    test('ends a command at its time limit', async () => {
      const job = await ask('run_command', { command: 'echo begun; sleep 60', timeout_ms: 300 });
      assert.equal(job.state, 'timed_out');
      assert.equal(job.stdout, 'begun\n');
    });

    test('interrupts a job and the session lives on', async () => {
      const session_id = await startSession();
      const { job_id } = await ask('run_background', { session_id, command: 'echo begun; sleep 60' });
      await eventually('the command to begin', async () =>
        (await ask('read_output', { job_id, offset: 0 })).text === 'begun\n');
      await ask('interrupt', { job_id });
      const job = await ask('get_job', { job_id, wait_ms: 20_000 });
      assert.ok(job.exit_code === 130 || job.signal === 'SIGINT', JSON.stringify(job));
      const next = await ask('run_command', { session_id, command: 'echo alive' });
      assert.equal(next.stdout, 'alive\n');
      await ask('end_session', { session_id });
    });

    test('a cancelled call interrupts its command', async () => {
      const session_id = await startSession();
      const cancel = new AbortController();
      const marker = path.join(service.dir, 'cancel-marker');
      const call = agent.call(
        'run_command', { session_id, command: `echo begun > '${marker}'; sleep 60` },
        { signal: cancel.signal });
      await eventually('the command to begin', () =>
        readFile(marker, 'utf8').then((text) => text === 'begun\n', () => false));
      cancel.abort('not needed any more');
      await assert.rejects(call);
      const next = await ask('run_command', { session_id, command: 'echo alive' });
      assert.equal(next.stdout, 'alive\n');
      const { jobs } = await ask('list_jobs', { session_id });
      assert.deepEqual(jobs.map((job) => job.state), ['succeeded', 'cancelled']);
      await ask('end_session', { session_id });
    });

    test('a repeated request_key gives the same job and one execution', async () => {
      const log = path.join(service.dir, 'key-log');
      const args = { command: `echo ran >> '${log}'`, request_key: `key-${name}` };
      const first = await ask('run_command', args);
      const again = await ask('run_command', args);
      assert.equal(again.job_id, first.job_id);
      assert.equal(await readFile(log, 'utf8'), 'ran\n');
    });

    test('several calls run at the same time', async () => {
      const fifo = path.join(service.dir, 'meeting');
      await ask('run_command', { command: `mkfifo '${fifo}'` });
      const [reader, writer] = await Promise.all([
        ask('run_command', { command: `cat '${fifo}'` }),
        ask('run_command', { command: `echo met > '${fifo}'` }),
      ]);
      assert.equal(reader.stdout, 'met\n');
      assert.equal(writer.state, 'succeeded');
    });

    test('lists sessions and jobs, page by page', async () => {
      const session_id = await startSession({ name: 'listed' });
      const { job_id } = await ask('run_command', { session_id, command: 'true' });
      const { sessions } = await ask('list_sessions', {});
      const listed = sessions.find((session) => session.session_id === session_id);
      assert.equal(listed.state, 'ready');
      assert.equal(listed.shell, 'bash');
      const seen = [];
      let cursor;
      do {
        const page = await ask('list_jobs', { limit: 2, ...(cursor && { cursor }) });
        assert.ok(page.jobs.length <= 2);
        seen.push(...page.jobs.map((job) => job.job_id));
        cursor = page.next_cursor;
      } while (cursor);
      assert.equal(new Set(seen).size, seen.length);
      assert.ok(seen.includes(job_id));
      await ask('end_session', { session_id });
      const gone = await refusal(agent.call('run_command', { session_id, command: 'true' }));
      assert.match(gone, new RegExp(`${session_id}|ended|session`));
    });

    test('wrong arguments are refused by name', async () => {
      assert.match(await refusal(agent.call('run_command', { command: 5 })), /command/);
      assert.match(await refusal(agent.call('run_command', {})), /command/);
      assert.match(await refusal(agent.call('run_command', { command: 'true', timeout_ms: -1 })),
                   /timeout_ms/);
      assert.match(await refusal(agent.call('run_command', { command: 'true', tiemout_ms: 1 })),
                   /tiemout_ms/);
      assert.match(await refusal(agent.call('get_job', { job_id: 'ses_x' })), /job_id/);
      assert.match(await refusal(agent.call('no_such_tool', {})), /no_such_tool/);
    });

    test('a directory that is not there is an error, not a fallback', async () => {
      const text = await refusal(agent.call('run_command', { command: 'pwd', cwd: '/no/such/folder' }));
      assert.match(text, /cwd_not_accessible/);
      assert.match(text, /\/no\/such\/folder/);
    });
  });
}
