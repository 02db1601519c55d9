// A job's output followed over HTTP while it grows: by many, at their own speed, from where they
// left off, also over a restart of the service.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Service, eventually } from './harness.mjs';

describe('followed output', { timeout: 120_000 }, () => {
  let service;
  let admin;

  const request = async (target, options = {}) =>
    fetch(`${service.endpoint.url}/admin/v1${target}`, {
      ...options,
      headers: { Authorization: `Bearer ${admin}`, ...options.headers },
    });
  const post = async (command) => {
    const reply = await request('/jobs', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ command }),
    });
    assert.equal(reply.status, 201, await reply.clone().text());
    return (await reply.json()).job_id;
  };

  /**
   * Follows until the end, or until `enough(bytes so far)`; resumes behind `from`. `whole`: the
   * stream came to its end event and not to a cut.
   */
  async function follow(job, { from, query = '', enough = () => false } = {}) {
    const aborter = new AbortController();
    const reply = await request(`/jobs/${job}/output?follow${query}`, {
      signal: aborter.signal,
      headers: from === undefined ? {} : { 'Last-Event-ID': String(from) },
    });
    assert.equal(reply.status, 200, reply.statusText);
    assert.equal(reply.headers.get('content-type'), 'text/event-stream');
    const result = { bytes: Buffer.alloc(0), last: from, end: undefined };
    const pieces = [];
    let size = 0;
    let text = '';
    try {
      for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
        const events = (text + chunk).split('\n\n');
        text = events.pop();
        for (const event of events) {
          const fields = Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s)));
          if (fields.event === 'end') {
            result.end = JSON.parse(fields.data);
          } else if (fields.data) {
            pieces.push(Buffer.from(fields.data, 'base64'));
            size += pieces.at(-1).length;
            result.last = Number(fields.id);
          }
        }
        if (enough(size)) break;
      }
    } catch (error) {
      result.cut = error;
    }
    aborter.abort();
    result.bytes = Buffer.concat(pieces);
    return result;
  }

  before(async () => {
    service = await Service.start('[pool]\nwarm = 0\n');
    admin = await service.token('admin');
  });
  after(() => service?.stop());

  test('gives every follower every byte, and the end', async () => {
    const gate = path.join(service.home, 'gate');
    const job = await post(`printf 'a\\0\\377'; while [ ! -e ${gate} ]; do sleep 0.02; done; seq 1 20000; exit 3`);
    const followers = Array.from({ length: 50 }, () => follow(job));
    const left = await follow(job, { enough: (size) => size >= 3 });
    assert.deepEqual([...left.bytes], [0x61, 0, 0xff]);
    assert.equal(left.last, 3);
    await writeFile(gate, '');
    const expected = Buffer.concat([Buffer.from([0x61, 0, 0xff]),
      Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i + 1}\n`).join(''))]);
    for (const { bytes, last, end } of await Promise.all(followers)) {
      assert.ok(bytes.equals(expected), `${bytes.length} bytes`);
      assert.equal(last, expected.length);
      assert.equal(end.state, 'failed');
      assert.equal(end.exit_code, 3);
    }
    const back = await follow(job, { from: left.last });
    assert.ok(back.bytes.equals(expected.subarray(3)));
    assert.equal(back.end.state, 'failed');
  });

  test('reads by range, tail and match while it grows', async () => {
    const job = await post('seq 1 1000; sleep 1000');
    const output = async (query) => (await request(`/jobs/${job}/output?${query}`)).text();
    await eventually('its output', async () => (await output('tail_lines=1')) === '1000\n');
    assert.equal(await output('tail_lines=3'), '998\n999\n1000\n');
    assert.equal(await output('offset=4&limit=4'), '3\n4\n');
    assert.equal(await output('grep=%5E99.%24'), '990\n991\n992\n993\n994\n995\n996\n997\n998\n999\n');
    const tail = await follow(job, { query: '&tail_lines=2', enough: (size) => size >= 9 });
    assert.equal(tail.bytes.toString(), '999\n1000\n');
    const waited = request(`/jobs/${job}/output?offset=${tail.last}&wait_ms=60000`);
    assert.equal((await request(`/jobs/${job}`, { method: 'DELETE' })).status, 204);
    const end = await waited;
    assert.equal(await end.text(), '');
    assert.equal(end.headers.get('berth-eof'), 'true');
  });

  test('is not held up by a follower that does not read', async () => {
    const job = await post('yes 0123456789 | head -c 60000000');
    const lazy = await request(`/jobs/${job}/output?follow`);
    const resident = async () =>
      Number((await readFile(`/proc/${service.pid}/status`, 'utf8')).match(/^VmRSS:\s+(\d+)/m)[1]);
    const atFirst = await resident();
    const whole = await follow(job);
    assert.equal(whole.bytes.length, 60_000_000);
    assert.ok((await resident()) - atFirst < 30_000, `${atFirst} kB, then ${await resident()} kB`);
    await lazy.body.cancel();
  });

  test('goes on behind the last id after a restart', async () => {
    const job = await post('for i in $(seq 1 40); do echo line $i; sleep 0.05; done');
    const first = follow(job);
    await eventually('some output', async () =>
      Number((await request(`/jobs/${job}/output`)).headers.get('berth-total-bytes')) > 20);
    await service.crash();
    const before = await first;
    assert.equal(before.end, undefined);
    await service.launch();
    const after = await follow(job, { from: before.last ?? 0 });
    assert.equal(Buffer.concat([before.bytes, after.bytes]).toString(),
                 Array.from({ length: 40 }, (_, i) => `line ${i + 1}\n`).join(''));
    assert.equal(after.end.state, 'succeeded');
  });

  test('says what is wrong', async () => {
    const job = await post('true');
    for (const [query, headers, field] of [
      ['follow=maybe', {}, 'follow'], ['follow&grep=x', {}, 'grep'],
      ['follow', { 'Last-Event-ID': 'x' }, 'Last-Event-ID'], ['follow&limit=0', {}, 'limit']]) {
      const reply = await request(`/jobs/${job}/output?${query}`, { headers });
      assert.equal(reply.status, 400);
      assert.equal((await reply.json()).field, field);
    }
    assert.equal((await request('/jobs/job_aaaaaaaaaaaaaaaaaaaaaaaaaa/output?follow')).status, 404);
  });
});
