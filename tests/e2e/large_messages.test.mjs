// Messages of up to 32 MiB pass, over the bridge and over HTTP; a larger one is refused with a reason
// and costs nothing else.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectors } from './clients.mjs';
import { Service } from './harness.mjs';

const MiB = 1 << 20;
const limit = { timeout: 60_000 };

for (const [name, connect] of Object.entries(connectors)) {
  describe(`large messages: ${name}`, { timeout: 120_000 }, () => {
    let service;
    let agent;
    before(async () => {
      service = await Service.start();
      agent = await connect(service);
    });
    after(async () => {
      await agent?.close();
      await service?.stop();
    });

    const count = (stdin) => agent.ask('run_command', { command: 'wc -c; wc -l', stdin }, limit);

    test('a message of nearly 32 MiB is served', async () => {
      const job = await count('x'.repeat(32 * MiB - 2_000));
      assert.equal(job.stdout, `${32 * MiB - 2_000}\n0\n`);
    });

    test('a text that escapes to six times its size is served', async () => {
      const job = await count('\u0001'.repeat(5 * MiB));  // \u0001 in JSON
      assert.equal(job.stdout, `${5 * MiB}\n0\n`);
    });

    // A WebSocket is closed with 1009 then: websocket.test.mjs.
    const skip = name.includes('WebSocket');
    test('a larger one is refused with a reason, and the client goes on', { skip }, async () => {
      await assert.rejects(agent.call('run_command', { command: 'cat', stdin: 'x'.repeat(33 * MiB) }, limit),
                           /32 MiB|33554432|too large|413/i);
      assert.equal((await agent.ask('run_command', { command: 'echo alive' })).stdout, 'alive\n');
    });
  });
}
