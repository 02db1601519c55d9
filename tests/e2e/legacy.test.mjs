// The client of both eras without its modern one, as it is by default; and looking for itself.
import { DualHttp, DualStdio, connectDual, httpArguments, stdioArguments } from './clients.mjs';
import { describeConversation } from './conversation.mjs';

for (const [mode, era] of [['legacy', 'legacy'], ['auto', 'modern']]) {
  describeConversation(`client 2.4, ${mode}, over stdio`, async (service) =>
    connectDual(new DualStdio(stdioArguments(service)), mode), era);
  describeConversation(`client 2.4, ${mode}, over HTTP`, async (service) =>
    connectDual(new DualHttp(...await httpArguments(service)), mode), era);
}
