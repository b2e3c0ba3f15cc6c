-- Signals and, between them, cycles. Order (M2): `at`; then initial values, status into Assigned, owner, touch,
-- disposition; then Id.

CREATE TEMP TABLE status ON COMMIT DROP AS
SELECT line, value.id, at, actor, value.value, stage, is_initial, stage IN ('assigned', 'working') AS is_open,
       CASE WHEN is_initial THEN -1 WHEN stage = 'assigned' THEN 0 ELSE 3 END AS rank
FROM value JOIN status_means ON status_means.status = lower(value.value)
WHERE what = 'status' AND NOT is_copy;

-- K5: dispositions out of an open status, reverted to an open status within ten minutes by the same user with no touch
-- between. A run of dispositions stands between two open statuses (unmapped ones are none, K8); as if it had not been,
-- going back to the very status before is no change either.
CREATE TEMP TABLE slip ON COMMIT DROP AS
WITH runs AS (
    SELECT *, count(*) FILTER (WHERE stage NOT IN ('qualified', 'nurture', 'unqualified')) OVER w AS run
    FROM status WINDOW w AS (PARTITION BY line ORDER BY at, is_initial DESC, id)
), bounds AS (
    SELECT line, run, min(at) AS began, count(DISTINCT COALESCE(actor, '')) AS actors, min(actor) AS actor
    FROM runs WHERE stage IN ('qualified', 'nurture', 'unqualified') GROUP BY line, run
)
SELECT runs.line, runs.id
FROM model, bounds
JOIN runs AS before ON before.line = bounds.line AND before.run = bounds.run AND before.is_open
JOIN runs AS back ON back.line = bounds.line AND back.run = bounds.run + 1 AND back.is_open
JOIN runs ON runs.line = bounds.line AND (
    runs.run = bounds.run AND NOT runs.is_open OR runs.id = back.id AND back.value = before.value)
WHERE actors = 1 AND bounds.actor = back.actor
  AND back.at <= began + make_interval(secs => 60 * (told ->> 'slip_minutes')::float8)
  AND NOT EXISTS (SELECT FROM touch
                  WHERE touch.family = COALESCE((SELECT winner FROM tie WHERE loser = bounds.line), bounds.line)
                    AND touch.at > began AND touch.at < back.at);

CREATE TEMP TABLE holder ON COMMIT DROP AS
SELECT line, owned.id, at, rank, actor, value AS holder, previous, is_copy, human.id IS NOT NULL AS is_rep FROM (
    SELECT *, lag(value) OVER (PARTITION BY line ORDER BY at, rank, id) AS previous FROM (
        SELECT line, id, at, CASE WHEN is_copy THEN 4 WHEN is_initial THEN -1 ELSE 1 END AS rank, actor, value, is_copy
        FROM value WHERE what = 'owner' AND value IS NOT NULL) AS ranked) AS owned
LEFT JOIN human ON human.id = value
WHERE value IS DISTINCT FROM previous;

CREATE INDEX ON holder (line, at);
ANALYZE status; ANALYZE slip; ANALYZE holder;

-- M5, M8, K3, K4. `stage` of a closing signal is what the person is from then on. Adopted: see below.
CREATE TEMP TABLE signal ON COMMIT DROP AS
SELECT line, id, at, rank, actor, 'open' AS kind, 'assigned' AS stage, 'status' AS via, at AS assigned_at
FROM model, status
WHERE stage = 'assigned' AND (told #>> '{assignment,status}')::boolean AND (line, id) NOT IN (SELECT line, id FROM slip)
UNION ALL
(SELECT DISTINCT ON (line, value::timestamptz) line, id, value::timestamptz, 0, actor, 'open', 'assigned', 'date',
        value::timestamptz
 FROM model, value WHERE what = 'assigned_date' AND value <> '' AND value::timestamptz <= until
 -- told twice, it is whose who told it first
 ORDER BY line, value::timestamptz, value.at, is_initial, id)
UNION ALL
SELECT line, holder.id, at, rank, actor, 'open', 'assigned', 'owner', at
FROM model, holder
WHERE (told #>> '{assignment,owner}')::boolean AND is_rep AND NOT is_copy
  AND previous IS NOT NULL AND previous NOT IN (SELECT id FROM human)
UNION ALL
SELECT line, id, at, rank, actor, CASE stage WHEN 'raw' THEN 'withdraw' ELSE 'dispose' END, stage, 'status', at
FROM status
WHERE stage IN ('raw', 'qualified', 'nurture', 'unqualified') AND (line, id) NOT IN (SELECT line, id FROM slip)
UNION ALL
SELECT line, id, at, 3, actor, 'dispose', 'qualified', 'conversion', at FROM model, conversion WHERE at <= until;
CREATE INDEX ON signal (line, at);
ANALYZE signal;

-- Where an opportunity got to, for each of its people from the moment they were named in it; which stages are an end.
CREATE TEMP TABLE arrival ON COMMIT DROP AS
SELECT role.contact_id AS line, history.id, GREATEST(history.created_at, role.created_at) AS at,
       history.created_by_id AS actor, ended.is_won
FROM model, sync_opportunitycontactrole role
JOIN (SELECT *, lead(created_at) OVER (PARTITION BY opportunity_id ORDER BY created_at, id) AS until_at
      FROM sync_opportunityhistory) AS history USING (opportunity_id)
JOIN (SELECT stage_name, bool_or(is_won) AS is_won FROM sync_opportunity WHERE is_closed GROUP BY stage_name) AS ended
     USING (stage_name)
LEFT JOIN sync_gone AS gone ON gone.record_id = role.id
WHERE GREATEST(history.created_at, role.created_at) < COALESCE(gone.at, 'infinity')
  AND (until_at IS NULL OR until_at > role.created_at)
  AND GREATEST(history.created_at, role.created_at) <= until;

-- M14: a lost opportunity sends its people to Nurture, from Qualified; whom somebody works again stays there.
INSERT INTO signal
SELECT arrival.line, arrival.id, arrival.at, 3, arrival.actor, 'dispose', 'nurture', 'lost', arrival.at
FROM arrival CROSS JOIN LATERAL (
    SELECT stage, kind FROM signal WHERE signal.line = arrival.line AND (signal.at, signal.rank) <= (arrival.at, 3)
    ORDER BY at DESC, rank DESC, signal.id DESC LIMIT 1) AS last
WHERE NOT arrival.is_won AND last.kind = 'dispose' AND last.stage = 'qualified';

-- Activities of a merge's loser stand under the winner. One from before the merge is the loser's where only the loser
-- had a cycle open then, or was there at all.
CREATE TEMP TABLE open_then ON COMMIT DROP AS
SELECT touch.id, who.line, COALESCE((
           SELECT kind = 'open' FROM signal WHERE signal.line = who.line AND (signal.at, signal.rank) < (touch.at, 2)
           ORDER BY at DESC, rank DESC, signal.id DESC LIMIT 1), false) AS is_open
FROM tie JOIN touch ON touch.family = tie.winner
CROSS JOIN LATERAL (VALUES (tie.winner), (tie.loser)) AS who (line);
UPDATE touch SET line = CASE WHEN touch.at > tie.at THEN tie.winner ELSE tie.loser END
FROM tie
WHERE touch.family = tie.winner AND (
    touch.at > tie.at AND tie.at <= (SELECT until FROM model)
    OR touch.at <= tie.at AND touch.line = tie.winner AND (
        touch.at < tie.winner_since
        OR EXISTS (SELECT FROM open_then o WHERE o.id = touch.id AND o.line = tie.loser AND o.is_open)
           AND NOT EXISTS (SELECT FROM open_then o WHERE o.id = touch.id AND o.line = tie.winner AND o.is_open)));

-- M5, outbound pull: a counted touch by a member of an outbound team on a person in Raw, or in Nurture past its hold;
-- never on customers, or within M9's window. Where a cycle is open it opens none, like any other signal.
CREATE TEMP TABLE pull ON COMMIT DROP AS
SELECT touch.line, touch.id, touch.at, touch.owner_id
FROM model, touch
LEFT JOIN LATERAL (
    SELECT kind, stage, at FROM signal
    WHERE kind <> 'open' AND (signal.at, signal.rank) < (touch.at, 2) AND signal.line = ANY (
        touch.line || ARRAY(SELECT loser FROM merge WHERE winner = touch.line AND merge.at < touch.at))
    ORDER BY at DESC, rank DESC, id DESC LIMIT 1) AS last ON true
WHERE (told #>> '{assignment,outbound_pull}')::boolean
  AND told -> 'paths' -> 'outbound_teams' ? touch.team
  AND (last.kind IS NULL OR last.stage = 'raw' OR last.stage = 'nurture' AND
       touch.at >= last.at + make_interval(days => (told #>> '{recycling,nurture_hold_days}')::int))
  AND NOT EXISTS (
      SELECT FROM arrival WHERE arrival.line = touch.line AND arrival.is_won AND arrival.at < touch.at);
INSERT INTO signal
SELECT pull.line, pull.id, pull.at, 2, pull.owner_id, 'open', 'assigned', 'pull', pull.at
FROM model, pull WHERE NOT EXISTS (  -- M9's window: after a disposition that closed something
    SELECT FROM (SELECT *, lag(opens) OVER (PARTITION BY line ORDER BY at, rank, id) AS was_open FROM (
                     SELECT line, at, rank, id, kind, kind = 'open' AS opens FROM signal
                     UNION ALL SELECT line, at, 2, id, 'open', true FROM pull) AS told) AS closed
    WHERE closed.line = pull.line AND closed.kind = 'dispose' AND was_open AND closed.at < pull.at
      AND pull.at <= closed.at + make_interval(secs => 60 * (told #>> '{touches,late_logging_minutes}')::float8));

-- K6: what is open on the loser's line at the merge goes on on the winner's.
INSERT INTO signal
SELECT merge.winner, merge.loser, merge.at, 4, NULL, 'open', 'assigned', 'merge', opened.assigned_at
FROM merge CROSS JOIN LATERAL (
    SELECT assigned_at, number, max(number) OVER () AS last_number, last_kind FROM (
        SELECT assigned_at, is_opening, sum(is_opening::int) OVER (ORDER BY at, rank, id) AS number,
               first_value(kind) OVER (ORDER BY at DESC, rank DESC, id DESC) AS last_kind
        FROM (SELECT *, kind = 'open' AND lag(kind, 1, '') OVER (ORDER BY at, rank, id) <> 'open' AS is_opening
              FROM signal WHERE signal.line = merge.loser AND signal.at <= merge.at) AS marked) AS numbered
    WHERE is_opening) AS opened
WHERE opened.number = opened.last_number AND last_kind = 'open';

-- A cycle begins at an opening signal that does not follow another; `turn` numbers them.
CREATE TEMP TABLE turned ON COMMIT DROP AS
SELECT *, sum((kind = 'open' AND before <> 'open')::int) OVER (PARTITION BY line ORDER BY at, rank, id) AS turn
FROM (SELECT *, lag(kind, 1, '') OVER (PARTITION BY line ORDER BY at, rank, id) AS before FROM signal) AS followed;

CREATE TEMP TABLE closing ON COMMIT DROP AS
SELECT DISTINCT ON (line, turn) line, turn, at, kind, actor FROM turned
WHERE turn > 0 AND kind <> 'open' ORDER BY line, turn, at, rank, id;

-- M8: later dispositions amend the attempt that closed last, after a merge (K6) whosever it was; a cycle once qualified
-- stays counted as qualified. The reason as it stood then.
CREATE TEMP TABLE disposed ON COMMIT DROP AS
WITH verdict AS (
    SELECT COALESCE(others.line, turned.line) AS line, COALESCE(others.turn, turned.turn) AS turn, turned.at, turned.rank,
           turned.id, turned.stage,
           (SELECT value.value FROM value
            WHERE value.line = turned.line AND value.what = turned.stage AND value.at <= turned.at
            ORDER BY value.at DESC, value.id DESC LIMIT 1) AS reason
    FROM turned LEFT JOIN closing USING (line, turn)
    LEFT JOIN LATERAL (
        SELECT loser.line, loser.turn FROM merge JOIN closing AS loser ON loser.line = merge.loser
        WHERE merge.winner = turned.line AND merge.at < turned.at AND (turned.turn = 0 OR loser.at > closing.at)
          AND closing.at IS DISTINCT FROM turned.at
        ORDER BY loser.at DESC LIMIT 1) AS others ON true
    WHERE turned.kind = 'dispose'
)
SELECT DISTINCT ON (line, turn) line, turn, stage, reason,
       bool_or(stage = 'qualified') OVER (PARTITION BY line, turn) AS ever_qualified
FROM verdict WHERE turn > 0 ORDER BY line, turn, at DESC, rank DESC, id DESC;

CREATE INDEX ON turned (line, turn);
ANALYZE turned; ANALYZE closing; ANALYZE disposed;

-- The attempts of a turn: the one it began with, and those that merges brought into it. Of two, the one assigned
-- first runs on, the other ends as merged the moment both are one person's. An attempt whose own line was merged away
-- is told on the winner's.
CREATE TEMP TABLE attempt ON COMMIT DROP AS
SELECT turned.line, turned.turn, turned.id, CASE WHEN via = 'merge' THEN turned.id ELSE turned.line END AS born_on,
       turned.at AS joined_at, turned.assigned_at, via, turned.rank
FROM turned LEFT JOIN closing USING (line, turn)
LEFT JOIN merge ON merge.loser = turned.line
WHERE turned.kind = 'open' AND turn > 0
  AND (via = 'merge' AND (closing.at IS NULL OR (turned.at, turned.rank) < (closing.at, 3)) OR before <> 'open')
  AND (merge.loser IS NULL OR closing.line IS NOT NULL);

CREATE INDEX ON attempt (line, turn);
ANALYZE attempt;

CREATE TEMP TABLE cycle ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY attempt.line, attempt.turn, attempt.joined_at, attempt.id) AS cycle,
       attempt.line, attempt.turn, born_on, joined_at, attempt.assigned_at, via, attempt.rank, attempt.id AS opened_by,
       COALESCE(outlived.at, closing.at) AS closed_at,
       CASE WHEN outlived.at IS NOT NULL THEN 'merged' ELSE closing.kind END AS ending,
       CASE WHEN outlived.at IS NULL THEN closing.actor END AS closed_by,
       CASE WHEN outlived.at IS NOT NULL OR closing.kind = 'withdraw' THEN 'withdrawn'
            WHEN closing.kind IS NULL THEN 'open'
            WHEN ever_qualified THEN 'qualified'
            ELSE disposed.stage END AS outcome,
       CASE WHEN outlived.at IS NULL AND closing.kind = 'dispose' THEN disposed.stage END AS latest_kind,
       outlived.at IS NULL AND closing.kind = 'dispose'
       AND EXISTS (
           SELECT FROM jsonb_array_elements(told #> ARRAY['reasons', disposed.stage]) AS listed
           WHERE listed ->> 'name' = disposed.reason AND (listed ->> 'pre_qualification')::boolean
             AND COALESCE((listed ->> 'since')::timestamptz, '-infinity') <= closing.at
             AND COALESCE((listed ->> 'until')::timestamptz, 'infinity') > closing.at
       ) AS is_pre_qualification
FROM model, attempt
LEFT JOIN closing USING (line, turn)
LEFT JOIN disposed USING (line, turn)
LEFT JOIN LATERAL (
    SELECT min(GREATEST(other.joined_at, attempt.joined_at)) AS at FROM attempt AS other
    WHERE other.line = attempt.line AND other.turn = attempt.turn
      AND (other.assigned_at, other.joined_at, other.id) < (attempt.assigned_at, attempt.joined_at, attempt.id)
) AS outlived ON true;
CREATE INDEX ON cycle (line);
ANALYZE cycle;

-- R113: a pull is a cycle that a member of an outbound team opened by a first touch, or (with whom it is first, told
-- later) by assigning the person to themselves.
CREATE TEMP TABLE pulled ON COMMIT DROP AS
SELECT DISTINCT ON (line, assigned_at) line, assigned_at, via, human.id AS pulled_by
FROM model, turned JOIN human ON human.id = turned.actor
WHERE kind = 'open' AND before <> 'open' AND told -> 'paths' -> 'outbound_teams' ? human.team
ORDER BY line, assigned_at, turned.at, rank, turned.id;
ANALYZE pulled;

ANALYZE status, holder, signal, arrival, attempt, cycle, pulled;
