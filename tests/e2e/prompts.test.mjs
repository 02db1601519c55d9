// The prompt for a failing command, and completion, with the clients of both eras.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Service } from './harness.mjs';
import { connectors } from './clients.mjs';

let service;
before(async () => { service = await Service.start(); });
after(() => service?.stop());

for (const [name, connect] of Object.entries(connectors)) {
  describe(`prompts: ${name}`, { timeout: 60_000 }, () => {
    let agent;
    before(async () => { agent = await connect(service); });
    after(() => agent?.close());

    const get = async (args) =>
      (await agent.client.getPrompt({ name: 'diagnose_failing_command', arguments: args }))
        .messages[0].content.text;

    test('a failing command is shown with all that is known of it', async () => {
      const { prompts } = await agent.client.listPrompts();
      assert.deepEqual(prompts.map((prompt) => prompt.name), ['diagnose_failing_command']);
      const failed = await agent.call('run_command',
        { command: "echo built; echo 'error: \u00fc ```' >&2; cd /usr; exit 7" });
      const text = await get({ job_id: failed.structuredContent.job_id });
      for (const part of ['ended with exit code 7', 'Standard error:\n````\nerror: \u00fc ```\n````',
        'Standard output:\n```\nbuilt\n```', failed.structuredContent.job_id]) {
        assert.ok(text.includes(part), `${part}\nin\n${text}`);
      }
      assert.equal(await get({}), text);  // the last one that failed
      const { completion } = await agent.client.complete({
        ref: { type: 'ref/prompt', name: 'diagnose_failing_command' },
        argument: { name: 'job_id', value: failed.structuredContent.job_id.slice(0, 8) },
      });
      assert.ok(completion.values.includes(failed.structuredContent.job_id));
    });

    test('what does not exist is refused', async () => {
      await assert.rejects(get({ job_id: 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa' }), /no job/);
      await assert.rejects(get({ job_id: 'nonsense' }), /job_id/);
      await assert.rejects(get({ other: 'x' }), /no argument other/);
      await assert.rejects(agent.client.getPrompt({ name: 'other' }), /Unknown prompt/);
    });

    test('arguments of resource templates are completed', async () => {
      const { structuredContent: session } = await agent.call('start_session', {});
      const { completion } = await agent.client.complete({
        ref: { type: 'ref/resource', uri: 'berth://sessions/{session_id}' },
        argument: { name: 'session_id', value: '' },
      });
      assert.ok(completion.values.includes(session.session_id));
      await agent.call('end_session', { session_id: session.session_id, mode: 'kill' });
    });
  });
}
