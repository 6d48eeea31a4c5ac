-- A ledger in SQLite. `entries` holds what the hashes cover, `contents` the fields with their salts, `gone` what a
-- redaction left of them: [path, digest]. Nothing is ever updated; only a content is deleted, and only if a redaction names it.
CREATE TABLE IF NOT EXISTS entries (
  seq INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  prev TEXT NOT NULL UNIQUE,  -- so a fork cannot be stored
  type TEXT NOT NULL,
  fields INTEGER NOT NULL,
  entry TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS redactions ON entries (seq) WHERE type = 'EntryRedacted';
CREATE TABLE IF NOT EXISTS contents (
  seq INTEGER NOT NULL REFERENCES entries,
  place INTEGER NOT NULL,
  path TEXT NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (seq, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gone (
  seq INTEGER NOT NULL REFERENCES entries,
  place INTEGER NOT NULL,
  path TEXT NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (seq, place)
) STRICT, WITHOUT ROWID;

-- Both conditions: INSERT OR REPLACE would delete the row that is in the way, and asks no trigger for deletions.
CREATE TRIGGER IF NOT EXISTS entries_follow BEFORE INSERT ON entries
WHEN NEW.seq <> coalesce((SELECT max(seq) FROM entries), 0) + 1
  OR NEW.prev <> coalesce((SELECT hash FROM entries ORDER BY seq DESC LIMIT 1),
    '0000000000000000000000000000000000000000000000000000000000000000')
  OR EXISTS (SELECT 1 FROM entries WHERE prev = NEW.prev)
BEGIN SELECT RAISE(ABORT, 'ledger: an entry follows the last one'); END;
CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'ledger: an entry is never changed'); END;
CREATE TRIGGER IF NOT EXISTS entries_last BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'ledger: an entry is never deleted'); END;

CREATE TRIGGER IF NOT EXISTS contents_of_last BEFORE INSERT ON contents
WHEN NEW.seq <> (SELECT max(seq) FROM entries)
  OR NEW.place NOT BETWEEN 1 AND (SELECT fields FROM entries WHERE seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM contents WHERE seq = NEW.seq AND place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'ledger: contents come with their entry'); END;
CREATE TRIGGER IF NOT EXISTS contents_stay BEFORE UPDATE ON contents
BEGIN SELECT RAISE(ABORT, 'ledger: a content is never changed'); END;
CREATE TRIGGER IF NOT EXISTS contents_last BEFORE DELETE ON contents
WHEN NOT EXISTS (SELECT 1 FROM gone WHERE seq = OLD.seq AND place = OLD.place)
BEGIN SELECT RAISE(ABORT, 'ledger: a content goes by a redaction that names it'); END;

CREATE TRIGGER IF NOT EXISTS gone_by_redaction BEFORE INSERT ON gone
WHEN NEW.place NOT BETWEEN 1 AND (SELECT fields FROM entries WHERE seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM gone WHERE seq = NEW.seq AND place = NEW.place)
  OR EXISTS (SELECT 1 FROM contents WHERE seq = NEW.seq AND place = NEW.place AND path <> NEW.path)
  OR NOT EXISTS (
    SELECT 1 FROM entries log
    JOIN contents which ON which.seq = log.seq AND which.path = '/redacted'
      AND json_extract(which.field, '$[2]') = NEW.seq
    JOIN contents paths ON paths.seq = log.seq AND paths.path = '/fields'
    JOIN json_each(paths.field, '$[2]') named ON named.value = NEW.path
    WHERE log.type = 'EntryRedacted' AND log.seq > NEW.seq)
BEGIN SELECT RAISE(ABORT, 'ledger: a content goes by a redaction that names it'); END;
CREATE TRIGGER IF NOT EXISTS gone_stays BEFORE UPDATE ON gone
BEGIN SELECT RAISE(ABORT, 'ledger: what a redaction left is never changed'); END;
CREATE TRIGGER IF NOT EXISTS gone_lasts BEFORE DELETE ON gone
BEGIN SELECT RAISE(ABORT, 'ledger: what a redaction left is never deleted'); END;
