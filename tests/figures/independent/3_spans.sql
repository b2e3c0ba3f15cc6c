-- Touches and spans of the cycles.

-- Where a cycle is at home, and from when to when: on the line it began on, after a merge on the winner's.
CREATE TEMP TABLE home ON COMMIT DROP AS
SELECT cycle, born_on AS line, assigned_at AS since, CASE WHEN via = 'merge' THEN joined_at END AS before, rank, opened_by
FROM cycle
UNION ALL
SELECT cycle, line, joined_at, NULL, NULL, NULL FROM cycle
WHERE via = 'merge' AND (closed_at > joined_at OR closed_at IS NULL OR ending <> 'merged');

-- M6, M8: from the assignment to the disposition, its instant included, whoever touched. M9: the disposer's own up to
-- fifteen minutes later, at the disposition's time.
CREATE TEMP TABLE counted ON COMMIT DROP AS
SELECT cycle, touch.id, touch.at
FROM cycle JOIN home USING (cycle) JOIN touch ON touch.line = home.line
WHERE touch.at >= home.since AND (home.before IS NULL OR touch.at < home.before)
  AND (closed_at IS NULL OR touch.at < closed_at OR touch.at = closed_at AND ending <> 'merged')
UNION ALL
SELECT cycle, touch.id, closed_at
FROM model, cycle JOIN touch USING (line) JOIN human ON human.id = closed_by
WHERE ending = 'dispose' AND touch.owner_id = closed_by AND touch.at > closed_at
  AND touch.at <= closed_at + make_interval(secs => 60 * (told #>> '{touches,late_logging_minutes}')::float8);

CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT cycle, min(at) AS first_touch_at, count(*) AS touch_count FROM counted GROUP BY cycle;

-- M12: a span starts when its holder gets the person, the first one at the assignment.
CREATE TEMP TABLE span ON COMMIT DROP AS
WITH got AS (
    SELECT cycle, 0 AS rank, '' AS id, since AS at, first.holder
    FROM home LEFT JOIN LATERAL (
        SELECT holder FROM holder
        WHERE holder.line = home.line AND (holder.at, holder.rank, holder.id) <= (home.since, COALESCE(home.rank, 3), COALESCE(home.opened_by, ''))
        ORDER BY at DESC, rank DESC, id DESC LIMIT 1) AS first ON true
    UNION ALL
    SELECT cycle, 1, holder.id, holder.at, holder.holder
    FROM cycle JOIN home USING (cycle) JOIN holder ON holder.line = home.line
    WHERE (holder.at, holder.rank, holder.id) > (home.since, COALESCE(home.rank, 3), COALESCE(home.opened_by, ''))
      AND (home.before IS NULL OR holder.at < home.before)
      AND (closed_at IS NULL OR holder.at < closed_at OR holder.at = closed_at AND ending <> 'merged')
), news AS (
    SELECT * FROM (SELECT *, lag(holder) OVER w AS previous, row_number() OVER w AS place
                   FROM got WINDOW w AS (PARTITION BY cycle ORDER BY at, rank, id)) AS got
    WHERE place = 1 OR holder IS DISTINCT FROM previous
), spans AS (
    SELECT cycle, holder, human.id AS rep, at AS started_at, lead(at) OVER w AS passed_on_at,
           row_number() OVER w AS ordinal
    FROM news LEFT JOIN human ON human.id = holder WINDOW w AS (PARTITION BY cycle ORDER BY at, rank, news.id)
)
SELECT spans.*, COALESCE(passed_on_at, closed_at) AS ended_at, first_touch_at,
       first_touch_at IS NOT NULL AND first_touch_at >= started_at
       AND (passed_on_at IS NULL OR first_touch_at < passed_on_at) AS is_touched,
       passed_on_at IS NULL AND first_touch_at IS NULL AND ending = 'dispose'
       AND closed_by IN (SELECT id FROM human) AS is_bypassed,
       (first_touch_at IS NULL OR started_at <= first_touch_at)
       AND (closed_at IS NULL OR started_at <= closed_at) AS owes
FROM spans JOIN cycle USING (cycle) LEFT JOIN touched USING (cycle);

-- The rows that figures are about: a cycle each, and per rep (NULL: queues) an owing span each. Outcomes per rep are
-- the cycles' whose first rep it is.
CREATE TEMP TABLE told_row ON COMMIT DROP AS
WITH source AS (
    SELECT DISTINCT ON (line) line, lead_source FROM record ORDER BY line, created_at, id
), kept AS (
    SELECT cycle.*, touch_count, first_touch_at,
           (SELECT rep FROM span WHERE span.cycle = cycle.cycle AND rep IS NOT NULL ORDER BY ordinal LIMIT 1) AS first_rep,
           CASE WHEN via = 'pull' THEN 'outbound'
                WHEN told -> 'paths' -> 'inbound_sources' ? COALESCE(lead_source, '') THEN 'inbound'
                WHEN told -> 'paths' -> 'outbound_sources' ? COALESCE(lead_source, '') THEN 'outbound'
                ELSE told #>> '{paths,otherwise}' END AS path
    FROM model, cycle LEFT JOIN touched USING (cycle) LEFT JOIN source ON source.line = cycle.born_on
    WHERE cycle.assigned_at >= model.starts AND cycle.assigned_at < model.ends
      AND NOT EXISTS (   -- M16
          SELECT FROM leadmodel_exclusion exclusion JOIN record ON record.id = exclusion.record_id
          LEFT JOIN merge ON merge.loser = record.line
          WHERE COALESCE(merge.winner, record.line)
                = COALESCE((SELECT winner FROM merge WHERE loser = cycle.line), cycle.line)
            AND exclusion.starts_at <= model.instant AND exclusion.expires_at > model.instant)
)
SELECT 'all' AS kind, NULL AS rep, cycle, path, outcome, is_pre_qualification, COALESCE(touch_count, 0) AS touch_count,
       first_touch_at IS NOT NULL AS is_touched,
       first_touch_at IS NULL AND ending = 'dispose' AND closed_by IN (SELECT id FROM human) AS is_bypassed,
       first_touch_at - kept.assigned_at AS response, COALESCE(closed_at, model.instant) - kept.assigned_at AS waited,
       closed_at IS NULL AS is_waiting
FROM model, kept
UNION ALL
SELECT 'rep', rep, cycle, path, outcome, is_pre_qualification, NULL, span.is_touched, span.is_bypassed,
       span.first_touch_at - span.started_at, COALESCE(span.ended_at, model.instant) - span.started_at,
       span.ended_at IS NULL AND span.first_touch_at IS NULL
FROM model, kept JOIN span USING (cycle) WHERE owes
UNION ALL
SELECT 'outcome', first_rep, cycle, path, outcome, is_pre_qualification, COALESCE(touch_count, 0), first_touch_at IS NOT NULL,
       first_touch_at IS NULL AND ending = 'dispose' AND closed_by IN (SELECT id FROM human), NULL, NULL, NULL
FROM kept WHERE first_rep IS NOT NULL;
