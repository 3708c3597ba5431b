import type { DatabaseSync } from 'node:sqlite'
import { NodeError } from '../../../error.ts'
import { inTransaction } from './transaction.ts'

/** Steps from one user_version to the next; the first makes version 1 of an empty file. Never changed, only added to. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE peers (
    id INTEGER PRIMARY KEY,
    peer TEXT NOT NULL UNIQUE            -- PeerId of an author
  );
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    peer_id INTEGER NOT NULL REFERENCES peers (id),
    name TEXT NOT NULL UNIQUE,           -- PeerId/device/quantity[.channel]
    topic TEXT NOT NULL,                 -- ProtocolName
    unit TEXT                            -- SenML unit
  );
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    peer_id INTEGER NOT NULL REFERENCES peers (id),
    epoch INTEGER NOT NULL,
    boot TEXT NOT NULL,
    anchor_mono REAL,                    -- ms since the run began, at anchor_unix
    anchor_unix REAL,                    -- Unix seconds
    anchor_error REAL,                   -- seconds
    anchor_quality INTEGER,              -- 0 synchronised, 1 estimated, 2 unknown
    UNIQUE (peer_id, epoch, boot)
  );
  -- Our own readings that are in no block yet.
  CREATE TABLE tail (
    series_id INTEGER NOT NULL REFERENCES series (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    time REAL,                           -- Unix seconds, NULL where unknown
    mono INTEGER,                        -- ms since the run began
    value,                               -- a number, or 'true' and 'false'
    fault TEXT,                          -- code, where there is no value
    fault_text TEXT,
    quality INTEGER NOT NULL,            -- of the time: 0 synchronised, 1 estimated, 2 unknown
    error_bound REAL,                    -- of the time, seconds
    interval REAL NOT NULL,              -- seconds between readings
    PRIMARY KEY (series_id, run_id, seq)
  ) WITHOUT ROWID;
  -- COSE_Sign1, as its author signed it.
  CREATE TABLE sealed (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('pack', 'block')),
    dated INTEGER NOT NULL,              -- Unix seconds from which its age counts, 0 while unknown
    bytes BLOB NOT NULL
  );
  CREATE INDEX sealed_by_age ON sealed (dated, id);
  -- What a pack or a block holds of a series, without a gap. No range lies within another.
  CREATE TABLE ranges (
    series_id INTEGER NOT NULL REFERENCES series (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    sealed_id INTEGER NOT NULL REFERENCES sealed (id) ON DELETE CASCADE,
    started REAL,                        -- Unix seconds of the first and the last reading
    ended REAL,
    faults INTEGER NOT NULL,
    minimum REAL,
    mean REAL,
    maximum REAL,
    PRIMARY KEY (series_id, run_id, first_seq)
  ) WITHOUT ROWID;
  CREATE INDEX ranges_by_sealed ON ranges (sealed_id);

  -- For people. Each row of readings is one reading, or the sum of a pack or a block.
  CREATE VIEW readings AS
    SELECT series.name AS series, datetime(ended, 'unixepoch') AS until_utc,
           last_seq - first_seq + 1 AS readings, faults, minimum, mean, maximum, series.unit AS unit,
           NULL AS fault_text, runs.epoch AS epoch, runs.boot AS boot, first_seq, last_seq, sealed.kind AS kept_as
      FROM ranges JOIN series ON series.id = series_id JOIN runs ON runs.id = run_id JOIN sealed ON sealed.id = sealed_id
    UNION ALL
    SELECT series.name, datetime(time, 'unixepoch'), 1, fault IS NOT NULL, value, value, value, series.unit,
           fault_text, runs.epoch, runs.boot, seq, seq, 'row'
      FROM tail JOIN series ON series.id = series_id JOIN runs ON runs.id = run_id;
  CREATE VIEW blocks AS SELECT * FROM readings WHERE kept_as = 'block';
  CREATE VIEW packs AS SELECT * FROM readings WHERE kept_as = 'pack';
  `,
  `
  -- How many bytes are held of each author, so that none takes the place of all.
  ALTER TABLE peers ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sealed ADD COLUMN peer_id INTEGER REFERENCES peers (id);
  UPDATE sealed SET peer_id = (
    SELECT peer_id FROM ranges JOIN series ON series.id = series_id WHERE sealed_id = sealed.id LIMIT 1);
  UPDATE peers SET bytes = (
    SELECT ifnull(sum(length(sealed.bytes)), 0) FROM sealed WHERE sealed.peer_id = peers.id);
  CREATE INDEX sealed_by_peer ON sealed (peer_id, dated, id);
  CREATE TRIGGER sealed_added AFTER INSERT ON sealed BEGIN
    UPDATE peers SET bytes = bytes + length(NEW.bytes) WHERE id = NEW.peer_id;
  END;
  CREATE TRIGGER sealed_removed AFTER DELETE ON sealed BEGIN
    UPDATE peers SET bytes = bytes - length(OLD.bytes) WHERE id = OLD.peer_id;
  END;
  `,
  `
  -- Readings that are in no block yet, ours and those of others: those of one flush in a row (chunk-table.ts). Only a
  -- start reads them. Rows of tail are taken over at the first flush.
  CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
  );
  -- From here on sealed.bytes may be deflated (RFC 1950), and numbers below 0 are readings of others whose seals are
  -- lost (sealed-bytes.ts).
  DROP VIEW blocks;
  DROP VIEW packs;
  DROP VIEW readings;
  CREATE VIEW readings AS
    SELECT series.name AS series, datetime(ended, 'unixepoch') AS until_utc,
           last_seq - first_seq + 1 AS readings, faults, minimum, mean, maximum, series.unit AS unit,
           runs.epoch AS epoch, runs.boot AS boot, first_seq, last_seq,
           CASE WHEN sealed.id < 0 THEN 'rows' ELSE sealed.kind END AS kept_as
      FROM ranges JOIN series ON series.id = series_id JOIN runs ON runs.id = run_id JOIN sealed ON sealed.id = sealed_id;
  CREATE VIEW blocks AS SELECT * FROM readings WHERE kept_as = 'block';
  CREATE VIEW packs AS SELECT * FROM readings WHERE kept_as = 'pack';
  `,
  `
  -- What was commanded of the outputs of this node, and what came of it (command-table.ts): time in Unix seconds, NULL
  -- where unknown, and its quality (0 synchronised, 1 estimated, 2 unknown); who as the book had the peer; asked on, off,
  -- or what it did by itself; lease in seconds; answer on, off or the code of an error, whose text is beside it; times
  -- within a minute. SQLite keeps the text of a table in the file: this is not in it.
  CREATE TABLE commands (
    id INTEGER PRIMARY KEY, time REAL, quality INTEGER NOT NULL, name TEXT NOT NULL, peer TEXT, who TEXT NOT NULL,
    asked TEXT NOT NULL, lease REAL, answer TEXT NOT NULL, text TEXT, times INTEGER NOT NULL
  );
  `
]

/** The version that has chunks. */
export const CHUNKS_SINCE = 3

/** What the steps make. */
export const TABLES = ['peers', 'series', 'runs', 'tail', 'sealed', 'ranges', 'chunks', 'commands'] as const

/** 0 for an empty file. */
export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
}

/** @throws NodeError 'history-newer' for a version that this kith does not know */
export function refuseNewer(version: number, name: string, steps: readonly string[] = migrations): void {
  if (version <= steps.length) return
  throw new NodeError(
    'history-newer',
    `${name} has version ${version}, this kith knows up to ${steps.length}`,
    {
      hint:
        `run the kith that wrote it; or go on with the copy that was made at the upgrade ` +
        `(${name}.v${steps.length}, docs/operations.md, "Roll back")`,
      remedy: 'stop'
    }
  )
}

/**
 * Brings a file to the present version, step by step, each in a transaction of its own.
 * @throws NodeError 'history-newer' where a later kith wrote the file
 */
export function migrate(db: DatabaseSync, name: string, steps: readonly string[] = migrations): void {
  const version = versionOf(db)
  refuseNewer(version, name, steps)
  for (let step = version; step < steps.length; step++) {
    inTransaction(db, () => db.exec(`${steps[step]}; PRAGMA user_version = ${step + 1}`))
  }
}
