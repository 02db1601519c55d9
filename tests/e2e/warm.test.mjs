// A session is the same whether its terminal was started in advance or for it.
import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Service, eventually } from './harness.mjs';
import { connectors } from './clients.mjs';

const shells = ['bash', 'sh', 'zsh'].filter((shell) => existsSync(`/bin/${shell}`));
const big = 'x'.repeat(200_000);

/** What is asked for, and the commands whose results are compared. */
const sessions = [
  { args: {}, commands: ['pwd; echo "<${OLDPWD-}>"', 'echo $SHLVL; set -o | grep -c on$'] },
  { args: { cwd: 'HOME/link' }, commands: ['echo $PWD; pwd -P'] },
  { args: { cwd: 'HOME/link/../beside' }, commands: ['echo $PWD; pwd -P', 'cd -; pwd'] },
  { args: { cwd: 'HOME/missing' }, commands: [] },
  { args: { env: { KEPT: 'a b' } }, commands: ['echo "<$KEPT>"', 'kill -9 $$', 'echo "<$KEPT>"'] },
  { args: { env: { TMOUT: '1', MAILCHECK: '1', HISTFILE: '/tmp/h' } }, commands: ['echo "<${TMOUT-}><${HISTFILE-}>"'] },
  { args: { env: { PROMPT_COMMAND: 'read x', BIG: big } }, commands: ['echo on'] },
  { args: {}, commands: ['exit 3', 'pwd; echo "<${OLDPWD-}>"'] },
];

async function answers(warm) {
  const service = await Service.start(
    `[pool]\nwarm = ${warm}\nshells = [${shells.map((shell) => `"${shell}"`)}]\n`);
  try {
    const agent = await connectors['sdk 1.32 over stdio'](service);
    await mkdir(path.join(service.home, 'real/deep'), { recursive: true });
    await mkdir(path.join(service.home, 'real/beside'));
    await symlink('real/deep', path.join(service.home, 'link'));
    const said = [];
    const clean = (value) => JSON.stringify(value)
      .replaceAll(service.home, 'HOME').replace(/(job|ses|req|hst)_\w+/g, 'ID')
      .replace(/"(duration_ms|[a-z]+_at)":("[^"]*"|\d+),?/g, '').replace(/in \d+ ms/, '');
    for (const shell of shells) {
      for (const { args, commands } of sessions) {
        if (warm) {
          await eventually('the pool to be full', async () =>
            (await (await fetch(`${service.endpoint.url}/status`)).json()).warm_terminals ===
              warm * shells.length);
        }
        const asked = JSON.parse(JSON.stringify({ shell, ...args }).replaceAll('HOME/', `${service.home}/`));
        const started = await agent.call('start_session', asked);
        said.push(clean(started));
        const session_id = started.structuredContent?.session_id;
        if (started.isError) continue;
        for (const command of commands) {
          said.push(`${shell} ${command}: ${clean(await agent.call('run_command', { session_id, command }))}`);
        }
        await agent.call('end_session', { session_id, mode: 'kill' });
      }
    }
    await agent.close();
    return said;
  } finally {
    await service.stop();
  }
}

describe('sessions on warm terminals', { timeout: 120_000 }, () => {
  test('are as those on fresh ones', async () => {
    const cold = await answers(0);
    const warm = await answers(1);
    assert.equal(cold.length, warm.length);
    cold.forEach((said, i) => assert.equal(warm[i], said));
    assert.ok(cold.filter((said) => said.includes('HOME/real/beside')).length >= shells.length);
  });
});
