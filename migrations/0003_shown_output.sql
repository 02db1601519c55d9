-- How much of its output the caller of a command wants to be shown: what is told of it later, as the
-- result of a task, is as long.
ALTER TABLE jobs ADD COLUMN max_output_bytes INTEGER NOT NULL DEFAULT 32768;
