-- The views of the history; docs/history.md says what each column is. A row about a day follows from that day and earlier
-- ones alone, but in breach_spans, which says how each breach stands on the newest day.

-- The current run of each date: the last one published for it. Days are numbered in the order of their dates.
CREATE VIEW days AS
SELECT ROW_NUMBER() OVER (ORDER BY as_of) AS day, as_of, seq, run_id, status, reason, exit, objective, objective_approx,
  bound, gap, gap_approx, certified_gap, trades, accounts, assigned, broken, warnings, changed
FROM runs
WHERE lost IS NULL AND seq IN (SELECT MAX(seq) FROM runs WHERE published = 1 AND as_of IS NOT NULL GROUP BY as_of);

-- Each limit on each day, and how much of it is used.
CREATE VIEW day_limits AS
SELECT day, as_of, account, metric, min, max, closing, headroom, headroom_approx,
  MAX(COALESCE(max_used, min_used), COALESCE(min_used, max_used)) AS used_approx
FROM (
  SELECT d.day, d.as_of, l.account, l.metric, l.min, l.max, m.closing, l.headroom, l.headroom_approx,
    CASE WHEN l.max_approx > 0 THEN m.closing_approx / l.max_approx END AS max_used,
    CASE WHEN l.min_approx > 0 AND m.closing_approx > 0 THEN l.min_approx / m.closing_approx END AS min_used
  FROM days d JOIN limits l ON l.seq = d.seq JOIN metrics m ON m.seq = l.seq AND m.account = l.account AND m.metric = l.metric
);

-- Each limit that was broken on a day, at the opening or after the run, with the breach that the day belongs to. A breach
-- goes on from the run day before if it was not cured there, and was there at this opening still.
CREATE VIEW breach_days AS
WITH broken AS (
  SELECT d.day, d.as_of, d.seq, b.account, b.metric, b.breach, b.opening_beyond, b.closing_beyond, b.beyond_approx,
    CASE WHEN LAG(d.day) OVER w = d.day - 1 AND LAG(b.breach) OVER w <> 'cured' AND b.breach <> 'caused'
      THEN 0 ELSE 1 END AS begins
  FROM days d JOIN breaches b ON b.seq = d.seq
  WINDOW w AS (PARTITION BY b.account, b.metric ORDER BY d.day)
), spans AS (
  SELECT *, SUM(begins) OVER (PARTITION BY account, metric ORDER BY day) AS span FROM broken
)
SELECT day, as_of, seq, account, metric, span, breach, opening_beyond, closing_beyond, beyond_approx,
  FIRST_VALUE(as_of) OVER so_far AS first_seen,
  day - FIRST_VALUE(day) OVER so_far + 1 AS age_days,
  MAX(beyond_approx) OVER so_far AS worst_approx
FROM spans
WINDOW so_far AS (PARTITION BY account, metric, span ORDER BY day);

-- Each breach from its first day to its end, or to the newest day: its last day has what came before.
CREATE VIEW breach_spans AS
WITH ranked AS (
  SELECT day, as_of, account, metric, span, first_seen, age_days, breach, worst_approx,
    FIRST_VALUE(breach) OVER (PARTITION BY account, metric, span ORDER BY day) AS began,
    LEAD(day) OVER (PARTITION BY account, metric, span ORDER BY day) AS later
  FROM breach_days
), nexts AS (
  SELECT day, LEAD(seq) OVER (ORDER BY day) AS next_seq, LEAD(as_of) OVER (ORDER BY day) AS next_as_of FROM days
)
SELECT r.account, r.metric, r.span, r.first_seen, r.as_of AS last_seen, r.age_days AS run_days, r.began, r.worst_approx,
  CASE WHEN r.breach = 'cured' THEN 'cured'
    WHEN n.next_seq IS NULL THEN 'open'
    WHEN EXISTS (SELECT 1 FROM limits l WHERE l.seq = n.next_seq AND l.account = r.account AND l.metric = r.metric) THEN 'gone'
    ELSE 'dropped' END AS state,
  CASE WHEN r.breach = 'cured' THEN r.as_of ELSE n.next_as_of END AS ended
FROM ranked r JOIN nexts n ON n.day = r.day
WHERE r.later IS NULL;
