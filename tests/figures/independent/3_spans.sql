-- Touches and spans of the cycles.

-- Where a cycle is at home, and from when to when: on the line it began on, after a merge on the winner's.
CREATE TEMP TABLE home ON COMMIT DROP AS
SELECT cycle, born_on AS line, cycle.assigned_at AS since, CASE WHEN via = 'merge' THEN joined_at END AS before,
       opened.rank, opened.id AS opened_by
FROM cycle CROSS JOIN LATERAL (
    SELECT rank, id FROM signal
    WHERE signal.line = born_on AND kind = 'open' AND signal.at = cycle.assigned_at ORDER BY rank, id LIMIT 1) AS opened
UNION ALL
SELECT cycle, line, joined_at, NULL, 4, NULL FROM cycle
WHERE via = 'merge' AND (closed_at > joined_at OR closed_at IS NULL OR ending <> 'merged');

-- M6, M8: from the assignment to the disposition, its instant included, whoever touched. M9: the disposer's own up to
-- fifteen minutes later, at the disposition's time.
CREATE TEMP TABLE counted ON COMMIT DROP AS
SELECT cycle, touch.id, touch.at
FROM cycle JOIN home USING (cycle) JOIN touch ON touch.line = home.line
WHERE (touch.at, 2, touch.id) >= (home.since, home.rank, CASE home.rank WHEN 2 THEN home.opened_by ELSE '' END)
  AND (home.before IS NULL OR touch.at <= home.before)
  AND (closed_at IS NULL OR touch.at <= closed_at);
INSERT INTO counted
SELECT DISTINCT ON (touch.id) cycle, touch.id, closed_at
FROM model, cycle JOIN human ON human.id = closed_by
LEFT JOIN merge ON merge.loser = cycle.line
JOIN touch ON touch.line = cycle.line OR touch.line = merge.winner AND touch.at > merge.at
WHERE ending = 'dispose' AND touch.owner_id = closed_by AND touch.at > closed_at
  AND touch.at <= closed_at + make_interval(secs => 60 * (told #>> '{touches,late_logging_minutes}')::float8)
  AND touch.id NOT IN (SELECT id FROM counted)
ORDER BY touch.id, closed_at DESC;

ANALYZE home; ANALYZE counted;

CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT cycle, min(at) AS first_touch_at, count(*) AS touch_count FROM counted GROUP BY cycle;

-- M12: a span starts when its holder gets the person, the first one at the assignment.
CREATE TEMP TABLE span ON COMMIT DROP AS
WITH got AS (
    SELECT cycle, CASE WHEN opened_by IS NULL THEN 5 ELSE 0 END AS rank, '' AS id, since AS at, first.holder
    FROM home LEFT JOIN LATERAL (
        SELECT holder FROM holder
        WHERE holder.line = home.line AND (holder.at, holder.rank, holder.id) <= (home.since, home.rank, COALESCE(home.opened_by, '~'))
        ORDER BY at DESC, rank DESC, id DESC LIMIT 1) AS first ON true
    UNION ALL
    SELECT cycle, 1, holder.id, holder.at, holder.holder
    FROM cycle JOIN home USING (cycle) JOIN holder ON holder.line = home.line
    WHERE (holder.at, holder.rank, holder.id) > (home.since, home.rank, COALESCE(home.opened_by, '~'))
      AND (home.before IS NULL OR (holder.at, holder.rank) < (home.before, 3))
      AND (closed_at IS NULL OR (holder.at, holder.rank) < (closed_at, 3))
), held AS (  -- holding for no time is no span, unless it is the last one's
    SELECT * FROM (SELECT *, lead(at) OVER (PARTITION BY cycle ORDER BY at, rank, id) AS next_at FROM got) AS got
    WHERE next_at IS NULL OR next_at > at
), news AS (
    SELECT * FROM (SELECT *, lag(holder) OVER w AS previous, row_number() OVER w AS place
                   FROM held WINDOW w AS (PARTITION BY cycle ORDER BY at, rank, id)) AS got
    WHERE place = 1 OR holder IS DISTINCT FROM previous
), spans AS (
    SELECT cycle, holder, human.id AS rep, at AS started_at, lead(at) OVER w AS passed_on_at,
           row_number() OVER w AS ordinal
    FROM news LEFT JOIN human ON human.id = holder WINDOW w AS (PARTITION BY cycle ORDER BY at, rank, news.id)
)
SELECT spans.*, COALESCE(passed_on_at, closed_at) AS ended_at, first_touch_at,
       first_touch_at IS NOT NULL AND first_touch_at >= started_at
       AND (passed_on_at IS NULL OR first_touch_at < passed_on_at) AS is_touched,
       passed_on_at IS NULL AND first_touch_at IS NULL AND COALESCE(closed_by IN (SELECT id FROM human), false) AS is_bypassed,
       (first_touch_at IS NULL OR started_at <= first_touch_at)
       AND (closed_at IS NULL OR started_at <= closed_at) AS owes
FROM spans JOIN cycle USING (cycle) LEFT JOIN touched USING (cycle);

CREATE INDEX ON span (cycle);
ANALYZE span;

-- M17: how many seconds somebody worked between two instants, day by day of the wall clock where they are.
CREATE OR REPLACE FUNCTION pg_temp.worked(who text, since timestamptz, stop timestamptz) RETURNS float8 LANGUAGE sql AS $$
    SELECT COALESCE(sum(GREATEST(0, extract(epoch FROM LEAST(stop, (day + closes::interval) AT TIME ZONE zone)
                                           - GREATEST(since, (day + opens::interval) AT TIME ZONE zone)))), 0)::float8
    FROM model
    CROSS JOIN LATERAL (SELECT COALESCE((SELECT NULLIF(time_zone, '') FROM sync_user WHERE id = who),
                                        told #>> '{organisation,time_zone}') AS zone) AS here
    CROSS JOIN LATERAL generate_series((since AT TIME ZONE zone)::date::timestamp, (stop AT TIME ZONE zone)::date::timestamp,
                                       '1 day') AS day
    CROSS JOIN LATERAL jsonb_array_elements_text(
        COALESCE(told #> ARRAY['business_time', 'everybody', 'hours', trim(to_char(day, 'day'))], '[]')) AS hours
    CROSS JOIN LATERAL (SELECT split_part(hours, '-', 1) AS opens, split_part(hours, '-', 2) AS closes) AS stretch
$$;

-- R082: of each stretch that was over, or not, when the first touch came: who held, how long, and how much they worked.
CREATE TEMP TABLE stretch ON COMMIT DROP AS
SELECT cycle, ordinal, holder, rep IS NOT NULL AS is_person, rep IS NULL AND COALESCE(holder, '') ^@ '00G' AS is_queue,
       extract(epoch FROM stop - started_at)::float8 AS held, pg_temp.worked(holder, started_at, stop) AS worked
FROM (SELECT *, LEAST(first_touch_at, COALESCE(passed_on_at, first_touch_at)) AS stop FROM span) AS span
WHERE stop > started_at;

-- R144: how far an opportunity of the person got from the assignment on, until the next one.
CREATE TEMP TABLE reached ON COMMIT DROP AS
WITH own AS (
    SELECT cycle, COALESCE(winner, cycle.line) AS person, assigned_at,
           lead(assigned_at) OVER (PARTITION BY COALESCE(winner, cycle.line)
                                   ORDER BY assigned_at, closed_at NULLS LAST) AS next_at
    FROM cycle LEFT JOIN merge ON merge.loser = cycle.line
), stage AS (
    SELECT COALESCE(winner, record.line) AS person, GREATEST(history.created_at, role.created_at) AS at,
           told #> '{qualified,stages,pipeline}' ? stage_name AS is_pipeline
    FROM model, sync_opportunitycontactrole role
    JOIN record ON record.id = role.contact_id LEFT JOIN merge ON merge.loser = record.line
    JOIN (SELECT *, lead(created_at) OVER (PARTITION BY opportunity_id ORDER BY created_at, id) AS until_at
          FROM sync_opportunityhistory) AS history USING (opportunity_id)
    LEFT JOIN sync_gone AS gone ON gone.record_id = role.id
    WHERE GREATEST(history.created_at, role.created_at) < COALESCE(gone.at, 'infinity')
      AND (until_at IS NULL OR until_at > role.created_at)
      AND GREATEST(history.created_at, role.created_at) <= until
      AND EXISTS (SELECT FROM jsonb_each(told #> '{qualified,stages}') known WHERE known.value ? stage_name)
)
SELECT cycle, min(at) AS meeting_at, min(at) FILTER (WHERE is_pipeline) AS pipeline_at
FROM own JOIN stage USING (person)
WHERE at >= assigned_at AND (next_at IS NULL OR at < next_at) GROUP BY cycle;

CREATE INDEX ON span (cycle);
CREATE INDEX ON stretch (cycle);
ANALYZE home, counted, touched, span, stretch, reached;

-- The rows that figures are about: a cycle each, and per rep (NULL: queues) an owing span each. Outcomes per rep are
-- the cycles' whose first rep it is.
CREATE TEMP TABLE told_row ON COMMIT DROP AS
WITH kept AS (
    SELECT cycle.*, touch_count, first_touch_at,
           (SELECT rep FROM span WHERE span.cycle = cycle.cycle AND rep IS NOT NULL ORDER BY ordinal LIMIT 1) AS first_rep,
           CASE WHEN via = 'pull' THEN 'outbound'
                WHEN told -> 'paths' -> 'inbound_sources' ? COALESCE(lead_source, '') THEN 'inbound'
                WHEN told -> 'paths' -> 'outbound_sources' ? COALESCE(lead_source, '') THEN 'outbound'
                ELSE told #>> '{paths,otherwise}' END AS path,
           make_interval(secs => 60 * (CASE WHEN told #> '{lead_types,priorities,P1,any_of,0,value}' ? lead_source
                                            THEN told #>> '{response,priorities,P1}'
                                            ELSE told #>> '{response,target_minutes}' END)::float8) AS promise
    FROM model, cycle LEFT JOIN touched USING (cycle)
    LEFT JOIN LATERAL (  -- the latest record's, of those that were the person's by then
        SELECT lead_source FROM record
        WHERE record.line = ANY (  -- a merge comes last at its instant
            cycle.born_on || ARRAY(SELECT loser FROM merge WHERE winner = cycle.born_on AND merge.at < cycle.assigned_at))
          AND lead_source <> '' AND created_at <= cycle.assigned_at
        ORDER BY created_at DESC, lead_source DESC LIMIT 1) AS source ON true
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
       first_touch_at IS NULL AND COALESCE(closed_by IN (SELECT id FROM human), false) AS is_bypassed,
       first_touch_at - kept.assigned_at AS response, COALESCE(closed_at, model.instant) - kept.assigned_at AS waited,
       closed_at IS NULL AS is_waiting, pg_temp.worked(first_rep, kept.assigned_at, first_touch_at) AS worked,
       pg_temp.worked(first_rep, kept.assigned_at, kept.assigned_at + interval '1 second') = 0 AS is_off_hours,
       went.system, went.queue, went.owner, went.off_hours, promise, meeting_at, pipeline_at
FROM model, kept LEFT JOIN reached USING (cycle) LEFT JOIN LATERAL (
    SELECT COALESCE(sum(held) FILTER (WHERE NOT is_person AND NOT is_queue), 0) AS system,
           COALESCE(sum(held) FILTER (WHERE is_queue), 0) AS queue,
           COALESCE(sum(worked) FILTER (WHERE is_person), 0) AS owner,
           COALESCE(sum(held - worked) FILTER (WHERE is_person), 0) AS off_hours
    FROM stretch WHERE stretch.cycle = kept.cycle) AS went ON true
UNION ALL
SELECT 'rep', rep, cycle, path, outcome, is_pre_qualification, NULL, span.is_touched, span.is_bypassed,
       span.first_touch_at - span.started_at, COALESCE(span.ended_at, model.instant) - span.started_at,
       span.ended_at IS NULL AND span.first_touch_at IS NULL,
       pg_temp.worked(span.holder, span.started_at, span.first_touch_at),
       pg_temp.worked(span.holder, span.started_at, span.started_at + interval '1 second') = 0,
       COALESCE(NOT is_person AND NOT is_queue, false)::int * held, COALESCE(is_queue, false)::int * held,
       COALESCE(is_person, false)::int * stretch.worked, COALESCE(is_person, false)::int * (held - stretch.worked),
       promise, NULL, NULL
FROM model, kept JOIN span USING (cycle) LEFT JOIN stretch USING (cycle, ordinal) WHERE owes
UNION ALL
SELECT 'outcome', first_rep, cycle, path, outcome, is_pre_qualification, COALESCE(touch_count, 0), first_touch_at IS NOT NULL,
       first_touch_at IS NULL AND COALESCE(closed_by IN (SELECT id FROM human), false), NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, meeting_at, pipeline_at
FROM kept LEFT JOIN reached USING (cycle) WHERE first_rep IS NOT NULL;
