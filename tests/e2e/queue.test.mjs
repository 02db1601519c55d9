// Sessions that wait for a terminal keep their places when the service is killed: each bridge asks
// again by itself and gets the place it had.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Service, eventually } from './harness.mjs';
import { connectors } from './clients.mjs';

describe('queued sessions', { timeout: 120_000 }, () => {
  let service;
  let admin;
  const agents = [];

  const list = async (what) => {
    const reply = await fetch(`${service.endpoint.url}/admin/v1/${what}`,
                              { headers: { Authorization: `Bearer ${admin}` } });
    return (await reply.json()).items;
  };
  const queue = () => list('queue');
  const connect = async () => {
    agents.push(await connectors['sdk 1.32 over stdio'](service));
    return agents.at(-1);
  };
  const ask = (agent, tool, args) => agent.ask(tool, args, { timeout: 60_000 });

  before(async () => {
    service = await Service.start('[pool]\nmax_sessions = 1\n');
    admin = await service.token('admin');
  });
  after(async () => {
    for (const agent of agents) await agent.close();
    await service?.stop();
  });

  test('keep their order over kill -9', async () => {
    const holder = await connect();
    const { session_id: held } = await ask(holder, 'start_session', { name: 'holder' });
    const ready = [];
    const waiting = [];
    for (const name of ['first', 'second', 'third']) {
      const agent = await connect();
      waiting.push(ask(agent, 'start_session', { name, wait_ms: 50_000 }).then(async (session) => {
        ready.push(name);
        return [agent, session];
      }));
      await eventually(`${name} to wait`, async () => (await queue()).length === waiting.length);
    }
    const places = (await queue()).map((item) => item.request_id);

    await service.crash();
    await service.launch();
    assert.deepEqual((await queue()).map((item) => item.request_id), places);
    // Who is not back yet is passed over.
    await eventually('all bridges to ask again', async () =>
      (await list('sessions')).filter(({ state }) => state === 'starting').length === places.length);

    await ask(holder, 'end_session', { session_id: held, mode: 'kill' });
    for (const name of ['first', 'second', 'third']) {
      const [agent, session] = await waiting.shift();
      assert.equal(ready.at(-1), name);
      assert.equal((await ask(agent, 'run_command', { session_id: session.session_id, command: 'echo on' })).stdout,
                   'on\n');
      await ask(agent, 'end_session', { session_id: session.session_id, mode: 'kill' });
    }
    assert.deepEqual(ready, ['first', 'second', 'third']);
  });
});
