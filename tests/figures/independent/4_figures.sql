-- The figures: overall from cycles; per rep from owing spans, outcomes from cycles under their first rep.
WITH asked AS (
    SELECT 'all' AS kind, NULL AS rep, 'all' AS outcomes
    UNION SELECT 'rep', rep, 'outcome' FROM told_row WHERE kind IN ('rep', 'outcome')
), own AS (
    SELECT asked.kind, asked.rep,
           count(*) FILTER (WHERE cycle IS NOT NULL) AS assigned,
           count(*) FILTER (WHERE is_touched) AS touched,
           count(*) FILTER (WHERE is_bypassed) AS bypassed,
           count(*) FILTER (WHERE is_touched OR is_bypassed) AS picked_up,
           avg(CASE WHEN is_touched OR is_bypassed THEN 1.0 ELSE 0.0 END)
               FILTER (WHERE path = 'inbound' AND outcome <> 'withdrawn') AS pick_up_rate,
           avg(CASE WHEN is_touched THEN 1.0 ELSE 0.0 END)
               FILTER (WHERE path = 'inbound' AND outcome <> 'withdrawn') AS acceptance_rate,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM response)::float8)
               FILTER (WHERE path = 'inbound' AND is_touched) AS response_median_s,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM response)::float8)
               FILTER (WHERE path = 'inbound' AND is_touched) AS response_p90_s,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY worked)
               FILTER (WHERE path = 'inbound' AND is_touched) AS response_median_business_s,
           extract(epoch FROM sum(response) FILTER (WHERE path = 'inbound' AND is_touched))
               / NULLIF(count(*) FILTER (WHERE path = 'inbound' AND is_touched), 0) AS response_mean_s,
           avg(COALESCE(system, 0)) FILTER (WHERE path = 'inbound' AND is_touched) AS response_system_mean_s,
           avg(COALESCE(queue, 0)) FILTER (WHERE path = 'inbound' AND is_touched) AS response_queue_mean_s,
           avg(COALESCE(owner, 0)) FILTER (WHERE path = 'inbound' AND is_touched) AS response_owner_mean_s,
           avg(COALESCE(off_hours, 0)) FILTER (WHERE path = 'inbound' AND is_touched) AS response_off_hours_mean_s,
           avg(CASE WHEN is_off_hours THEN 1.0 ELSE 0.0 END)
               FILTER (WHERE path = 'inbound' AND outcome <> 'withdrawn') AS off_hours_rate,
           count(*) FILTER (WHERE path = 'inbound' AND is_touched AND response <= '2 hours') AS responded_within_2h,
           count(*) FILTER (WHERE path = 'inbound' AND is_touched AND response <= '24 hours') AS responded_within_24h,
           avg(CASE WHEN is_touched AND response <= promise THEN 1.0 ELSE 0.0 END)
               FILTER (WHERE path = 'inbound' AND outcome <> 'withdrawn' AND (is_touched OR waited > promise))
               AS sla_attainment,
           avg(CASE WHEN is_bypassed AND NOT is_pre_qualification THEN 1.0 ELSE 0.0 END)
               FILTER (WHERE outcome <> 'withdrawn') AS touchless_rate,
           count(*) FILTER (WHERE is_bypassed AND is_pre_qualification AND outcome <> 'withdrawn')
               AS touchless_pre_qualification
    FROM asked LEFT JOIN told_row row ON row.kind = asked.kind AND COALESCE(row.rep, '') = COALESCE(asked.rep, '')
    GROUP BY asked.kind, asked.rep
), ended AS (
    SELECT asked.kind, asked.rep,
           avg(touch_count) FILTER (WHERE is_touched) AS touches_mean,
           count(*) FILTER (WHERE outcome = 'qualified') AS qualified,
           count(*) FILTER (WHERE outcome = 'nurture') AS nurture,
           count(*) FILTER (WHERE outcome = 'unqualified') AS unqualified,
           count(*) FILTER (WHERE outcome = 'withdrawn') AS withdrawn,
           count(*) FILTER (WHERE outcome = 'open') AS open,
           avg(CASE WHEN outcome = 'qualified' THEN 1.0 ELSE 0.0 END)
               FILTER (WHERE (is_touched OR is_bypassed) AND outcome <> 'withdrawn') AS qualified_rate,
           avg(CASE WHEN outcome = 'qualified' THEN 1.0 ELSE 0.0 END)
               FILTER (WHERE outcome <> 'withdrawn') AS qualified_of_assigned_rate,
           avg(CASE WHEN pipeline_at IS NOT NULL THEN 1.0 ELSE 0.0 END)
               FILTER (WHERE outcome <> 'withdrawn' AND (outcome = 'qualified' OR meeting_at IS NOT NULL))
               AS pipeline_rate
    FROM asked LEFT JOIN told_row row ON row.kind = asked.outcomes AND COALESCE(row.rep, '') = COALESCE(asked.rep, '')
    GROUP BY asked.kind, asked.rep
), entering AS (  -- Kaplan-Meier: answered after `t`, or waiting at least `t`
    SELECT kind, rep, CASE WHEN is_touched THEN response ELSE waited END AS t, is_touched AS is_answered
    FROM told_row WHERE kind IN ('all', 'rep') AND path = 'inbound' AND (is_touched OR is_waiting)
), ages AS (
    SELECT kind, rep, t, count(*) FILTER (WHERE is_answered) AS answered, count(*) AS leaving FROM entering
    GROUP BY kind, rep, t
), risk AS (
    SELECT kind, rep, t, answered,
           sum(leaving) OVER (PARTITION BY kind, rep ORDER BY t DESC) AS still_there FROM ages
), curve AS (  -- the share that waits longer than t; a factor of 0 makes it 0 from then on
    SELECT kind, rep, t, answered,
           CASE WHEN bool_or(answered = still_there) OVER w THEN 0
                ELSE exp(sum(ln(1 - answered / NULLIF(still_there, answered))) OVER w) END AS waiting
    FROM risk WINDOW w AS (PARTITION BY kind, rep ORDER BY t)
), kaplan_meier AS (
    SELECT kind, rep,
           extract(epoch FROM min(t) FILTER (WHERE waiting <= 0.5 + 1e-9)) AS response_median_waiting_s,
           extract(epoch FROM min(t) FILTER (WHERE waiting <= 0.1 + 1e-9)) AS response_p90_waiting_s
    FROM curve WHERE answered > 0 GROUP BY kind, rep
)
SELECT own.*, response_median_waiting_s, response_p90_waiting_s, ended.touches_mean, qualified, nurture, unqualified,
       withdrawn, open, qualified_rate, qualified_of_assigned_rate, pipeline_rate
FROM own JOIN ended ON ended.kind = own.kind AND COALESCE(ended.rep, '') = COALESCE(own.rep, '')
LEFT JOIN kaplan_meier ON kaplan_meier.kind = own.kind AND COALESCE(kaplan_meier.rep, '') = COALESCE(own.rep, '')
WHERE own.kind <> 'rep' OR own.assigned > 0  -- per rep: those who held somebody that waited
