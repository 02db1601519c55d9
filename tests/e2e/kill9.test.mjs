// The service is killed with SIGKILL while a command prints; its bridge delivers everything.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { readFile, unlink } from 'node:fs/promises';
import path from 'node:path';
import { connectors } from './clients.mjs';
import { Service, eventually } from './harness.mjs';

const lines = 30;

for (const name of ['sdk 1.32 over stdio', 'client 2.4 over stdio']) {
  describe(`kill -9 under ${name}`, { timeout: 60_000 }, () => {
    let service;
    let agent;
    after(async () => {
      await agent?.close();
      await service?.stop();
    });

    test('all lines, the right exit code, one execution, the same bridge', async () => {
      service = await Service.start();
      agent = await connectors[name](service);
      const started = await agent.call('start_session');
      const { session_id } = started.structuredContent;
      const log = path.join(service.dir, 'log');
      const command = `echo ran >> '${log}'; for i in $(seq 1 ${lines}); do
          echo "line $i"; echo "$i" >> '${log}'; sleep 0.1
        done; echo 'to the end' >&2; (exit 7)`;
      const answer = agent.call('run_command', { session_id, command });
      await eventually('a third of the lines', async () =>
        (await readFile(log, 'utf8').catch(() => '')).includes(`\n${lines / 3}\n`));
      const bridgePid = agent.client.transport.pid;
      await service.crash();
      await service.launch();

      const { structuredContent: job } = await answer;
      assert.equal(job.stdout, Array.from({ length: lines }, (_, i) => `line ${i + 1}\n`).join(''));
      assert.equal(job.stderr, 'to the end\n');
      assert.equal(job.exit_code, 7);
      assert.equal(job.state, 'failed');
      assert.equal((await readFile(log, 'utf8')).split('\n').filter((line) => line === 'ran').length, 1);

      const next = await agent.call('run_command', { session_id, command: 'echo alive' });
      assert.equal(next.structuredContent.stdout, 'alive\n');
      assert.equal(agent.client.transport.pid, bridgePid);
    });

    test('progress goes on, and goes on rising', async () => {
      const log = path.join(service.dir, 'progress');
      const command = `for i in $(seq 1 60); do echo "line $i"; echo "$i" >> '${log}'; sleep 0.1; done`;
      const told = [];
      const answer = agent.call('run_command', { command }, { onprogress: (progress) => told.push(progress) });
      await eventually('some progress', async () => told.length >= 3);
      await service.crash();
      const before = told.length;
      await service.launch();
      const { structuredContent: job } = await answer;
      assert.equal(job.state, 'succeeded');
      assert.ok(told.length > before + 3, `${before} before, ${told.length} in all`);
      assert.ok(told.every(({ progress }, i) => i === 0 || progress > told[i - 1].progress));
    });

    // Foreground work is stored after it is told: until then the host's journal and files hold it.
    test('what was told is known afterwards, however soon the service is killed', async () => {
      const { session_id } = (await agent.call('start_session')).structuredContent;
      const log = path.join(service.dir, 'runs');
      for (const bytes of [2, 5_000, 100_000]) {
        const told = [];
        for (let i = 0; i < 3; ++i) {
          const command = `echo ran >> '${log}'; head -c ${bytes - 1} /dev/zero | tr '\\0' ${i}; echo; (exit ${i})`;
          const { structuredContent: job } = await agent.call('run_command', { session_id, command });
          assert.ok(job.stdout.startsWith(bytes === 2 ? `${i}\n` : `${i}${i}`), job.stdout.slice(0, 80));
          told.push(job);
        }
        await service.crash();
        await service.launch();
        for (const [i, before] of told.entries()) {
          const { structuredContent: job } = await agent.call('get_job', { job_id: before.job_id });
          assert.equal(job.state, i === 0 ? 'succeeded' : 'failed');
          assert.equal(job.exit_code, i);
          assert.equal(job.stdout_bytes, bytes);
          const { structuredContent: output } = await agent.call(
            'read_output', { job_id: before.job_id, limit: 1_000_000 });
          const whole = output.text === `${i}`.repeat(bytes - 1) + '\n';
          assert.ok(whole, `${output.text.length} bytes of output ${i}: ${output.text.slice(0, 80)}`);
        }
        const listed = (await agent.call('list_jobs', { session_id })).structuredContent.jobs;
        assert.equal(listed[0].job_id, told.at(-1).job_id);
      }
      const runs = (await readFile(log, 'utf8')).split('\n').filter((line) => line === 'ran');
      assert.equal(runs.length, 9);
    });

    test('a command with a terminal of its own, or in the background, is not run again', async () => {
      const { session_id } = (await agent.call('start_session')).structuredContent;
      for (const [tool, place] of [['run_command', {}], ['run_background', {}],
                                   ['run_background', { session_id }]]) {
        const log = path.join(service.dir, tool);
        const command = `echo ran >> '${log}'; echo out; (exit 5)`;
        const { structuredContent: told } = await agent.call(tool, { ...place, command });
        await service.crash();
        await service.launch();
        const { structuredContent: job } = await agent.call(
          'get_job', { job_id: told.job_id, wait_ms: 20_000 });
        assert.equal(job.exit_code, 5);
        assert.equal(job.stdout, 'out\n');
        // Whatever would run it again would do so before a later command in its place.
        await agent.call('run_command', { ...place, command: 'true' });
        assert.equal(await readFile(log, 'utf8'), 'ran\n');
        await unlink(log);
      }
    });
  });
}
