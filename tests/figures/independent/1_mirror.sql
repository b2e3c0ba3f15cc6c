-- What the mirror tells, in the words of the rules: who is human, which records are one person, which values a field
-- took when, which activities there were. `model` holds the settings (`told`, as JSON) and `until` (M3: nothing later).

-- "human, rep: a Salesforce user of type Standard that the settings do not mark as automated"
CREATE TEMP TABLE human ON COMMIT DROP AS
SELECT u.id, role.name AS team
FROM model CROSS JOIN sync_user u
LEFT JOIN sync_role role ON role.id = u.role_id
LEFT JOIN sync_profile profile ON profile.id = u.profile_id
WHERE u.user_type = 'Standard'
  AND NOT EXISTS (
      SELECT FROM jsonb_array_elements_text(told -> 'touches' -> 'automated_users') AS machine
      WHERE lower(machine) IN (lower(u.id), lower(u.name), lower(u.username)))
  AND NOT told -> 'touches' -> 'automated_roles' ? COALESCE(role.name, '')
  AND NOT told -> 'touches' -> 'automated_profiles' ? COALESCE(profile.name, '');

CREATE TEMP TABLE status_means ON COMMIT DROP AS
SELECT lower(status) AS status, stage
FROM model, unnest('{raw,assigned,working,qualified,nurture,unqualified}'::text[]) AS stage,
     jsonb_array_elements_text(told -> 'stages' -> stage) AS status;

-- M4: a lead and the contact it was converted into are one line of events, named after the contact.
-- `now_*`: the tracked fields' current values.
CREATE TEMP TABLE every_record ON COMMIT DROP AS
SELECT id, COALESCE(converted_contact_id, id) AS line, created_at, created_by_id, lead_source, master_record_id,
       system_modstamp, owner_id AS now_owner, status AS now_status,
       to_jsonb(l) ->> ('x_' || lower(told #>> '{assignment,assigned_date_field}')) AS now_assigned_date,
       to_jsonb(l) ->> ('x_' || lower(told #>> '{reasons,nurture_field}')) AS now_nurture,
       to_jsonb(l) ->> ('x_' || lower(told #>> '{reasons,unqualified_field}')) AS now_unqualified
FROM model, sync_lead l
UNION ALL
SELECT id, id, created_at, created_by_id, lead_source, master_record_id, system_modstamp, owner_id,
       to_jsonb(c) ->> ('x_' || lower(told #>> '{stages,contact_status_field}')),
       to_jsonb(c) ->> ('x_' || lower(told #>> '{assignment,assigned_date_field}')),
       to_jsonb(c) ->> ('x_' || lower(told #>> '{reasons,nurture_field}')),
       to_jsonb(c) ->> ('x_' || lower(told #>> '{reasons,unqualified_field}'))
FROM model, sync_contact c;
CREATE INDEX ON every_record (id);
CREATE TEMP TABLE record ON COMMIT DROP AS SELECT every_record.* FROM model, every_record WHERE created_at <= until;
CREATE INDEX ON record (id);

-- K6: from its merge on, the loser's line is the winner's. `tie` knows of merges to come, too: their activities stand
-- under the winner already.
CREATE TEMP TABLE tie ON COMMIT DROP AS
SELECT loser.line AS loser, winner.line AS winner, loser.system_modstamp AS at, winner.created_at AS winner_since
FROM every_record loser JOIN every_record winner ON winner.id = loser.master_record_id;
CREATE TEMP TABLE merge ON COMMIT DROP AS SELECT loser, winner, at FROM model, tie WHERE at <= until;

-- K3: when and by whom a lead was converted; where its history is cut, its last change was that.
CREATE TEMP TABLE conversion ON COMMIT DROP AS
SELECT record.line, lead.id, COALESCE(history.created_at, lead.last_modified_at) AS at,
       COALESCE(history.created_by_id, lead.last_modified_by_id) AS actor
FROM sync_lead lead JOIN record ON record.id = lead.id
LEFT JOIN sync_leadhistory history ON history.lead_id = lead.id AND history.field = 'leadConverted'
WHERE lead.is_converted;

-- M2: changes from history; of Owner's two rows, the one with Ids.
CREATE TEMP TABLE change ON COMMIT DROP AS
WITH history AS (
    SELECT id, lead_id AS record_id, 'Lead' AS object, field, created_at, created_by_id, old_value, new_value
    FROM sync_leadhistory
    UNION ALL
    SELECT id, contact_id, 'Contact', field, created_at, created_by_id, old_value, new_value FROM sync_contacthistory
)
SELECT history.*, CASE
           WHEN field = 'Owner' THEN 'owner'
           WHEN object = 'Lead' AND field = 'Status' THEN 'status'
           WHEN object = 'Contact' AND field = told #>> '{stages,contact_status_field}' THEN 'status'
           WHEN field = told #>> '{assignment,assigned_date_field}' THEN 'assigned_date'
           WHEN field = told #>> '{reasons,nurture_field}' THEN 'nurture'
           WHEN field = told #>> '{reasons,unqualified_field}' THEN 'unqualified'
       END AS what
FROM model, history
WHERE field <> 'Owner' OR COALESCE(new_value, old_value) ~ '^00[5G]\w{15}$';
CREATE INDEX ON change (record_id, what, created_at, id);
ANALYZE change; ANALYZE record;

-- M2: "each tracked field has an initial event at the record's creation: the first change's old value, else the
-- current value". Then every change. `is_copy`: a contact that a conversion made begins as its lead ended (M4).
CREATE TEMP TABLE value ON COMMIT DROP AS
SELECT record.line, '' AS id, what, record.created_at AS at, record.created_by_id AS actor, true AS is_initial,
       EXISTS (SELECT FROM conversion WHERE conversion.line = record.id AND conversion.at = record.created_at) AS is_copy,
       CASE WHEN first.id IS NULL THEN current_value ELSE first.old_value END AS value
FROM record
CROSS JOIN LATERAL (VALUES ('owner', now_owner), ('status', now_status), ('assigned_date', now_assigned_date),
                           ('nurture', now_nurture), ('unqualified', now_unqualified)) AS field (what, current_value)
LEFT JOIN LATERAL (
    SELECT id, old_value FROM change WHERE change.record_id = record.id AND change.what = field.what
    ORDER BY created_at, id LIMIT 1) AS first ON true
UNION ALL
SELECT record.line, change.id, what, change.created_at, change.created_by_id, false, false, new_value
FROM model, change JOIN record ON record.id = change.record_id
WHERE what IS NOT NULL AND change.created_at <= until;
CREATE INDEX ON value (line, what, at);

-- M7: a task's time is when it was completed, else when it was logged; an event's, when it was logged. K11: dated
-- more than a day before it was created, it counts at its creation. Open tasks count for nothing.
CREATE TEMP TABLE activity ON COMMIT DROP AS
WITH dated AS (
    SELECT id, who_id, owner_id, subject, task_subtype AS subtype, false AS is_event,
           CASE WHEN completed_at >= created_at - make_interval(secs => 3600 * (told #>> '{touches,backdated_after_hours}')::float8)
                THEN completed_at ELSE created_at END AS at
    FROM model, sync_task WHERE is_closed
    UNION ALL
    SELECT id, who_id, owner_id, subject, event_subtype, true, created_at FROM sync_event
), patterns AS (
    SELECT key AS kind, replace(replace(replace(replace(replace(
               pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_') AS pattern
    FROM model, jsonb_each(told -> 'touches') AS setting (key, patterns),
         jsonb_array_elements_text(patterns) AS pattern
    WHERE key IN ('automatic_subjects', 'inbound_subjects')
)
SELECT dated.id, record.line, COALESCE(tie.winner, record.line) AS family, dated.at, owner_id, human.team, is_event,
       EXISTS (SELECT FROM patterns WHERE kind = 'inbound_subjects' AND subject ILIKE pattern) AS is_inbound,
       human.id IS NULL
       OR COALESCE(told -> 'touches' -> 'automatic_subtypes' ? subtype, false)
       OR EXISTS (SELECT FROM patterns WHERE kind = 'automatic_subjects' AND subject ILIKE pattern) AS is_automatic
FROM model, dated JOIN every_record record ON record.id = dated.who_id
LEFT JOIN human ON human.id = dated.owner_id
LEFT JOIN tie ON tie.loser = record.line
WHERE dated.at <= until;
CREATE INDEX ON activity (family, at);
ANALYZE activity;

-- M7: counted are a human's own; and an automatic e-mail or call that the person answers at once by a reply or booking.
CREATE TEMP TABLE touch ON COMMIT DROP AS
SELECT id, line, family, at, owner_id, team
FROM model, activity
WHERE NOT is_inbound AND (NOT is_automatic OR NOT is_event AND EXISTS (
    SELECT FROM activity AS answer
    WHERE answer.family = activity.family AND (answer.is_inbound OR answer.is_event) AND answer.at > activity.at
      AND answer.at <= activity.at + make_interval(secs => 60 * (told #>> '{touches,answer_window_minutes}')::float8)));
CREATE INDEX ON touch (family, at);
CREATE INDEX ON touch (line, at);

-- Looked up by whom they are about; without counts, each table is taken for a thousand rows.
CREATE INDEX ON record (line);
ANALYZE model, human, status_means, record, tie, merge, conversion, change, value, activity, touch;
