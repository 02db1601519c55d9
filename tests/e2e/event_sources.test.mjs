// Event streams elsewhere whose events a service takes over: another Berth while both are killed at
// random, and servers of other kinds, good and bad ones.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RawFollower, Wire } from './event_client.mjs';
import { Service, eventually } from './harness.mjs';

const long = process.env.BERTH_LONG === '1';
const quiet = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n';

const source = (name, url, tokenFile) =>
  `[[events.source]]\nname = "${name}"\nurl = "${url}"\n` + (tokenFile ? `token_file = "${tokenFile}"\n` : '');

async function admin(service, target) {
  const reply = await fetch(`${service.endpoint.url}/admin/v1/${target}`, {
    headers: { Authorization: `Bearer ${await service.token('admin')}` },
  });
  return reply.json();
}

const sourceStatus = async (service, name) =>
  (await admin(service, 'events/stats')).sources.find((each) => each.name === name);

/** All events of a source that a service has, in order. */
async function taken(service, name, count) {
  const events = [];
  const follower = new RawFollower(`${service.endpoint.url}/events?source=${encodeURIComponent(name)}`,
    await service.token('admin'), { after: 0, onEvent: (event) => { if (event.id) events.push(event); } });
  await eventually(`${count} events of ${name}`, () => events.length >= count, 60_000);
  follower.close();
  return events;
}

describe('two Berths, one behind the other', { timeout: 600_000 }, () => {
  const kEvents = long ? 50_000 : 4_000;
  const kKills = long ? 60 : 8;
  const kBatch = 20;
  let first;
  let second;
  let wire;

  before(async () => {
    first = await Service.start(quiet);
    wire = await Wire.to(() => ({ host: '127.0.0.1', port: new URL(first.endpoint.url).port }));
    second = await Service.start(
      quiet + source('first', `${wire.url}/events/data`, path.join(first.dataDir, 'admin.token')));
  });
  after(async () => {
    await second.stop();
    await first.stop();
    wire.close();
  });

  async function publish(from) {
    const body = JSON.stringify(Array.from({ length: kBatch }, (_, i) => ({
      type: 'data.step', source: 'test', source_id: String(from + i), data: { number: from + i },
    })));
    for (;;) {
      try {
        const reply = await fetch(`${first.endpoint.url}/admin/v1/events`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${await first.token('admin')}`, 'Content-Type': 'application/json' },
          body,
        });
        if (reply.status === 202) return;
      } catch {
        // It was killed: the same batch again, which is stored once.
      }
      await delay(20);
    }
  }

  test('each event once and in order, however often either is killed', async (context) => {
    const steps = kEvents / kBatch;
    let kills = 0;
    for (let i = 0; i < steps; ++i) {
      await publish(i * kBatch);
      if (i < ((kills + 1) * steps) / (kKills + 1)) continue;
      ++kills;
      const victim = kills % 2 === 0 ? first : second;
      await victim.crash();
      await victim.launch();
      // Not before what was killed is at work again, or only the first kill would hit anything.
      await eventually('the source to be followed', async () => (await sourceStatus(second, 'first')).connected);
    }
    const events = await taken(second, 'first', kEvents);
    assert.deepEqual(events.map(({ data }) => data.data.data.number),
                     Array.from({ length: kEvents }, (_, i) => i));
    assert.deepEqual(new Set(events.map(({ data }) => data.type)), new Set(['data.step']));
    assert.deepEqual(events.map(({ data }) => data.source_id), events.map(({ data }) => String(data.data.id)));
    context.diagnostic(`${kEvents} events, ${kills} kills: each once`);
  });
});

describe('services that follow each other, and one that follows itself', { timeout: 60_000 }, () => {
  const services = [];
  const wires = [];
  const admins = [];
  before(async () => {
    for (const i of [0, 1]) {
      wires.push(await Wire.to(() => ({ host: '127.0.0.1', port: new URL(services[i].endpoint.url).port })));
    }
    const settings = (i) => quiet +
      source('other', `${wires[1 - i].url}/events/data`, path.join(tmpdir(), `berth-e2e-${process.pid}-${1 - i}`)) +
      source('itself', `${wires[i].url}/events/data`, path.join(tmpdir(), `berth-e2e-${process.pid}-${i}`));
    for (const i of [0, 1]) {
      services.push(await Service.start(settings(i)));
      admins.push(path.join(tmpdir(), `berth-e2e-${process.pid}-${i}`));
      await writeFile(admins[i], await services[i].token('admin'), { mode: 0o600 });
    }
  });
  after(async () => {
    for (const service of services) await service.stop();
    for (const wire of wires) wire.close();
    for (const file of admins) await rm(file);
  });

  test('an event passes each once', async () => {
    for (const [i, service] of services.entries()) {
      await eventually(`service ${i} to follow the other`, async () => (await sourceStatus(service, 'other')).connected, 30_000);
      await eventually('that it is told', async () =>
        (await sourceStatus(service, 'itself')).last_error === 'it is this service itself', 30_000);
    }
    const count = 20;
    for (let i = 0; i < count; ++i) {
      for (const service of services) {
        await fetch(`${service.endpoint.url}/admin/v1/events/test`, {
          method: 'POST', headers: { Authorization: `Bearer ${await service.token('admin')}` } });
      }
    }
    for (const service of services) assert.equal((await taken(service, 'other', count)).length, count);
    // What came back is passed over, and the place with it.
    for (const service of services) {
      const { items } = await admin(service, 'events?topic=data&limit=500');
      assert.equal(items.length, 2 * count);
      assert.equal(items.filter(({ data }) => data.via?.length === 1).length, count);
    }
  });
});

describe('streams of other kinds', { timeout: 60_000 }, () => {
  let service;
  let dir;
  let plain;
  let tls;
  const asked = [];  // what came to the servers

  const stream = (response, text) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    response.write(text);
  };
  const pages = {
    '/texts': (request, response) => stream(response,
      ': hello\n\nevent: plan created\ndata: not JSON\ndata: two lines\n\n' +
      'id: 7\ndata: {"severity":"error","n":18446744073709551616}\n\nid: 7\ndata: {"again":true}\n\n' +
      'event: data.kept\nid: 8\ndata: [1]\n\n' +
      `id: 9\ndata: {"text":"${'x'.repeat(70_000)}"}\n\nid: 10\n\n`),
    '/ends': (request, response) => {
      const n = Number(request.headers['last-event-id'] ?? 0);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(`retry: 10\nid: ${n + 1}\ndata: {"n":${n + 1}}\n\n`);
    },
    '/empty': (request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Berth-Instance': 'elsewhere' });
      response.write('id: 1\ndata: {}\n\nid: 2\ndata: {"data":{"via":["before"]}}\n\n');
    },
    '/html': (request, response) => response.end('<html>'),
    '/refused': (request, response) => response.writeHead(403).end(),
  };
  const serve = (request, response) => {
    asked.push({ path: request.url, authorization: request.headers.authorization, last: request.headers['last-event-id'] });
    (pages[request.url] ?? pages['/refused'])(request, response);
  };

  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'berth-tls-'));
    const file = (name) => path.join(dir, name);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost', '-keyout', file('key.pem'), '-out', file('cert.pem')], { stdio: 'ignore' });
    await writeFile(file('token'), 'planted-token\n', { mode: 0o600 });
    plain = http.createServer(serve);
    tls = https.createServer({ key: await readFile(file('key.pem')), cert: await readFile(file('cert.pem')) }, serve);
    for (const server of [plain, tls]) await once(server.listen(0, '127.0.0.1'), 'listening');
    const base = `http://127.0.0.1:${plain.address().port}`;
    const secure = tls.address().port;
    service = await Service.start(
      quiet + source('texts', `${base}/texts`, file('token')) + source('ends', `${base}/ends`) +
      source('empty', `${base}/empty`) + source('html', `${base}/html`) + source('refused', `${base}/refused`) +
      source('no token', `${base}/texts`, file('none')) +
      source('secure', `https://localhost:${secure}/texts`, file('token')) +
      source('other name', `https://127.0.0.1:${secure}/texts?other`, file('token')),
      { env: { SSL_CERT_FILE: file('cert.pem') } });
  });
  after(async () => {
    await service.stop();
    for (const server of [plain, tls]) {
      server.closeAllConnections();
      server.close();
    }
    await rm(dir, { recursive: true });
  });

  test('what is no JSON or has another type is kept all the same', async () => {
    for (const name of ['texts', 'secure']) {
      const events = await taken(service, name, 4);
      assert.deepEqual(events.map(({ data: { type, source_id: id, severity, data } }) => ({ type, id, severity, data: JSON.stringify(data) })), [
        { type: 'data.plan_created', id: undefined, severity: 'info', data: '{"text":"not JSON\\ntwo lines"}' },
        { type: 'data.message', id: '7', severity: 'error', data: '{"severity":"error","n":18446744073709552000}' },
        { type: 'data.kept', id: '8', severity: 'info', data: '{"text":"[1]"}' },
        { type: 'data.message', id: '9', severity: 'info', data: '{"left_out_bytes":70011}' },
      ]);
      assert.equal(asked.find(({ path: asks }) => asks === '/texts').authorization, 'Bearer planted-token');
    }
  });

  test('which Berths an event has passed is added to any object', async () => {
    const events = await taken(service, 'empty', 2);
    assert.deepEqual(events.map(({ data }) => data.data),
      [{ via: ['elsewhere'] }, { data: { via: ['before'] }, via: ['before', 'elsewhere'] }]);
  });

  test('a stream that ends is asked for what is behind its last', async () => {
    const events = await taken(service, 'ends', 3);
    assert.deepEqual(events.slice(0, 3).map(({ data }) => data.data.n), [1, 2, 3]);
    const lasts = asked.filter(({ path: asks }) => asks === '/ends').map(({ last }) => last);
    assert.deepEqual(lasts.slice(0, 3), [undefined, '1', '2']);
  });

  test('says why there is nothing', async () => {
    const why = async (name) => (await eventually(`an error of ${name}`, async () => {
      const status = await sourceStatus(service, name);
      return status.last_error !== '' && status;
    })).last_error;
    assert.equal(await why('html'), 'it sends no text/event-stream');
    assert.equal(await why('refused'), 'it answered 403 Forbidden');
    assert.match(await why('no token'), /none.*No such file/);
    assert.match(await why('other name'), /[Cc]ertificate/);
    // Not even the request has left.
    assert.equal(asked.filter(({ path: asks }) => asks === '/texts?other').length, 0);
    assert.match(service.log, /a source of events is away.*source=refused/);
    assert.doesNotMatch(service.log, /planted-token/);
  });
});
