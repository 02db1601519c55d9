// The MCP servers that Berth is compared with (--peers), each in a temporary home.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export async function withPeerHome(work) {
  const home = await mkdtemp(path.join(tmpdir(), 'berth-bench-'));
  try {
    // The peer's own switch: measured on this machine alone, it has nobody to tell.
    await mkdir(path.join(home, '.claude-server-commander'));
    await writeFile(path.join(home, '.claude-server-commander/config.json'), '{"telemetryEnabled":false}');
    return await work(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function server(home, file, ...args) {
  return {
    command: process.execPath,
    args: [fileURLToPath(new URL(`node_modules/${file}`, import.meta.url)), ...args],
    env: { PATH: process.env.PATH, HOME: home },
    cwd: home,
  };
}

/** Their `echo hi`, each with the tool that its readers are told to use. */
export const commandPeers = (home) => ({
  'mcp-server-commands': {
    server: server(home, 'mcp-server-commands/build/index.js'),
    tool: 'run_command',
    args: { command: 'echo hi' },
    target: 1 / 3,
  },
  'desktop-commander': {
    server: server(home, '@wonderwhy-er/desktop-commander/dist/index.js'),
    tool: 'start_process',
    args: { command: 'echo hi', timeout_ms: 5000 },
    target: 1 / 6,
  },
});

/** The bridge between stdio and HTTP that clients use elsewhere. */
export const bridgePeer = (home, url, token) =>
  server(home, 'mcp-remote/dist/proxy.js', `${url}/mcp`,
         '--header', `Authorization: Bearer ${token}`, '--transport', 'http-only');
