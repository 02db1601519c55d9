// What an agent waits for: `echo hi` in a session through the bridge, beside peers.
import { atMost, median, note, percentile, timed } from './measure.mjs';
import { commandPeers, withPeerHome } from './peers.mjs';
import { openSession, withService } from './service.mjs';
import { StdioClient } from './stdio_client.mjs';

/** Alternates the contestants in rounds and returns the times of each. */
async function alternate(contestants, { rounds, callsPerRound }) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -1; round < rounds; ++round) {  // the first one only warms up
    for (const [name, { client, tool, args }] of Object.entries(contestants)) {
      for (let call = 0; call < callsPerRound; ++call) {
        let answer;
        const time = await timed(async () => { answer = await client.call(tool, args); });
        if (!answer.content.some(({ text }) => text.includes('hi'))) {
          throw new Error(`no output: ${JSON.stringify(answer)}`);
        }
        if (round >= 0) times[name].push(time);
      }
    }
  }
  return times;
}

async function measureBesidePeers(berth, sizes) {
  await withPeerHome(async (home) => {
    // One peer at a time: some go on working after their answer, which would be the others' loss.
    for (const [name, { server, tool, args, target }] of Object.entries(commandPeers(home))) {
      const peer = { client: new StdioClient(server), tool, args };
      await peer.client.initialize();
      const times = await alternate({ berth, [name]: peer }, sizes);
      await peer.client.close();
      const [ours, theirs] = [times.berth, times[name]].map(median);
      note(`echo hi beside ${name}, p50`, ours, 'ms');
      note(`echo hi with ${name}, p50`, theirs, 'ms');
      note(`echo hi: berth / ${name}`, ours / theirs, '', atMost(target));
    }
  });
}

export default (options) => withService('', async (service) => {
  const sizes = options.short ? { rounds: 5, callsPerRound: 20 } : { rounds: 20, callsPerRound: 25 };
  const session = await openSession(service);
  const { client, session_id } = session;
  const berth = { client, tool: 'run_command', args: { command: 'echo hi', session_id } };
  const alone = (await alternate({ berth }, sizes)).berth;
  note('echo hi through the bridge, p50', median(alone), 'ms');
  note('echo hi through the bridge, p99', percentile(alone, 0.99), 'ms');
  if (options.peers) await measureBesidePeers(berth, sizes);
  await session.close();
});
