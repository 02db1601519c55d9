// The service is killed with SIGKILL again and again, at random times, under clients that call
// without pause: the bridge's pipe stays up, every call is answered with exactly its text, and no
// command runs twice. BERTH_KILLS sets how often for each client.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectors } from './clients.mjs';
import { Service } from './harness.mjs';

const kills = Number(process.env.BERTH_KILLS ?? 15);
const longestLifeMs = 800;  // of a service once it is ready
const callLimit = { timeout: 60_000 };

const numbers = (count) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join('');

for (const name of ['sdk 1.32 over stdio', 'client 2.4 over stdio']) {
  describe(`${kills} kills under ${name}`, { timeout: 60_000 + kills * 3_000 }, () => {
    let service;
    let agent;
    let calls = 0;
    let killing = true;
    before(async () => {
      service = await Service.start();
      agent = await connectors[name](service);
    });
    after(async () => {
      await agent?.close();
      await service?.stop();
    });

    const file = (part) => path.join(service.dir, part);
    const ask = async (tool, args) => {
      const answer = await agent.ask(tool, args, callLimit);
      ++calls;
      return answer;
    };

    /** Calls until the killing is over; how often. */
    async function keepCalling(call) {
      let count = 0;
      while (killing) await call(++count);
      return count;
    }

    /** A session whose shell counts: one command lost or run twice, and all later texts are wrong. */
    async function counting(part) {
      const { session_id } = await ask('start_session', {});
      return keepCalling(async (i) => {
        const job = await ask('run_command', {
          session_id, command: `n=$((n + 1)); echo $n >> '${file(part)}'; echo "${part} $n"; (exit $((n % 3)))`,
        });
        assert.deepEqual([job.stdout, job.stderr, job.exit_code, job.message],
                         [`${part} ${i}\n`, '', i % 3, undefined]);
      });
    }

    const alone = (part) => keepCalling(async (i) => {
      const job = await ask('run_command', {
        command: `echo ${i} >> '${file(part)}'; echo "${part} ${i}"; echo "to the end ${i}" >&2`,
      });
      assert.deepEqual([job.stdout, job.stderr, job.exit_code], [`${part} ${i}\n`, `to the end ${i}\n`, 0]);
    });

    const large = (part) => keepCalling(async (i) => {
      const { job_id } = await ask('run_background', {
        command: `echo ${i} >> '${file(part)}'; seq ${i} 20000`,
      });
      const job = await ask('get_job', { job_id, wait_ms: 50_000 });
      assert.equal(job.state, 'succeeded');
      const { text } = await ask('read_output', { job_id, limit: 1_000_000 });
      assert.ok(text.startsWith(`${i}\n`) && text.endsWith('\n20000\n'), text.slice(0, 80));
      assert.equal(text.split('\n').length, 20_000 - i + 2);
    });

    test('every call is answered once and no command runs twice', async () => {
      const pid = agent.client.transport.pid;
      const callers = { session: counting, 'another session': counting, alone, large };
      const running = Object.entries(callers).map(([part, caller]) => caller(part));
      const over = Promise.all(running);
      over.catch(() => { killing = false; });  // no use in going on
      for (let kill = 0; kill < kills && killing; ++kill) {
        await delay(Math.random() ** 2 * longestLifeMs);  // often short, so that starts are hit too
        await service.crash();
        await service.launch();
      }
      killing = false;
      const counts = await over;
      for (const [i, part] of Object.keys(callers).entries()) {
        assert.equal(await readFile(file(part), 'utf8'), numbers(counts[i]), part);
      }
      assert.equal(agent.client.transport.pid, pid);
    });

    test('the service is as good as new', async (context) => {
      context.diagnostic(`${calls} calls`);
      assert.equal((await ask('run_command', { command: 'echo alive' })).stdout, 'alive\n');
    });
  });
}
