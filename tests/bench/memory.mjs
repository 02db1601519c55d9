// What an idle service costs: one that has served nothing yet, and the host of a session that has
// run nothing.
import { atMost, note } from './measure.mjs';
import { childrenNamed, residentMegabytes } from './processes.mjs';
import { openSession, withService } from './service.mjs';

// The terminal that asks for the login environment ends about now: it is not to be counted.
const settings = '[sessions]\nlogin_environment = "off"\n';

export default () => withService(settings, async (service) => {
  note('berthd, idle, resident', await residentMegabytes(service.pid), 'MB', atMost(25));
  const session = await openSession(service);
  const hosts = await childrenNamed(service.pid, 'berth-host');
  if (hosts.length === 0) throw new Error('berthd has no child berth-host');
  const sizes = await Promise.all(hosts.map(residentMegabytes));
  note('berth-host, idle, resident (largest)', Math.max(...sizes), 'MB', atMost(4));
  await session.close();
});
