// A service whose event log is as long as is wished.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const rows = `
  WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)
  INSERT INTO events (id, time, type, topic, severity, source, client_id, session_id, job_id,
                      request_id, connection_id, upstream, correlation_id, data)
  SELECT :first + n, CAST(:begin + n * :span / :count AS INTEGER), 'job.finished', 'job', 1, 'berth',
         '', '', printf('job_%026d', n / 3), '', '', '', printf('cor_%026d', n / 3),
         '{"state":"succeeded","shell":"bash","background":false,"exit_code":0,"stdout_bytes":' || n ||
         ',"stderr_bytes":0,"cwd":"/srv/app","duration_ms":17}'
  FROM numbers`;

/**
 * Adds so many events of the last hour straight to the tables that the service has made: to send them
 * in would take longer than what is measured. Gives the last one's id and the time of the first.
 */
export async function fillEventLog(service, count) {
  const span = 3_600_000;
  const begin = Date.now() - span;
  await service.crash();  // its seal stands for all that is written until the next start
  const database = new DatabaseSync(path.join(service.dataDir, 'berth.db'));
  try {
    // Without a log, which would be as large as the database.
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; BEGIN');
    const { next_id: first } = database.prepare('SELECT next_id FROM event_id_block').get();
    database.prepare(rows).run({ count, first, begin, span });
    const last = first + count - 1;
    database.prepare('UPDATE event_id_block SET next_id = ?, last_time = ?').run(last + 1, begin + span);
    database.exec('COMMIT; PRAGMA journal_mode = WAL');
    return { last, begin };
  } finally {
    database.close();
    await service.launch();
  }
}
