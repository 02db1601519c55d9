// mcp-remote in front of /mcp, for clients that speak stdio only and know no bridge of Berth's.
import { HandshakeStdio, connectHandshake, remoteArguments } from './clients.mjs';
import { describeConversation } from './conversation.mjs';

describeConversation('mcp-remote', async (service) =>
  connectHandshake(new HandshakeStdio(await remoteArguments(service))), 'handshake');
