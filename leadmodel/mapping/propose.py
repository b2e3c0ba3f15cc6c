"""What an organisation's data suggest its settings should be. Pure: words and counts in, settings and reasons out.

Guesses rest on the words people give to statuses, sources, fields and users, and on traces no human leaves. They are
proposals: ops look them over, and what nothing speaks for stays unmapped, which is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Path, Stage
from leadmodel.mapping.evidence import Actor, Evidence

NIGHT_SHARE = 0.15
"""Of what somebody logs: whoever logs more than this in their quietest eight hours of the day is a program."""
FEW = 200
"""Of fewer activities no habit can be told."""

_STAGE_WORDS: tuple[tuple[Stage, str], ...] = (
    # the first that fits: "not qualified" is not qualified, and "recycled - assigned" is assigned
    (
        Stage.UNQUALIFIED,
        r"unqual|disqual|not (qual|conv)|junk|spam|dead|bad|invalid|bogus|opt(ed)?.?out|duplicate",
    ),
    (Stage.ASSIGNED, r"assign|routed|distribut|pulled|handed|transferred"),
    (Stage.NURTURE, r"nurtur|recycl|later|not now|long.?term|dormant|future|no response|abandon|park"),
    (Stage.UNQUALIFIED, r"lost|reject|do not (call|contact|e?mail)"),
    (
        Stage.QUALIFIED,
        r"qualif|convert|\bs[aq]l\b|opportunit|meeting (set|booked|scheduled)|accepted|\bwon\b",
    ),
    (Stage.RAW, r"^new|^open|\braw|import|marketing|prospect|suspect|inquir|\bm[ceq]l\b|\baql\b"),
    (Stage.WORKING, r"work|contact|attempt|engag|connect|call|progress|follow|sequence|reach|active"),
)
_NOT_CONTACTED = re.compile(r"not (yet )?contacted|uncontacted|untouched|unassigned", re.IGNORECASE)
_INBOUND = re.compile(
    r"web|site|demo|chat|form|trial|inbound|referr|content|webinar|download|event|trade|show|phone|call.?in|organic"
    r"|search|seo|ads?\b|social|newsletter|subscri|signup|sign.?up|partner|contact us|inquir",
    re.IGNORECASE,
)
_OUTBOUND = re.compile(
    r"outbound|cold|list|purchas|bought|prospect|sdr|bdr|zoominfo|linkedin|apollo|cognism|data provider|scrap",
    re.IGNORECASE,
)
_PROGRAMS = re.compile(
    r"integration|automat|\bapi\b|\bbot\b|system|sync\b|router|marketo|pardot|hubspot|eloqua|outreach|salesloft"
    r"|groove|apollo|zapier|workato|mulesoft|data ?loader|service account|autoproc|web ?forms?|flow\b|process",
    re.IGNORECASE,
)
_AUTOMATIC = re.compile(
    r"^\[?(automat|auto-|sequence|cadence|step|outreach|salesloft|pardot|marketo|hubspot|list email|mass email)",
    re.IGNORECASE,
)
_FROM_THEM = re.compile(r"^\[?(reply|re:|inbound|incoming|received|email received|in\]|\[in)", re.IGNORECASE)
_REASON = re.compile(r"reason", re.IGNORECASE)
_NURTURE_FIELD = re.compile(r"nurtur|recycl", re.IGNORECASE)
_UNQUALIFIED_FIELD = re.compile(r"unqual|disqual|reject|lost|dead|closed", re.IGNORECASE)
_ASSIGNED_FIELD = re.compile(r"assign|routed|distribut|handed", re.IGNORECASE)


@dataclass(frozen=True)
class Proposed:
    """One proposal: of what, how many people it concerns, what it means, and why we think so."""

    name: str
    people: int
    value: str
    why: str


@dataclass(frozen=True)
class Proposal:
    """Settings as the data suggest them, and what they consist of. A `value` of "": nothing speaks for any."""

    settings: ModelSettings
    statuses: tuple[Proposed, ...]
    sources: tuple[Proposed, ...]
    programs: tuple[Proposed, ...]
    subjects: tuple[Proposed, ...]


def propose(evidence: Evidence, now: ModelSettings, *, is_first: bool) -> Proposal:
    """Proposals for an organisation; what they do not speak of stays as `now` has it.

    `is_first`: nothing was entered so far. Later, teams are what operations said, not what most reps have.
    """
    statuses = tuple(
        _known(one.name, one.people, _stages(now)) or _status(one.name, one.people)
        for one in evidence.statuses
    )
    sources = tuple(
        _known(one.name, one.people, _paths(now)) or _source(one.name, one.people) for one in evidence.sources
    )
    users = dict.fromkeys(now.touches.automated_users, "program")
    programs = tuple(
        known or Proposed(actor.name, actor.people, "program", why)
        for actor in evidence.actors
        if (known := _known(actor.name, actor.people, users)) or (why := _why_program(actor))
    )
    patterns = _patterns(now)
    subjects = tuple(
        known or Proposed(one.name, one.people, value, "its words")
        for one in evidence.subjects
        if (known := _known(one.name, one.people, patterns)) or (value := _subject(one.name))
    )
    chosen = Chosen(
        stages={one.name: one.value for one in statuses},
        paths={one.name: one.value for one in sources},
        users={one.name: one.value for one in programs},
        subjects={one.name: one.value for one in subjects},
        nurture_field=now.reasons.nurture_field or _reason_field(evidence, _NURTURE_FIELD),
        unqualified_field=now.reasons.unqualified_field or _reason_field(evidence, _UNQUALIFIED_FIELD),
        assigned_date_field=now.assignment.assigned_date_field or _assigned_date(evidence),
        contact_status_field=now.stages.contact_status_field or _contact_status(evidence),
        teams=_teams(evidence) if is_first else now.teams.source,
    )
    return Proposal(apply(chosen, now, is_first=is_first), statuses, sources, programs, subjects)


@dataclass(frozen=True)
class Chosen:
    """The answers of the Map page, "" for none: status → stage, source → path, user → program, subject → its kind."""

    stages: Mapping[str, str]
    paths: Mapping[str, str]
    users: Mapping[str, str]
    subjects: Mapping[str, str]
    nurture_field: str | None
    unqualified_field: str | None
    assigned_date_field: str | None
    contact_status_field: str | None
    teams: str


def apply(chosen: Chosen, now: ModelSettings, *, is_first: bool) -> ModelSettings:
    """`now` with the page's answers. An assignment is a status where one means Assigned, else a rep becoming owner.

    Where something was entered already (not `is_first`), whether a status is one stays as `now` has it, unless no
    status is left that means Assigned.
    """

    def of(answers: Mapping[str, str], value: str, before: Sequence[str]) -> list[str]:
        """Those answered so, and what nobody was asked about."""
        kept = [name for name in before if name not in answers]
        return kept + [name for name, answer in answers.items() if answer == value]

    told = now.model_dump(mode="json")
    told["stages"] |= {
        stage.value: of(chosen.stages, stage, getattr(now.stages, stage.value)) for stage in Stage
    }
    told["stages"]["contact_status_field"] = chosen.contact_status_field
    told["write_back"]["statuses"] = {
        kind: status for kind, status in now.write_back.statuses.items() if status in told["stages"][kind]
    }
    told["paths"] |= {
        "inbound_sources": of(chosen.paths, Path.INBOUND, now.paths.inbound_sources),
        "outbound_sources": of(chosen.paths, Path.OUTBOUND, now.paths.outbound_sources),
    }
    told["reasons"] |= {
        "nurture_field": chosen.nurture_field,
        "unqualified_field": chosen.unqualified_field,
    }
    told["touches"] |= {
        "automated_users": of(chosen.users, "program", now.touches.automated_users),
        "automatic_subjects": of(chosen.subjects, "automatic", now.touches.automatic_subjects),
        "inbound_subjects": of(chosen.subjects, "inbound", now.touches.inbound_subjects),
    }
    by_status = Stage.ASSIGNED in chosen.stages.values()
    if not is_first:
        is_lost = bool(now.stages.assigned) and not told["stages"][Stage.ASSIGNED]
        by_status = now.assignment.status and not is_lost
    told["assignment"] |= {
        "status": by_status,
        "assigned_date_field": chosen.assigned_date_field,
        "owner": now.assignment.owner
        or not (by_status or chosen.assigned_date_field or now.assignment.outbound_pull),
    }
    told["teams"]["source"] = chosen.teams
    return ModelSettings.model_validate(told)


def _teams(evidence: Evidence) -> str:
    """What most reps have."""
    return "manager" if evidence.with_manager >= evidence.with_role else "role"


def _known(name: str, people: int, meanings: Mapping[str, str]) -> Proposed | None:
    """What it means already, by the settings in force."""
    value = meanings.get(name)
    return Proposed(name, people, value, "as it is now") if value is not None else None


def _stages(now: ModelSettings) -> dict[str, str]:
    return {name: stage.value for stage in Stage for name in getattr(now.stages, stage.value)}


def _paths(now: ModelSettings) -> dict[str, str]:
    inbound = dict.fromkeys(now.paths.inbound_sources, Path.INBOUND.value)
    return inbound | dict.fromkeys(now.paths.outbound_sources, Path.OUTBOUND.value)


def _patterns(now: ModelSettings) -> dict[str, str]:
    automatic = dict.fromkeys(now.touches.automatic_subjects, "automatic")
    return automatic | dict.fromkeys(now.touches.inbound_subjects, "inbound")


def _status(name: str, people: int) -> Proposed:
    if _NOT_CONTACTED.search(name):
        return Proposed(name, people, Stage.RAW, "says nobody was in touch yet")
    for stage, words in _STAGE_WORDS:
        found = re.search(words, name, re.IGNORECASE)
        if found is not None:
            return Proposed(name, people, stage, f"says “{found.group().strip()}”")
    return Proposed(name, people, "", "its words say nothing we know: choose, or leave it unmapped")


def _source(name: str, people: int) -> Proposed:
    for path, words in ((Path.OUTBOUND, _OUTBOUND), (Path.INBOUND, _INBOUND)):
        found = words.search(name)
        if found is not None:
            return Proposed(name, people, path, f"says “{found.group()}”")
    return Proposed(name, people, "", "its words say neither; it counts as the settings' paths.otherwise")


def _why_program(actor: Actor) -> str:
    if not actor.is_standard:
        return "no user of type Standard"
    for told in (actor.name, actor.username.partition("@")[0], actor.profile):
        found = _PROGRAMS.search(told)
        if found is not None:
            return f"“{told}” says “{found.group()}”"
    if actor.activities >= FEW and _night_share(actor.by_hour) > NIGHT_SHARE:
        return f"logs {_night_share(actor.by_hour):.0%} of it in their quietest eight hours of the day"
    return ""


def _night_share(by_hour: Sequence[int]) -> float:
    """The share of the day's quietest eight hours in a row, of counts by hour of the day."""
    quietest = min(sum(by_hour[(start + hour) % 24] for hour in range(8)) for start in range(24))
    return quietest / (sum(by_hour) or 1)


def _subject(name: str) -> str:
    if _FROM_THEM.search(name):
        return "inbound"
    return "automatic" if _AUTOMATIC.search(name) else ""


def _fields(evidence: Evidence, of: str, *types: str) -> list[str]:
    return sorted(name for name, kind in evidence.fields.get(of, {}).items() if kind in types)


def reason_fields(evidence: Evidence) -> list[str]:
    """The fields of a Lead that may hold reasons."""
    texts = _fields(evidence, "Lead", "picklist", "string", "textarea", "multipicklist")
    return [name for name in texts if _REASON.search(name)]


def date_fields(evidence: Evidence) -> list[str]:
    """The fields of a Lead that an organisation of its own has for instants or days."""
    return [name for name in _fields(evidence, "Lead", "datetime", "date") if name.endswith("__c")]


def contact_statuses(evidence: Evidence) -> list[str]:
    """The fields of a Contact that may hold a status like a Lead's."""
    return [
        name for name in _fields(evidence, "Contact", "picklist", "string") if "status" in name.casefold()
    ]


def _reason_field(evidence: Evidence, words: re.Pattern[str]) -> str | None:
    """The field whose name says what it explains; one that only says “reason” explains everything."""
    fields = reason_fields(evidence)
    named = [name for name in fields if words.search(name)]
    plain = [name for name in fields if not (_NURTURE_FIELD.search(name) or _UNQUALIFIED_FIELD.search(name))]
    return next(iter(named or plain), None)


def _assigned_date(evidence: Evidence) -> str | None:
    return next((name for name in date_fields(evidence) if _ASSIGNED_FIELD.search(name)), None)


def _contact_status(evidence: Evidence) -> str | None:
    return next((name for name in contact_statuses(evidence) if name.endswith("__c")), None)
