// How long an IDE waits for the bridge when it starts, beside mcp-remote.
import { atMost, median, note, timed } from './measure.mjs';
import { bridgePeer, withPeerHome } from './peers.mjs';
import { withService } from './service.mjs';
import { StdioClient } from './stdio_client.mjs';

export default (options) => withService('', (service) => withPeerHome(async (home) => {
  const contestants = { 'berth-bridge': service.bridge };
  if (options.peers) {
    contestants['mcp-remote'] = bridgePeer(home, service.endpoint.url, await service.token());
  }
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < (options.short ? 3 : 7); ++round) {
    for (const [name, server] of Object.entries(contestants)) {
      let client;
      times[name].push(await timed(() => {
        client = new StdioClient(server);
        return client.initialize();
      }));
      await client.close();
    }
  }
  const ours = median(times['berth-bridge']);
  note('start of the bridge until initialize is answered, p50', ours, 'ms');
  if (options.peers) {
    const theirs = median(times['mcp-remote']);
    note('the same with mcp-remote, p50', theirs, 'ms');
    note('start: berth-bridge / mcp-remote', ours / theirs, '', atMost(0.1));
  }
}));
