// A fork bomb under limits.processes, by a user whom the system holds to them: root is exempt, so a
// tester who is root lends the service to nobody.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { Service, eventually } from './harness.mjs';
import { connectors } from './clients.mjs';

const processes = 100;
const isRoot = process.getuid() === 0;
const nobody = 65534;
const user = isRoot ? nobody : process.getuid();

/** Processes and threads of the user. */
const count = () =>
  execFileSync('ps', ['-L', '-o', 'lwp=', '-u', String(user)]).toString().trim().split('\n').length;

describe('a fork bomb', { timeout: 120_000 }, () => {
  let service;
  let agent;
  let before_ = 0;

  const ask = (...args) => agent.ask(...args);

  before(async () => {
    service = await Service.start(`[limits]\nprocesses = ${processes}\n[pool]\nwarm = 0\n`,
                                  isRoot ? { uid: nobody } : {});
    agent = await connectors['sdk 1.32 over HTTP'](service);
    before_ = count();
  });
  after(async () => {
    await agent?.close();
    await service?.stop();
  });

  test('in the foreground ends with its time, and the session goes on', async () => {
    const { session_id } = await ask('start_session', { shell: 'bash' });
    const job = await ask('run_command', { session_id, command: 'b() { b | b; }; b', timeout_ms: 2_000 });
    assert.match(job.state, /^(timed_out|failed)$/, JSON.stringify(job));
    assert.match(job.stderr, /fork/);
    const usable = await ask('run_command', { session_id, command: 'echo usable' });
    assert.equal(usable.stdout, 'usable\n');
    assert.ok(count() < before_ + 10, `${count()} processes, ${before_} before`);
    await ask('end_session', { session_id, mode: 'kill' });
  });

  test('in the background is held, and ends with its session', async () => {
    const { session_id } = await ask('start_session', { shell: 'bash' });
    await ask('run_command', { session_id, command: 'b() { b | b & }; b' });
    await eventually('it to reach the limit', () => count() > processes / 2);
    assert.ok(count() <= before_ + processes + 10, `${count()} processes, ${before_} before`);
    // Others are served meanwhile, as far as the same user may start something at all.
    assert.equal((await ask('list_sessions', {})).sessions.length, 2);
    await ask('end_session', { session_id, mode: 'kill' });
    await eventually('all of it to be gone', () => count() < before_ + 5);
    const usable = await ask('run_command', { command: 'echo usable' });
    assert.equal(usable.stdout, 'usable\n');
  });
});
