// The official client of the handshake revisions.
import { connectors } from './clients.mjs';
import { describeConversation } from './conversation.mjs';

for (const transport of ['stdio', 'HTTP']) {
  const name = `sdk 1.32 over ${transport}`;
  describeConversation(name, connectors[name], 'handshake');
}
