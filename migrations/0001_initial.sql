-- Times are milliseconds since 1970 UTC. Text that may hold NUL is BLOB. Ids without a value are ''.
-- No foreign keys: retention removes rows of each table on its own, and the order of the records in
-- one change set must not matter.
-- Each index that a change touches costs it a page in the write-ahead log, and that is most of what a
-- commit costs: there is one per list filter, partial where only few rows are ever asked for.

CREATE TABLE connections (
  id               TEXT    NOT NULL PRIMARY KEY,
  kind             TEXT    NOT NULL,
  client_id        TEXT    NOT NULL,
  principal        TEXT    NOT NULL,
  scope            TEXT    NOT NULL,
  peer             TEXT    NOT NULL,
  client_name      TEXT    NOT NULL,
  client_version   TEXT    NOT NULL,
  protocol_version TEXT    NOT NULL,
  opened_at        INTEGER NOT NULL,
  closed_at        INTEGER,
  close_reason     TEXT    NOT NULL
) STRICT;
CREATE INDEX connections_by_time ON connections (opened_at, id);
CREATE INDEX connections_open ON connections (opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX connections_by_client ON connections (client_id, opened_at, id);

CREATE TABLE sessions (
  id             TEXT    NOT NULL PRIMARY KEY,
  host_id        TEXT    NOT NULL,
  client_id      TEXT    NOT NULL,
  principal      TEXT    NOT NULL,
  name           TEXT    NOT NULL,
  shell          TEXT    NOT NULL,
  cwd            TEXT    NOT NULL,
  request_key    TEXT    NOT NULL,
  link_key       TEXT    NOT NULL,
  correlation_id TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  end_reason     TEXT    NOT NULL,
  created_at     INTEGER NOT NULL,
  used_at        INTEGER NOT NULL,
  ended_at       INTEGER
) STRICT;
CREATE INDEX sessions_by_time ON sessions (created_at, id);
CREATE INDEX sessions_by_client ON sessions (client_id, created_at, id);
CREATE INDEX sessions_open ON sessions (created_at, id) WHERE state <> 'ended';

CREATE TABLE hosts (
  id          TEXT    NOT NULL PRIMARY KEY,
  session_id  TEXT    NOT NULL,
  shell       TEXT    NOT NULL,
  journal_seq INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  ended_at    INTEGER
) STRICT;
-- No index for those that have not ended: a start reads the table whole, and every command writes it.

CREATE TABLE jobs (
  id             TEXT    NOT NULL PRIMARY KEY,
  session_id     TEXT    NOT NULL,
  request_id     TEXT    NOT NULL,
  host_id        TEXT    NOT NULL,
  client_id      TEXT    NOT NULL,
  principal      TEXT    NOT NULL,
  correlation_id TEXT    NOT NULL,
  request_key    TEXT    NOT NULL,
  link_key       TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  exit_code      INTEGER,
  signal         TEXT    NOT NULL,
  dispatched     INTEGER NOT NULL,
  sync           INTEGER NOT NULL,
  background     INTEGER NOT NULL,
  stdin_mode     TEXT    NOT NULL,
  timeout_ms     INTEGER NOT NULL,
  stdout_bytes   INTEGER NOT NULL,
  stderr_bytes   INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  started_at     INTEGER,
  finished_at    INTEGER,
  shell          TEXT    NOT NULL,
  cwd            TEXT    NOT NULL,
  cwd_after      TEXT    NOT NULL,
  message        TEXT    NOT NULL,
  env_json       TEXT    NOT NULL,
  command        BLOB    NOT NULL,
  stdin_text     BLOB    NOT NULL,
  stdout_whole   BLOB,
  stderr_whole   BLOB
) STRICT;
CREATE INDEX jobs_by_time ON jobs (created_at, id);
CREATE INDEX jobs_by_client ON jobs (client_id, created_at, id);
CREATE INDEX jobs_by_session ON jobs (session_id, created_at, id) WHERE session_id <> '';
-- Most jobs succeed: those are found by time, the others by an index that holds only them.
CREATE INDEX jobs_open ON jobs (created_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_unsuccessful ON jobs (state, created_at, id)
  WHERE state NOT IN ('queued', 'running', 'succeeded');
-- A retry must find the job of the first try, and two tries must never make two jobs.
CREATE UNIQUE INDEX jobs_request_key ON jobs (client_id, request_key) WHERE request_key <> '';
CREATE UNIQUE INDEX jobs_link_key ON jobs (client_id, link_key) WHERE link_key <> '';

CREATE TABLE tokens (
  hash       TEXT    NOT NULL PRIMARY KEY,
  scope      TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;

CREATE TABLE events (
  id             INTEGER PRIMARY KEY,
  time           INTEGER NOT NULL,
  type           TEXT    NOT NULL,
  topic          TEXT    NOT NULL,
  severity       INTEGER NOT NULL,
  source         TEXT    NOT NULL,
  client_id      TEXT    NOT NULL,
  session_id     TEXT    NOT NULL,
  job_id         TEXT    NOT NULL,
  request_id     TEXT    NOT NULL,
  connection_id  TEXT    NOT NULL,
  upstream       TEXT    NOT NULL,
  correlation_id TEXT    NOT NULL,
  data           TEXT    NOT NULL
) STRICT;
-- Indexes end in the row id by themselves. A type has one topic: this one serves both filters. Most
-- events are about jobs: those are found by id.
CREATE INDEX events_by_topic ON events (topic) WHERE topic <> 'job';
CREATE INDEX events_by_client ON events (client_id);
CREATE INDEX events_by_session ON events (session_id) WHERE session_id <> '';
CREATE INDEX events_by_job ON events (job_id) WHERE job_id <> '';
CREATE INDEX events_errors ON events (id) WHERE severity >= 4;

-- Every event id below next_id is given or reserved. While the service runs it is the end of the
-- reserved block, after a clean stop the exact next id. last_time is a time no later event precedes.
CREATE TABLE event_id_block (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  next_id   INTEGER NOT NULL,
  last_time INTEGER NOT NULL
) STRICT;
INSERT INTO event_id_block (singleton, next_id, last_time) VALUES (1, 1, 0);
