// Many clients for few terminals: everyone is served, nobody twice, and no more terminals run than
// there may be.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Service } from './harness.mjs';
import { connectors } from './clients.mjs';

const clients = Number(process.env.BERTH_CLIENTS ?? 64);
const terminals = 4;

describe(`${clients} clients on ${terminals} terminals`, { timeout: 230_000 }, () => {
  let service;
  let agents = [];

  before(async () => {
    service = await Service.start(`[pool]\nmax_sessions = ${terminals}\n`);
    const connect = connectors['sdk 1.32 over HTTP'];
    agents = await Promise.all(Array.from({ length: clients }, () => connect(service)));
  });
  after(async () => {
    await Promise.all(agents.map((agent) => agent.close()));
    await service?.stop();
  });

  test('all commands run once, at most four at a time', async () => {
    const log = path.join(service.dir, 'log');
    const answers = await Promise.all(agents.flatMap((agent, i) => [0, 1].map((j) =>
      agent.call('run_command', {
        command: `echo + >> ${log}; echo ${i}-${j}; sleep 0.02; echo - >> ${log}`,
        sync: (i + j) % 2 === 0,
        yield_after_ms: 100_000,
      }))));
    answers.forEach((answer, at) => {
      assert.equal(answer.structuredContent?.stdout, `${at >> 1}-${at & 1}\n`, JSON.stringify(answer));
    });
    let running = 0;
    const signs = (await readFile(log, 'utf8')).trim().split('\n');
    assert.equal(signs.length, clients * 4);
    for (const sign of signs) {
      running += sign === '+' ? 1 : -1;
      assert.ok(running <= terminals, `${running} at once`);
    }
    const metrics = (await agents[0].call('get_metrics', {})).structuredContent;
    assert.equal(metrics.current_queue_depth, 0);
    assert.ok(metrics.peak_queue_depth >= clients);
    assert.equal(metrics.peak_sessions, terminals);
  });

  test('each has a session in its turn, and uses it in every way', async () => {
    await Promise.all(agents.map(async (agent, i) => {
      const ask = (tool, args) => agent.ask(tool, args, { timeout: 200_000 });
      const { session_id } = await ask('start_session', { name: `agent ${i}`, wait_ms: 200_000 });
      const job = await ask('run_command', { session_id, command: 'seq 1 20000; cd /usr' });
      assert.equal(job.stdout_bytes, 108_894);
      const tail = await ask('read_output', { job_id: job.job_id, tail_lines: 1 });
      assert.equal(tail.text, '20000\n');
      const sleeper = await ask('run_background', { session_id, command: 'sleep 100' });
      await ask('interrupt', { job_id: sleeper.job_id, how: 'kill' });
      const end = await ask('get_job', { job_id: sleeper.job_id, wait_ms: 60_000 });
      assert.notEqual(end.state, 'running', JSON.stringify(end));
      const last = await ask('run_command', { session_id, command: 'pwd' });
      assert.equal(last.stdout, '/usr\n');
      await ask('end_session', { session_id, mode: i % 2 ? 'kill' : 'interrupt' });
    }));
  });
});
