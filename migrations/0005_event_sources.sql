-- Where the following of event streams elsewhere was left: changed with the events it is behind.
CREATE TABLE event_sources (
  name   TEXT PRIMARY KEY NOT NULL,
  url    TEXT NOT NULL,
  cursor TEXT NOT NULL
) STRICT, WITHOUT ROWID;
