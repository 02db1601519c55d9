// A service for one measurement, and sessions in it.
import { Service } from '../e2e/harness.mjs';
import { childrenNamed, ended } from './processes.mjs';
import { StdioClient } from './stdio_client.mjs';

/** Runs `work` with a service of its own and ends all that belongs to it. */
export async function withService(settings, work) {
  // A terminal that a failed measurement leaves behind shall not outlive it for long.
  const service = await Service.start(`${settings}\n[hosts]\norphan_limit = "1s"\n`);
  try {
    return await work(service);
  } finally {
    const terminals = await childrenNamed(service.pid, 'berth-host');
    await service.stop();
    await Promise.all(terminals.map(ended));
  }
}

/** A client with a bridge of its own and a session. */
export async function openSession(service) {
  const client = new StdioClient(service.bridge);
  await client.initialize();
  const { session_id, state } = (await client.call('start_session', {})).structuredContent;
  if (state !== 'ready') throw new Error(`the session is ${state}`);
  return {
    client,
    session_id,
    run: async (command, more = {}) =>
      (await client.call('run_command', { command, session_id, ...more })).structuredContent,
    close: async () => {
      await client.call('end_session', { session_id });
      await client.close();
    },
  };
}
