// The official client of the 2026-07-28 revision, pinned to it.
import { connectors } from './clients.mjs';
import { describeConversation } from './conversation.mjs';

for (const transport of ['stdio', 'HTTP']) {
  const name = `client 2.4 over ${transport}`;
  describeConversation(name, connectors[name], 'modern');
}
