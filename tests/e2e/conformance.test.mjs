// MCP's own conformance suites against Berth with the fixtures that they expect of any server
// (tests/conformance). The suites can't send a token, so a proxy in between adds it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Service } from './harness.mjs';

const settings = '[pool]\nwarm = 0\n[sessions]\nlogin_environment = "off"\n';

const nothing = /^$/;
/** `unscored`: checks that are run, and whose failures the suite does not count. */
const suites = [
  { name: '0.1.16', folder: 'conformance-0.1', args: ['--suite', 'all'], unscored: nothing },
  { name: '0.2.0-alpha.12 for 2025-11-25', folder: 'conformance-0.2',
    args: ['--requirements', '2025-11-25'], unscored: nothing },
  { name: '0.2.0-alpha.12 for 2026-07-28', folder: 'conformance-0.2',
    args: ['--requirements', '2026-07-28'],
    // Tasks are an extension, which the suite does not score; these want tasks that ask for input.
    unscored: /^tasks-mrtr-input:|: tasks-result-type-complete-on-non-task-responses:/ },
];

/** Passes everything on to the service, with a token and as if it had been asked itself. */
async function startProxy(service) {
  const target = new URL(service.endpoint.url);
  const token = await service.token();
  const proxy = http.createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    for (const name of ['host', 'origin']) {
      if (headers[name]) headers[name] = headers[name].replace(proxy.host, target.host);
    }
    const onward = http.request(
      { host: target.hostname, port: target.port, method: request.method, path: request.url, headers,
        agent: false },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  proxy.host = `127.0.0.1:${proxy.address().port}`;
  return proxy;
}

/** Runs a suite and gives its checks by scenario. */
async function runSuite({ folder, args }, url, output) {
  const program = fileURLToPath(new URL(`node_modules/${folder}/dist/index.js`, import.meta.url));
  const child = spawn(process.execPath, [program, 'server', '--url', url, '--output-dir', output, ...args],
                      { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more) => { text += more; });
  }
  await once(child, 'close');
  const scenarios = new Map();
  for (const folderName of await readdir(output)) {
    const checks = await readFile(path.join(output, folderName, 'checks.json'), 'utf8');
    const scenario = folderName.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    scenarios.set(scenario, JSON.parse(checks));
  }
  return { text, scenarios };
}

describe('conformance', { timeout: 230_000 }, () => {
  let service;
  let proxy;
  before(async () => {
    service = await Service.start(settings, { program: 'tests/berthd_conformance' });
    proxy = await startProxy(service);
  });
  after(async () => {
    proxy?.close();
    proxy?.closeAllConnections();
    await service?.stop();
  });

  for (const suite of suites) {
    test(suite.name, async (context) => {
      const output = await mkdtemp(path.join(tmpdir(), 'berth-conformance-'));
      context.after(() => rm(output, { recursive: true, force: true }));
      const { text, scenarios } = await runSuite(suite, `http://${proxy.host}/mcp`, output);
      assert.ok(scenarios.size >= 30, text);
      const failed = [];
      let passed = 0;
      for (const [scenario, checks] of scenarios) {
        for (const { id, status, errorMessage } of checks) {
          if (status === 'SUCCESS') ++passed;
          if (status !== 'FAILURE' && status !== 'WARNING') continue;
          const line = `${scenario}: ${id}: ${errorMessage ?? status}`;
          if (suite.unscored.test(line)) {
            context.diagnostic(`not scored: ${line}`);
          } else {
            failed.push(line);
          }
        }
      }
      context.diagnostic(`${scenarios.size} scenarios, ${passed} checks passed`);
      assert.deepEqual(failed, []);
    });
  }
});
