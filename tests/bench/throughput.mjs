// How many commands a second the service does for 1, 8 and 64 clients, each with a bridge and a
// session of its own. No target: what is told beside it is how many fresh shells the machine does one
// after the other, which is what a tool without sessions pays.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { note, timed } from './measure.mjs';
import { openSession, withService } from './service.mjs';

const clientCounts = [1, 8, 64];
const settings = `[pool]\nmax_sessions = ${Math.max(...clientCounts)}\n`;

async function say(session) {
  const { stdout } = await session.run('echo hi');
  if (stdout !== 'hi\n') throw new Error(`echo hi printed ${JSON.stringify(stdout)}`);
}

/** Each client asks as soon as it has its answer, until `calls` have been made by all of them. */
async function commandsPerSecond(service, clients, calls) {
  const sessions = await Promise.all(Array.from({ length: clients }, () => openSession(service)));
  await Promise.all(sessions.map(say));  // starts the shells
  const each = Math.ceil(calls / clients);
  const time = await timed(() => Promise.all(sessions.map(async (session) => {
    for (let call = 0; call < each; ++call) await say(session);
  })));
  await Promise.all(sessions.map((session) => session.close()));
  return (each * clients * 1000) / time;
}

async function freshShellsPerSecond(count) {
  const loop = `for ((i = 0; i < ${count}; ++i)); do bash -c 'echo hi'; done`;
  const time = await timed(async () => {
    const child = spawn('bash', ['-c', loop], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the shells ended with ${code}`);
  });
  return (count * 1000) / time;
}

export default (options) => withService(settings, async (service) => {
  const calls = options.short ? 640 : 6400;
  const shells = await freshShellsPerSecond(calls / 10);
  note('fresh bash -c "echo hi", one after the other', shells, '/s');
  for (const clients of clientCounts) {
    const rate = await commandsPerSecond(service, clients, calls);
    const who = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
    note(`echo hi in sessions, ${who}`, rate, '/s');
    note(`${who} / fresh shells`, rate / shells, '');
  }
});
