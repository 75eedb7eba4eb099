-- The tables of the history; docs/history.md says what each column is. Exact decimals are texts. A column that ends in
-- _approx is the nearest float of such a text, for sorting and percentiles.

CREATE TABLE ledger (
  seq INTEGER NOT NULL,
  head TEXT NOT NULL
);
INSERT INTO ledger VALUES (0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  time TEXT NOT NULL,
  actor TEXT NOT NULL,
  host TEXT NOT NULL,
  run_id TEXT,
  as_of TEXT,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  exit INTEGER NOT NULL,
  engine TEXT NOT NULL,
  solver TEXT NOT NULL,
  config TEXT,
  problem TEXT,
  published INTEGER NOT NULL,
  lost TEXT,
  objective TEXT,
  objective_approx REAL,
  bound TEXT,
  gap TEXT,
  gap_approx REAL,
  certified_gap TEXT,
  trades INTEGER,
  accounts INTEGER,
  assigned INTEGER,
  broken INTEGER,
  warnings INTEGER,
  changed INTEGER,
  problems INTEGER NOT NULL
);
CREATE INDEX runs_by_day ON runs (as_of, seq);

CREATE TABLE metrics (
  seq INTEGER NOT NULL REFERENCES runs,
  account TEXT NOT NULL,
  metric TEXT NOT NULL,
  initial TEXT,
  final TEXT,
  closing TEXT,
  closing_approx REAL,
  PRIMARY KEY (seq, account, metric)
) WITHOUT ROWID;

CREATE TABLE limits (
  seq INTEGER NOT NULL REFERENCES runs,
  account TEXT NOT NULL,
  metric TEXT NOT NULL,
  min TEXT,
  min_approx REAL,
  max TEXT,
  max_approx REAL,
  headroom TEXT,
  headroom_approx REAL,
  PRIMARY KEY (seq, account, metric)
) WITHOUT ROWID;

CREATE TABLE breaches (
  seq INTEGER NOT NULL REFERENCES runs,
  account TEXT NOT NULL,
  metric TEXT NOT NULL,
  breach TEXT NOT NULL,
  opening_beyond TEXT,
  closing_beyond TEXT,
  beyond_approx REAL,
  PRIMARY KEY (seq, account, metric)
) WITHOUT ROWID;

CREATE TABLE assignments (
  seq INTEGER NOT NULL REFERENCES runs,
  trade_id TEXT NOT NULL,
  account TEXT NOT NULL,
  value_base TEXT,
  value_approx REAL,
  PRIMARY KEY (seq, trade_id)
) WITHOUT ROWID;

CREATE TABLE fallbacks (
  seq INTEGER NOT NULL REFERENCES runs,
  fallback TEXT NOT NULL
);
CREATE INDEX fallbacks_by_run ON fallbacks (seq);

CREATE TABLE problems (
  seq INTEGER NOT NULL REFERENCES runs,
  position INTEGER NOT NULL,
  code TEXT,
  place TEXT,
  message TEXT NOT NULL,
  PRIMARY KEY (seq, position)
) WITHOUT ROWID;

CREATE TABLE reruns (
  seq INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  actor TEXT NOT NULL,
  host TEXT NOT NULL,
  run_id TEXT NOT NULL,
  as_of TEXT,
  run_seq INTEGER NOT NULL
);
