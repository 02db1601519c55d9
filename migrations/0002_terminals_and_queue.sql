ALTER TABLE sessions ADD COLUMN tty INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN tty_rows INTEGER NOT NULL DEFAULT 24;
ALTER TABLE sessions ADD COLUMN tty_cols INTEGER NOT NULL DEFAULT 80;
ALTER TABLE jobs ADD COLUMN tty INTEGER NOT NULL DEFAULT 0;

-- Requests that had to wait for a terminal: those that wait keep their place over a restart, the
-- others are history.
CREATE TABLE requests (
  id          TEXT    NOT NULL PRIMARY KEY,
  session_id  TEXT    NOT NULL,
  job_id      TEXT    NOT NULL,
  client_id   TEXT    NOT NULL,
  principal   TEXT    NOT NULL,
  request_key TEXT    NOT NULL,
  link_key    TEXT    NOT NULL,
  sync        INTEGER NOT NULL,
  arrival     INTEGER NOT NULL,
  arrived_at  INTEGER NOT NULL,
  state       TEXT    NOT NULL,
  ended_at    INTEGER,
  estimate_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX requests_by_time ON requests (arrived_at, id);
CREATE INDEX requests_by_client ON requests (client_id, arrived_at, id);
CREATE INDEX requests_queued ON requests (arrival) WHERE state = 'queued';
