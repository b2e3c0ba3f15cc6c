"""The shipped settings as a commented file: what a new installation exports, edits and imports."""

from __future__ import annotations

import yaml

from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.settings_store import SHIPPED

_COMMENTS = {
    "organisation": "Whose model this is. Periods are days in this time zone.",
    "stages": "Which Salesforce statuses mean which stage; a status in no list is unmapped and changes nothing.\n"
    "changes: from an instant on a status means another stage, e.g. {status: Recycled, stage: nurture,"
    " since: 2026-03-01T00:00:00Z}",
    "reasons": "API names of the fields that hold the reasons, and what reps may choose from, in Salesforce's words\n"
    "(nothing: the reasons in use). A reason is a text, or {name: …, label: …, since: 2026-03-01T00:00:00Z, until: …,\n"
    "pre_qualification: true, program: …}: offered from since until before until; pre_qualification: may end a person\n"
    "whom nobody touched; program: what takes these people up; segmented: the Reasons page counts it apart.\n"
    "abandoned_by_rep, auto_abandoned: the nurture reasons that say so; the first are always offered,\n"
    "the second are automation's.",
    "assignment": "Which signals open a cycle: entering an Assigned status, a new value of a date field,\n"
    "a rep becoming owner of what a queue or machine held, an outbound rep's first touch.",
    "touches": "What counts as a human touch. Users by name, user name or Id; subjects with * and ?.",
    "slip_minutes": "A disposition taken back by the same user within this time never happened.",
    "qualified": "What qualified means. by: status (and conversion), or opportunity reaching a stage at or past the\n"
    "definition: meeting_scheduled, meeting_completed or pipeline. changes: from an instant on something else,\n"
    "e.g. {since: 2026-03-01T00:00:00Z, by: opportunity, definition: pipeline}",
    "paths": "Lead sources that raised a hand, and those we went to; teams that pull outbound leads.",
    "lead_types": "Rules that say what type a lead is, by its fields or its account's (Account.Industry), e.g.\n"
    "priorities: {P1: {any: [{field: LeadSource, operator: is one of, value: [Demo request, Chat]}]}}\n"
    "Operators: is, is not, is one of, is none of, contains, starts with, is at least, is at most, is empty,\n"
    "is filled. Rules of priorities may also ask path, target_account and relation.",
    "recycling": "How long nurture holds a person. return_after_days: so long after they went there whoever\n"
    "holds them is reminded of them; null or 0: never. types: other returns of some lead types, the first that fits,\n"
    "e.g. {path: outbound, return_after_days: 365}. It holds for people who go to Nurture from then on.\n"
    "remind_of_follow_ups: whoever holds them is reminded of a Task of theirs on the day it is planned for.",
    "write_back": "Which status the app writes when a rep disposes or a manager assigns here, by stage;\n"
    "else the first that means it.",
    "role_owners": "Where the original owner of a role is kept when a person goes to another role's hands: for\n"
    "sales_development, opportunity, customer_success the field of Lead and Contact, and the role's teams, e.g.\n"
    "sales_development: {field: SDR_Owner__c, teams: [SDR East, SDR West]}",
    "teams": "Where a rep's team comes from: role, manager or app.",
    "aliases": "Which other names of stages pages show beside them, with dates: AQL, MAL, MQO, SQO; MCL, MEL, MQL,\n"
    "SAL, SQL. Nothing is derived from them. With MAL the Team page has the acceptance rate.",
    "response": "The promise to answer, in minutes; hours: calendar or business, those of whoever owes the answer;\n"
    "priorities: other targets of some. The ladder:\n"
    "what is done while nobody answers.\n"
    "do: remind_rep, tell_manager, reassign, tell_their_manager (the manager's manager); of: target or maximum, its\n"
    "due moment; minutes: so long after it, negative before it. It holds for answers owed from then on.\n"
    "stale_after_hours: a step that is found this late is not done any more.",
    "auto_abandon": "When automation gives somebody up: worked for working_days and untouched for untouched_days.\n"
    "types: other limits of some lead types, the first that fits, e.g. {priority: P1, working_days: 14} or\n"
    "{path: outbound, target_account: true, working_days: 90}. It holds for cycles first touched from then on.\n"
    "most_a_day: so many in any 24 hours at most.",
    "hand_off": "How long whoever gets a qualified person may take to take them up, in hours of the calendar; null:\n"
    "as long as may be. remind_before_hours: so long before that is over they are reminded, and when it is over their\n"
    "manager is told. teams: who takes qualified people over; nobody named: whoever is of another team than who had\n"
    "them. types: other times of some lead types, the first that fits, e.g. {priority: P1, accept_hours: 24}.\n"
    "It holds for hand-offs from then on.",
    "meetings": "What becomes of meetings. outcome_field: API name of the field of Event that says it; null: nobody\n"
    "is asked. no_show: the values that say that nobody came; any other says that the meeting is marked.\n"
    "mark_within_hours: so long after its end whoever had it is reminded; tell_manager_after_hours: so long after\n"
    "that their manager is told; null: never. after_no_show: so many counted touches are owed within_days to who did\n"
    "not come; with fewer whoever holds them is reminded remind_before_hours before that is over, and then their\n"
    "manager is told; touches: 0: none are owed. Who missed give_up_after meetings of one cycle is given up by\n"
    "automation; null: nobody is. It holds for meetings that end from then on.",
    "idle_accounts": "How long a target account may go without a counted touch by its owner: after_days later they\n"
    "are told, and tell_manager_after_days after that their manager; null: never. {}: 30 and 14. null, as shipped:\n"
    "nothing is promised of accounts. It holds for what goes untouched from then on. lead_types.target_account then\n"
    "asks for fields of accounts alone.",
    "reassignment": "Who takes over whom nobody answered. to_teams, reps (Id, user name or name): to whom they\n"
    "may go; nobody named: the holder's own team. how: round_robin, weighted (weights: {Bob: 2}; others have 1),\n"
    "least_loaded, or queue (queue: its name). capacity: the most open cycles of a rep, capacity_of: {Bob: 20}\n"
    "of one; each_a_day: the most a rep is given in any 24 hours; in_hours_only: only who is at work now.\n"
    "rules: other manners for some leads, the first that fits, e.g. {name: Demo requests, priority: P1,\n"
    "sources: [Web], teams: [SDR East], to_teams: [SDR East, SDR West], how: least_loaded, capacity: 30}.\n"
    "most_a_day: so many in any 24 hours at most.",
    "pulls": "How many people a rep of an outbound team should pull on each working day: the band, both ends included.",
    "business_time": "When people work, in each rep's own time zone: business hours beside those of the calendar.\n"
    "hours by weekday, e.g. monday: ['09:00-12:00', '13:00-17:00']; holidays: {country: DE, subdivision: BE};\n"
    "closed: further days off; teams: calendars of teams that work otherwise.",
    "clean_your_room": "The mails of working mornings: at, in the own time zone, e.g. '07:30'; rows_per_rep: how many\n"
    "people a manager's lists of each rep, and the others' in each list.",
    "telling": "How people are told what concerns them, unless they choose otherwise on the page Told. topics: which\n"
    "roles are told of a topic (response, hand_off, nurture_return, meeting, idle_account, reassigned,\n"
    "could_not_assign, abandoned, resolved) by which channel, e.g.\n"
    "{response: {bell: [rep, manager, ops], mail: [manager], slack: []}};\n"
    "quiet_from and quiet_until: no mail and no Slack message in between, in the own time zone; collect_minutes: so\n"
    "long the first message waits for others; most_a_day: so many messages to everybody together in any 24 hours,\n"
    "the others wait; repeat_after_hours: after so long somebody is told of again who still waits; null: never.",
    "targets": "What the Team page holds figures against; shares 0 to 1, durations in seconds.\n"
    "With up_to it is a band from value to there, e.g. acceptance_rate: {value: 0.85, up_to: 0.9}",
    "few": "Below this many, a figure is grey: too few to say.",
}


def shipped_yaml() -> str:
    """The shipped settings with a comment over every section."""
    return written(SHIPPED)


def written(settings: ModelSettings) -> str:
    """Settings as a file with a comment over every section."""
    sections = []
    for name, value in settings.model_dump(mode="json", by_alias=True, exclude_defaults=False).items():
        comment = "".join(f"# {line}\n" for line in _COMMENTS[name].splitlines())
        sections.append(comment + yaml.safe_dump({name: value}, allow_unicode=True, sort_keys=False))
    return "\n".join(sections)
