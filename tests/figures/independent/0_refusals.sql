-- What this SQL does not know and therefore must not tell figures of: a sentence each.
SELECT 'a status means different stages at different times' FROM model WHERE told #> '{stages,changes}' <> '[]'
UNION ALL SELECT 'a machine acts for a rep' FROM model WHERE told #> '{touches,acts_for}' <> '{}'
UNION ALL SELECT 'qualified is told by opportunities' FROM model WHERE told #>> '{qualified,by}' <> 'status'
UNION ALL SELECT 'answers are promised in business hours' FROM model WHERE told #>> '{response,hours}' <> 'calendar'
UNION ALL SELECT 'calendars of teams, holidays or closed days' FROM model
WHERE told #> '{business_time,teams}' <> '{}' OR told #> '{business_time,everybody,holidays}' <> 'null'
   OR told #> '{business_time,everybody,closed}' <> '[]'
UNION ALL SELECT 'other priorities have targets of their own, or P1 is not a matter of the source' FROM model
WHERE (told #> '{response,priorities}') - 'P1'::text <> '{}' OR (told #> '{lead_types,priorities}') ? 'P1' AND (
    told #> '{lead_types,priorities,P1,any_of,0,field}' IS DISTINCT FROM '"LeadSource"'
    OR jsonb_array_length(told #> '{lead_types,priorities,P1,any_of}') <> 1)
UNION ALL (SELECT 'absences' FROM leadmodel_absence LIMIT 1)
UNION ALL SELECT 'outbound teams are not roles' FROM model
WHERE ((told #>> '{assignment,outbound_pull}')::boolean OR told #> '{paths,outbound_teams}' <> '[]')
  AND told #>> '{teams,source}' <> 'role'
UNION ALL (SELECT 'activities of several people' FROM (
    SELECT FROM sync_taskrelation UNION ALL SELECT FROM sync_eventrelation) shared LIMIT 1)
UNION ALL (SELECT 'changes seen between two reads' FROM sync_seen LIMIT 1)
UNION ALL (SELECT 'contacts merged: ' || id FROM sync_contact WHERE master_record_id IS NOT NULL LIMIT 1)
UNION ALL (SELECT 'two leads are one contact: ' || converted_contact_id FROM sync_lead
           WHERE converted_contact_id IS NOT NULL GROUP BY converted_contact_id HAVING count(*) > 1 LIMIT 1)
UNION ALL (SELECT 'a lead merged after it won, or after it was converted: ' || middle.id FROM sync_lead middle
           WHERE middle.master_record_id IS NOT NULL AND (middle.converted_contact_id IS NOT NULL OR EXISTS (
               SELECT FROM sync_lead loser WHERE loser.master_record_id = middle.id)) LIMIT 1)
UNION ALL (SELECT 'a merged lead changed after its merge: ' || loser.id FROM sync_lead loser
           JOIN sync_leadhistory late ON late.lead_id = loser.id AND late.created_at > loser.system_modstamp
           WHERE loser.master_record_id IS NOT NULL LIMIT 1)
UNION ALL (SELECT 'an owner change without Ids: ' || named.id FROM sync_leadhistory named
           WHERE named.field = 'Owner' AND NOT EXISTS (
               SELECT FROM sync_leadhistory ids WHERE ids.lead_id = named.lead_id AND ids.field = 'Owner'
               AND ids.created_at = named.created_at AND ids.new_value ~ '^00[5G]\w{15}$') LIMIT 1)
UNION ALL (SELECT 'a contact made almost, but not quite, at a conversion: ' || contact.id FROM sync_contact contact
           JOIN sync_lead lead ON lead.converted_contact_id = contact.id
           LEFT JOIN sync_leadhistory history ON history.lead_id = lead.id AND history.field = 'leadConverted'
           CROSS JOIN LATERAL (SELECT COALESCE(history.created_at, lead.last_modified_at) AS at) AS converted
           WHERE contact.created_at <> converted.at AND abs(extract(epoch FROM contact.created_at - converted.at)) <= 60
           LIMIT 1)
