-- A ledger in PostgreSQL, in a schema of its own. The owner runs this once; the application's role may read, and call the two
-- functions. `entries` holds what the hashes cover, `contents` the fields with their salts, `gone` what a redaction left of them.
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.entries (
  seq bigint PRIMARY KEY,
  hash text NOT NULL,
  prev text NOT NULL UNIQUE,  -- so a fork cannot be stored
  type text NOT NULL,
  fields integer NOT NULL,
  entry text NOT NULL
);
CREATE INDEX IF NOT EXISTS redactions ON {schema}.entries (seq) WHERE type = 'EntryRedacted';
CREATE TABLE IF NOT EXISTS {schema}.contents (
  seq bigint NOT NULL,  -- of an entry: `check_contents`
  place integer NOT NULL,
  path text NOT NULL,
  field text NOT NULL,
  PRIMARY KEY (seq, place)
);
CREATE TABLE IF NOT EXISTS {schema}.gone (
  seq bigint NOT NULL,  -- of an entry: `check_gone`
  place integer NOT NULL,
  path text NOT NULL,
  field text NOT NULL,
  PRIMARY KEY (seq, place)
);

CREATE OR REPLACE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ledger: % of % is never possible', TG_OP, TG_TABLE_NAME; END $$;

CREATE OR REPLACE FUNCTION {schema}.check_entry() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
DECLARE last record;
BEGIN
  SELECT seq, hash INTO last FROM entries ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.prev <> coalesce(last.hash, repeat('0', 64)) THEN
    RAISE EXCEPTION 'ledger: an entry follows the last one';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION {schema}.check_contents() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
DECLARE last record;
BEGIN
  SELECT seq, fields INTO last FROM entries ORDER BY seq DESC LIMIT 1;
  IF EXISTS (SELECT 1 FROM added WHERE (seq = last.seq AND place BETWEEN 1 AND last.fields) IS NOT TRUE) THEN
    RAISE EXCEPTION 'ledger: contents come with their entry';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION {schema}.names(log bigint, target bigint, path text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = {schema}, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM entries
    JOIN contents which ON which.seq = entries.seq AND which.path = '/redacted'
      AND (which.field::jsonb -> 2)::bigint = target
    JOIN contents paths ON paths.seq = entries.seq AND paths.path = '/fields'
      AND paths.field::jsonb -> 2 ? names.path
    WHERE entries.type = 'EntryRedacted' AND entries.seq > target AND entries.seq = coalesce(log, entries.seq))
$$;

CREATE OR REPLACE FUNCTION {schema}.check_gone() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
  IF NEW.place NOT BETWEEN 1 AND (SELECT fields FROM entries WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM contents c WHERE c.seq = NEW.seq AND c.place = NEW.place AND c.path <> NEW.path)
    OR NOT names(NULL, NEW.seq, NEW.path) THEN
    RAISE EXCEPTION 'ledger: a content goes by a redaction that names it';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION {schema}.check_deletion() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM gone g WHERE g.seq = OLD.seq AND g.place = OLD.place) THEN
    RAISE EXCEPTION 'ledger: a content goes by a redaction that names it';
  END IF;
  RETURN OLD;
END $$;

CREATE OR REPLACE TRIGGER entries_follow BEFORE INSERT ON {schema}.entries FOR EACH ROW EXECUTE FUNCTION {schema}.check_entry();
CREATE OR REPLACE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON {schema}.entries FOR EACH ROW EXECUTE FUNCTION {schema}.refuse();
CREATE OR REPLACE TRIGGER entries_last BEFORE TRUNCATE ON {schema}.entries EXECUTE FUNCTION {schema}.refuse();
CREATE OR REPLACE TRIGGER contents_of_last AFTER INSERT ON {schema}.contents
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {schema}.check_contents();
CREATE OR REPLACE TRIGGER contents_stay BEFORE UPDATE ON {schema}.contents FOR EACH ROW EXECUTE FUNCTION {schema}.refuse();
CREATE OR REPLACE TRIGGER contents_last BEFORE DELETE ON {schema}.contents FOR EACH ROW EXECUTE FUNCTION {schema}.check_deletion();
CREATE OR REPLACE TRIGGER contents_whole BEFORE TRUNCATE ON {schema}.contents EXECUTE FUNCTION {schema}.refuse();
CREATE OR REPLACE TRIGGER gone_by_redaction BEFORE INSERT ON {schema}.gone FOR EACH ROW EXECUTE FUNCTION {schema}.check_gone();
CREATE OR REPLACE TRIGGER gone_stays BEFORE UPDATE OR DELETE ON {schema}.gone FOR EACH ROW EXECUTE FUNCTION {schema}.refuse();
CREATE OR REPLACE TRIGGER gone_lasts BEFORE TRUNCATE ON {schema}.gone EXECUTE FUNCTION {schema}.refuse();

-- One writer at a time, until the transaction ends; what the last one wrote is the head.
CREATE OR REPLACE FUNCTION {schema}.take_turn() RETURNS TABLE (seq bigint, hash text) LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = {schema}, pg_temp AS $$
  SELECT pg_advisory_xact_lock(hashtext('{schema}'), 0);
  SELECT e.seq, e.hash FROM entries e ORDER BY e.seq DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION {schema}.append(rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {schema}, pg_temp AS $$
DECLARE each jsonb;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('{schema}'), 0);
  FOR each IN SELECT value FROM jsonb_array_elements(rows) LOOP
    INSERT INTO entries SELECT (e ->> 0)::bigint, e ->> 1, e ->> 2, e ->> 3, (e ->> 4)::integer, e ->> 5
      FROM (SELECT each -> 0) AS one (e);
    INSERT INTO contents SELECT (f ->> 0)::bigint, (f ->> 1)::integer, f ->> 2, f ->> 3
      FROM jsonb_array_elements(each -> 1) AS many (f);
  END LOOP;
  IF jsonb_path_exists(rows, '$[*][2][*]') THEN  -- an import: by now their redactions are there
    INSERT INTO gone SELECT (f ->> 0)::bigint, (f ->> 1)::integer, f ->> 2, f ->> 3
      FROM jsonb_array_elements(rows) AS all_rows (r), jsonb_array_elements(r -> 2) AS many (f);
  END IF;
END $$;

-- Carry out a redaction that was appended: what is left of a field is its path and the digest of what stood there.
CREATE OR REPLACE FUNCTION {schema}.redact(log bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {schema}, pg_temp AS $$
DECLARE target bigint;
BEGIN
  PERFORM take_turn();
  SELECT (field::jsonb -> 2)::bigint INTO target FROM contents WHERE seq = log AND path = '/redacted';
  INSERT INTO gone
    SELECT seq, place, path,
      '[' || to_json(path) || ',"' || encode(sha256(convert_to(field, 'UTF8')), 'hex') || '"]'
    FROM contents WHERE seq = target AND names(log, target, path);
  DELETE FROM contents c USING gone g WHERE c.seq = target AND g.seq = target AND g.place = c.place;
END $$;

REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC;
