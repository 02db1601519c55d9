// What is planted in every place that a secret may come in by is in none where things are kept or told.
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { RawFollower } from './event_client.mjs';
import { Service, eventually, until } from './harness.mjs';

describe('redaction', { timeout: 120_000 }, () => {
  let service;
  let admin;
  const followers = [];

  // Each is one of a kind, so that what is left over says where it came from.
  const secrets = {
    command: 'planted-in-command',
    header: 'planted-in-a-header-of-a-command',
    env: 'planted-in-env',
    stdin: 'planted-in-stdin',
    event: 'planted-in-event',
    text: 'planted-in-text',
    number: '8080808080808080',
    list: 'planted-in-list',
    bearer: `ghp_${'Planted1'.repeat(5)}`,
    query: 'planted-in-query',
    agent: 'planted-in-user-agent',
    name: 'planted-under-own-name',
    pattern: 'EMP-0815',
    variable: 'planted-in-own-environment',
    waiting: 'planted-in-waiting',
  };

  before(async () => {
    service = await Service.start(
      '[log]\nlevel = "debug"\n[pool]\nwarm = 0\nmax_sessions = 1\n[redaction]\n' +
      "names = [\"badge\"]\npatterns = ['EMP-[0-9]{4}']\n");
    Object.defineProperty(service, 'environment', {
      value: { ...service.environment, DEPLOY_TOKEN: secrets.variable },
    });
    await service.crash();
    await service.launch();
    admin = await service.token('admin');
  });
  after(async () => {
    for (const follower of followers) follower.close();
    await service.stop();
  });

  const request = (target, options = {}) =>
    fetch(`${service.endpoint.url}${target}`, {
      ...options, headers: { Authorization: `Bearer ${admin}`, ...options.headers },
    });
  const post = async (target, body) => {
    const reply = await request(target, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    assert.ok(reply.ok, `${target}: ${reply.status} ${reply.ok ? '' : await reply.text()}`);
    return reply.json();
  };
  const ended = (job) => eventually('the end of the job', async () => {
    const now = await (await request(`/admin/v1/jobs/${job.job_id}?wait_ms=5000`)).json();
    return !['queued', 'running'].includes(now.state) && now;
  });
  const follow = (target, headers) => {
    const follower = new RawFollower(`${service.endpoint.url}${target}`, admin, {
      headers, onEvent: (event) => follower.events.push(event), reconnect: false,
    });
    follower.events = [];
    followers.push(follower);
    return follower;
  };
  /** None of the secrets but those named is in the text. */
  const assertClean = (text, where, { but = [] } = {}) => {
    const tokens = { admin };
    for (const [name, secret] of Object.entries({ ...secrets, ...tokens })) {
      if (!but.includes(name)) assert.ok(!text.includes(secret), `${where} has the secret of ${name}`);
    }
  };

  test('a command runs with its secrets, and its output is exact', async () => {
    const job = await post('/admin/v1/jobs', {
      command: `PASSWORD='${secrets.command}' true; : --badge ${secrets.name} ${secrets.pattern} ` +
        `${secrets.variable} -H "Authorization: Bearer ${secrets.header}"; ` +
        'read -r line; printf %s "$API_KEY" | tr a-z A-Z; printf %s "$line" | wc -c',
      env: { API_KEY: secrets.env, HARMLESS: 'stays' },
      stdin: `password: ${secrets.stdin}\n`,
    });
    assert.equal((await ended(job)).state, 'succeeded');
    const output = await (await request(`/admin/v1/jobs/${job.job_id}/output`)).text();
    assert.equal(output, `${secrets.env.toUpperCase()}${'password: '.length + secrets.stdin.length}\n`);
  });

  test('a command that waits keeps them over a kill -9', async () => {
    const file = path.join(service.dir, 'go');
    const first = await post('/admin/v1/jobs', { command: until(file) });
    const second = await post('/admin/v1/jobs', {
      command: `TOKEN=${secrets.waiting}; exit \${#TOKEN}`,
    });
    const listed = async () => {
      const jobs = await (await request('/admin/v1/jobs')).text();
      assertClean(jobs, 'the list of jobs');
      return JSON.parse(jobs).items.find((each) => each.job_id === second.job_id);
    };
    assert.equal((await listed()).state, 'queued');
    assert.equal((await listed()).command, 'TOKEN=[redacted]; exit ${#TOKEN}');
    await service.crash();
    await service.launch();
    assert.equal((await listed()).state, 'queued');
    await writeFile(file, '');
    assert.equal((await ended(first)).state, 'succeeded');
    assert.equal((await ended(second)).exit_code, secrets.waiting.length);
  });

  test('what is sent in, and what requests carry', async () => {
    await post('/admin/v1/events', {
      type: 'data.step', source: 'test', source_id: '1',
      data: {
        password: secrets.event, token_count: 5, text: `use token=${secrets.text} "\n ${secrets.pattern}`,
        apiKey: Number(secrets.number), argv: ['login', '--token', secrets.list], kept: 'as it was',
      },
    });
    const refused = await request('/status', { headers: { Authorization: `Bearer ${secrets.bearer}` } });
    await refused.text();
    for (const target of [`/status?token=${secrets.query}`, `/events?api_key=${secrets.query}`,
                          `/admin/v1/jobs?state=${secrets.bearer}`]) {
      await (await request(target)).text();
    }
    const follower = follow('/events', { 'User-Agent': `agent/1 (token=${secrets.agent})` });
    await eventually('an answer', () => follower.status);
    assert.equal(follower.status, 200);
  });

  test('none of them is told or listed', async () => {
    const replay = follow('/events?last_event_id=0');
    await eventually('the replay', () => replay.events.some((e) => e.type === 'replay.caught_up'));
    const step = replay.events.find((event) => event.type === 'data.step').data.data;
    assert.deepEqual(step, {
      password: '[redacted]', token_count: 5, text: 'use token=[redacted] "\n [redacted]',
      apiKey: '[redacted]', argv: ['login', '--token', '[redacted]'], kept: 'as it was',
    });
    assertClean(JSON.stringify(replay.events), 'the replay');
    assert.ok(JSON.stringify(replay.events).includes('agent/1 (token=[redacted])'));
    for (const target of ['/admin/v1/events?limit=500', '/admin/v1/jobs', '/admin/v1/connections',
                          '/admin/v1/sessions', '/admin/v1/queue/history']) {
      assertClean(await (await request(target)).text(), target);
    }
    assertClean(service.log, 'the log');
    assert.ok(service.log.includes('connection.opened'));
  });

  test('none is left in the data folder once the service has stopped', async () => {
    const gone = eventually('the end', async () =>
      fetch(`${service.endpoint.url}/status`).then(() => false, () => true));
    process.kill(service.pid, 'SIGTERM');
    await gone;
    await eventually('the database to be closed', async () =>
      !(await readdir(service.dataDir)).includes('berth.db-wal'));
    const files = await readdir(service.dataDir, { recursive: true, withFileTypes: true });
    assert.ok(files.some((file) => file.name === 'berth.db'));
    for (const file of files) {
      if (!file.isFile() || file.name.endsWith('.token')) continue;
      assertClean(await readFile(path.join(file.parentPath ?? file.path, file.name), 'latin1'), file.name);
    }
    assertClean(service.log, 'the log');
  });
});
