// The service is killed with SIGKILL while a command prints; its bridge delivers everything.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
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
  });
}
