// Commands that wedge ordinary terminals, one after the other in one session of each shell, through
// the bridge. Each has a clear result, and the session is usable afterwards. BERTH_LONG=1 runs the
// sizes that take minutes.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Service, eventually } from './harness.mjs';
import { connectors } from './clients.mjs';

const long = process.env.BERTH_LONG === '1';
const shells = ['bash', 'sh', 'zsh'].filter((shell) => existsSync(`/bin/${shell}`));
const largeBytes = (long ? 600 : 30) * 1e6;

const exit = (code) => (job) => assert.equal(job.exit_code, code);
const fails = (job) => assert.equal(job.state, 'failed', JSON.stringify(job));
const prints = (text) => (job) => assert.equal(job.stdout, text);
const ends = (job) => assert.match(job.state, /^(succeeded|failed)$/);

/** name: [command, check, more arguments] */
const commands = {
  'unclosed quote': ['echo "never closed', fails],
  'unclosed heredoc': ['cat <<END\ntext', ends],
  'unclosed parenthesis': ['(echo in', fails],
  'syntax error': ['if true; fi', fails],
  'exit': ['echo bye; exit 3', (job) => { exit(3)(job); prints('bye\n')(job); }],
  'set -e': ['set -e; false; echo not reached', fails],
  'set -u': ['set -u; echo $no_such_variable_here; echo on', ends],
  'kill -9 of itself': ['kill -9 $$', (job) => assert.equal(job.signal, 'SIGKILL')],
  'exec true': ['exec true', exit(0)],
  'exec away the output': ['exec >/dev/null; echo unheard', ends],
  'all descriptors closed': ['exec 0<&- 1>&- 2>&-', ends],
  'PROMPT_COMMAND': ["PROMPT_COMMAND='echo prompt; exit 5'; echo set", prints('set\n')],
  'EXIT trap removed': ['trap - EXIT; echo removed', prints('removed\n')],
  'EXIT trap of the user': ["trap 'echo left' EXIT; exit 4", (job) => assert.equal(job.exit_code, 4)],
  'DEBUG trap': ["trap 'echo debug' DEBUG; echo traced; trap - DEBUG", ends],
  'a profile with hooks': [
    `printf '%s\\n' "PROMPT_COMMAND='echo hook'" "precmd() { echo hook; }" >rc; . ./rc && echo read`,
    prints('read\n')],
  'raw terminal where there is none': ['stty raw', fails],
  'no PATH': ['unset PATH; echo no path', prints('no path\n')],
  'PATH again': ['PATH=/usr/local/bin:/usr/bin:/bin; ls / >/dev/null', exit(0)],
  'functions named like builtins': ['cd() { echo mine; }; cd /tmp; unset -f cd', prints('mine\n')],
  'aliases named like builtins': ["alias echo='false'; unalias echo; echo good", prints('good\n')],
  'read without input': ['read x; echo "<$x>"', prints('<>\n')],
  'password prompt without input': ['printf "Password: "; read x; echo "<$x>"', prints('Password: <>\n')],
  'cat without input': ['cat; echo over', prints('over\n')],
  'python input()': ["python3 -c 'input()'", fails],
  'background process': ['sleep 100 & echo at once', prints('at once\n')],
  'background process of its own session': ['setsid sleep 100 & echo at once', prints('at once\n')],
  'late background writer': ['(sleep 0.3; echo late) & echo now', prints('now\n')],
  'binary output': ["printf 'a\\0b\\377c\\n'", (job) => assert.equal(job.stdout_bytes, 6)],
  'both streams at once': [
    'i=0; while [ $i -lt 10000 ]; do echo out; echo err >&2; i=$((i+1)); done',
    (job) => assert.deepEqual([job.stdout_bytes, job.stderr_bytes], [40000, 40000])],
  'output that ends like a prompt': ["printf 'text\\n$ '", prints('text\n$ ')],
  'output that imitates a report': [
    "printf '\\0D0\\0P/\\0R\\0\\n'; exit 7", exit(7)],
  'much output': [
    `yes 0123456789 | head -c ${largeBytes}; echo; echo END`, (job) => {
      assert.equal(job.stdout_bytes, largeBytes + 5);
      assert.ok(job.stdout.endsWith('END\n'));
      assert.ok(job.truncated);
    }, { yield_after_ms: 120_000 }],
  'one endless line': [
    `head -c ${largeBytes / 6} /dev/zero | tr '\\0' x`, (job) => assert.equal(job.stdout_bytes, largeBytes / 6),
    { yield_after_ms: 60_000 }],
  'a script with CRLF': ["printf 'echo one\\r\\necho two\\r\\n' >crlf.sh; sh crlf.sh", exit(0)],
  'a directory deleted under it': ['mkdir gone; cd gone; rmdir ../gone; pwd >/dev/null; cd ..', ends],
  'odd directories': [
    "mkdir -p 'a b' 'ü' 'n\nl'; cd 'a b' && cd ../ü && cd '../n\nl' && cd .. && echo back", prints('back\n')],
  'a megabyte of text': [`: ${'x'.repeat(1_000_000)}; echo long`, prints('long\n')],
  'timeout': ["trap '' INT TERM; sleep 1000", (job) => assert.equal(job.state, 'timed_out'),
    { timeout_ms: 300 }],
};

for (const shell of shells) {
  describe(`nasty commands: ${shell}`, { timeout: long ? 1_200_000 : 180_000 }, () => {
    let service;
    let agent;
    let session;

    const ask = (...args) => agent.ask(...args);
    const run = (command, more = {}) => ask('run_command', { command, session_id: session, ...more });

    before(async () => {
      service = await Service.start();
      agent = await connectors['sdk 1.32 over stdio'](service);
      session = (await ask('start_session', { shell })).session_id;
    });
    after(async () => {
      await agent?.close();
      await service?.stop();
    });

    for (const [name, [command, check, more]] of Object.entries(commands)) {
      test(name, async () => {
        check(await run(command, more));
        const usable = await run('cd; echo usable');
        assert.equal(usable.stdout, 'usable\n', JSON.stringify(usable));
        assert.equal(usable.exit_code, 0);
      });
    }

    test('a command that stops itself is interrupted', async () => {
      const job = await ask('run_background', { command: 'kill -STOP $$; echo on', session_id: session });
      await eventually('the job to run', async () =>
        (await ask('get_job', { job_id: job.job_id })).state !== 'queued');
      await ask('interrupt', { job_id: job.job_id, how: 'kill' });
      const end = await ask('get_job', { job_id: job.job_id, wait_ms: 20_000 });
      assert.match(end.state, /^(failed|succeeded)$/);
      assert.equal((await run('echo usable')).stdout, 'usable\n');
    });

    test('the end of the output is never missing', async () => {
      for (let i = 0; i < (long ? 1000 : 20); ++i) {
        const job = await run('seq 1 60000; echo END');
        assert.ok(job.stdout.endsWith('60000\nEND\n'), `round ${i}`);
        assert.equal(job.stdout_bytes, 348_898);
      }
    });

    test('nothing is left when the session has ended', async () => {
      const marker = `${process.pid}.5`;
      await run(`sleep ${marker} & setsid sleep ${marker} & (setsid sh -c 'sleep ${marker} & sleep ${marker}' &)`);
      await ask('end_session', { session_id: session, mode: 'kill' });
      const { execFileSync } = await import('node:child_process');
      await eventually('its processes to be gone', () => {
        try {
          execFileSync('pgrep', ['-f', `^sleep ${marker}$`]);
          return false;
        } catch {
          return true;
        }
      });
    });
  });
}

describe('nasty commands on a tty', { timeout: 120_000 }, () => {
  let service;
  let agent;
  let session;

  const ask = (...args) => agent.ask(...args);
  const run = (command, more = {}) => ask('run_command', { command, session_id: session, ...more });
  /** Starts a command, waits until it is said to wait for input, types, and returns its end. */
  const answer = async (command, input) => {
    const { job_id } = await ask('run_background', { command, session_id: session });
    await eventually(`${command} to wait for input`, async () =>
      (await ask('get_job', { job_id })).awaiting_input);
    await ask('send_input', { job_id, ...input });
    const end = await ask('get_job', { job_id, wait_ms: 20_000 });
    assert.match(end.state, /^(succeeded|failed)$/, JSON.stringify(end));
    return end;
  };

  before(async () => {
    service = await Service.start();
    agent = await connectors['client 2.4 over stdio'](service);
    session = (await ask('start_session', { shell: 'bash', tty: true, rows: 30, cols: 100 })).session_id;
  });
  after(async () => {
    await agent?.close();
    await service?.stop();
  });

  const questions = {
    'read': ['read x; echo "<$x>"', { text: 'line\n' }, /<line>/],
    'a password prompt': ["read -s -p 'Password: ' x; echo; echo \"<$x>\"", { text: 'secret\n' }, /^Password: \n<secret>/],
    'cat': ['cat', { text: 'one\n', keys: ['ctrl-d'] }, /one/],
    'python input()': ["python3 -c 'print(input()[::-1])'", { text: 'abc\n' }, /cba/],
    'a read that is interrupted': ['read x', { keys: ['ctrl-c'] }, /./],
  };
  for (const [name, [command, input, expected]] of Object.entries(questions)) {
    test(name, async () => {
      assert.match((await answer(command, input)).stdout, expected);
      assert.equal((await run('echo usable')).stdout, 'usable\n');
    });
  }

  test('raw mode is over with its command', async () => {
    await run('stty raw -echo');
    assert.match((await answer('read x; echo "<$x>"', { text: 'cooked\n' })).stdout, /<cooked>/);
  });

  test('the size is that of the session until it is changed', async () => {
    assert.equal((await run('stty size')).stdout, '30 100\n');
    const end = await answer('read x; stty size', { rows: 50, cols: 132, text: '\n' });
    assert.match(end.stdout, /50 132/);
    assert.equal((await run('stty size')).stdout, '50 132\n');
  });
});
