// The MCP Inspector's command line: one process a call, in both eras and over both transports.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Service } from './harness.mjs';

const run = promisify(execFile);
const inspector = fileURLToPath(
  new URL('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url));

for (const transport of ['stdio', 'http']) {
  for (const era of ['legacy', 'modern']) {
    describe(`inspector over ${transport}, ${era} era`, { timeout: 120_000 }, () => {
      let service;
      let target;

      async function inspect(...args) {
        const { stdout } = await run(
          process.execPath,
          [inspector, '--cli', ...target, '--protocol-era', era, '--format', 'json', '--quiet', ...args],
          { env: service.environment, cwd: service.home, timeout: 60_000 });
        return JSON.parse(stdout).result;
      }
      const call = (tool, args) =>
        inspect('--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args));

      before(async () => {
        service = await Service.start();
        const { command, args } = service.bridge;
        target = transport === 'stdio'
          ? [command, ...args]
          : ['--transport', 'http', '--server-url', `${service.endpoint.url}/mcp`,
             '--header', `Authorization: Bearer ${await service.token()}`];
      });
      after(() => service?.stop());

      test('tools/list finds nothing to complain about in the schemas', async () => {
        const { tools } = await inspect('--method', 'tools/list', '--strict');
        assert.ok(tools.some(({ name }) => name === 'run_command'));
      });

      test('tools/call runs a command', async () => {
        const { structuredContent: job } =
          await call('run_command', { command: 'echo out; echo err >&2; (exit 4)' });
        assert.equal(job.stdout, 'out\n');
        assert.equal(job.stderr, 'err\n');
        assert.equal(job.exit_code, 4);
      });

      test('a background job outlives the client that started it', async () => {
        const started = (await call('run_background', { command: 'sleep 0.2; echo done' })).structuredContent;
        assert.match(started.job_id, /^job_/);
        if (transport === 'http') {
          // Without a client id the principal is the client, so that the next process sees its job.
          const job = (await call('get_job', { job_id: started.job_id, wait_ms: 10_000 })).structuredContent;
          assert.equal(job.stdout, 'done\n');
        }
      });
    });
  }
}
