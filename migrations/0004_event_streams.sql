-- Every event with an id up to this one has been removed: a reader that comes back to a place before
-- it has missed something.
ALTER TABLE event_id_block ADD COLUMN removed_to INTEGER NOT NULL DEFAULT 0;
UPDATE event_id_block SET removed_to = COALESCE((SELECT MIN(id) FROM events), next_id) - 1;

-- An event that came from elsewhere has the id it has there, and is stored once.
ALTER TABLE events ADD COLUMN source_id TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX events_by_source ON events (source, source_id) WHERE source_id <> '';

-- What is about nobody's objects is never looked for by client.
DROP INDEX events_by_client;
CREATE INDEX events_by_client ON events (client_id) WHERE client_id <> '';
