"""The lead model's settings as typed, frozen values: what one commented YAML file holds.

Pure: the file is read and written elsewhere (`leadmodel.settings_file`). Times are counted in the unit
their name ends with. Rule numbers are those of the lead model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from leadmodel.lifecycle.calendars import Calendars
from leadmodel.lifecycle.display import Aliases, Target, default_targets
from leadmodel.lifecycle.hand_offs import HandOff
from leadmodel.lifecycle.idle_accounts import IdleAccounts, check_rule
from leadmodel.lifecycle.lead_types import LeadTypes
from leadmodel.lifecycle.mailing import CleanYourRoom
from leadmodel.lifecycle.meetings import Meetings
from leadmodel.lifecycle.policies import AutoAbandon, Policies, Response
from leadmodel.lifecycle.pulls import Pulls
from leadmodel.lifecycle.reasons import Reasons
from leadmodel.lifecycle.reassignment import Reassignment
from leadmodel.lifecycle.recycling import Recycling
from leadmodel.lifecycle.section import Instant, Names, Section
from leadmodel.lifecycle.stages import DISPOSITIONS, Path, Stage
from leadmodel.lifecycle.telling import Telling


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """The names of all time zones: they stand in folders of the machine, which take long to go through."""
    return frozenset(available_timezones())


class Organisation(Section):
    """Whose model this is; periods are days in `time_zone`."""

    name: str = "Our organisation"
    time_zone: str = "UTC"
    currency: str = "EUR"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in _zones():
            raise ValueError(f"“{value}” is no time zone; write one like Europe/Berlin or UTC")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days periods are made of."""
        return ZoneInfo(self.time_zone)


class StageChange(Section):
    """From an instant on, a status means another stage (K8: mappings have effective dates)."""

    status: str
    stage: Stage
    since: Instant


class Stages(Section):
    """Which Salesforce statuses mean which stage. A status in no list is unmapped (K8)."""

    raw: Names = ()
    assigned: Names = ()
    working: Names = ()
    qualified: Names = ()
    nurture: Names = ()
    unqualified: Names = ()
    changes: tuple[StageChange, ...] = ()
    contact_status_field: str | None = None
    """API name of the Contact field that holds the status, where the organisation has one."""

    @model_validator(mode="after")
    def _one_stage_each(self) -> Stages:
        seen: dict[str, Stage] = {}
        for stage in Stage:
            for status in getattr(self, stage.value):
                other = seen.setdefault(status.casefold(), stage)
                if other is not stage:
                    raise ValueError(
                        f"status “{status}” stands under {other} and under {stage}; keep it under one of them"
                    )
        return self

    @cached_property
    def by_status(self) -> dict[str, tuple[tuple[datetime | None, Stage], ...]]:
        """Status (case-folded) → its meanings, oldest first; None is "always"."""
        meanings: dict[str, list[tuple[datetime | None, Stage]]] = {}
        for stage in Stage:
            for status in getattr(self, stage.value):
                meanings[status.casefold()] = [(None, stage)]
        for change in sorted(self.changes, key=lambda c: c.since):
            meanings.setdefault(change.status.casefold(), []).append((change.since, change.stage))
        return {status: tuple(rows) for status, rows in meanings.items()}

    def stage_of(self, status: str | None, at: datetime) -> Stage | None:
        """The stage `status` meant at `at`; None where it is unmapped or empty."""
        if status is None:
            return None
        found: Stage | None = None
        for since, stage in self.by_status.get(status.casefold(), ()):
            if since is None or since <= at:
                found = stage
        return found


class Assignment(Section):
    """Which signals open a cycle (M5)."""

    status: bool = True
    assigned_date_field: str | None = None
    owner: bool = False
    outbound_pull: bool = False


class Touches(Section):
    """Which activities count (M7, M9, K1, K2, K11). Patterns use * and ?, in any case of letters."""

    automated_users: Names = ()
    """Names, user names or Ids of users whose activities and clicks are a machine's."""
    automated_profiles: Names = ()
    automated_roles: Names = ()
    acts_for: dict[str, str] = Field(default_factory=dict)
    """Automated user → the rep in whose name it works (K2)."""
    automatic_subtypes: Names = ("ListEmail",)
    automatic_subjects: Names = ()
    inbound_subjects: Names = ()
    answer_window_minutes: Annotated[float, Field(ge=0)] = 5
    late_logging_minutes: Annotated[float, Field(ge=0)] = 15
    backdated_after_hours: Annotated[float, Field(ge=0)] = 24

    @cached_property
    def answer_window(self) -> timedelta:
        """An automatic touch that is answered this soon counts (M7)."""
        return timedelta(minutes=self.answer_window_minutes)

    @cached_property
    def late_logging(self) -> timedelta:
        """A touch logged this soon after its rep's disposition was before it (M9)."""
        return timedelta(minutes=self.late_logging_minutes)

    @cached_property
    def backdated_after(self) -> timedelta:
        """An activity dated this long before it was created is back-dated (K11)."""
        return timedelta(hours=self.backdated_after_hours)

    @cached_property
    def _subject(self) -> re.Pattern[str]:
        groups = {"inbound": self.inbound_subjects, "automatic": self.automatic_subjects}
        written = [f"(?P<{kind}>{_regex(patterns)})" for kind, patterns in groups.items() if patterns]
        return re.compile("|".join(written) or "(?!)", re.IGNORECASE | re.DOTALL)

    @cached_property
    def kind_of_subject(self) -> Callable[[str], str | None]:
        """`inbound` for what came from the person, `automatic` for what a tool writes by itself, else None."""

        @lru_cache(maxsize=4096)  # tools and busy reps write the same few subjects
        def kind(subject: str) -> str | None:
            found = self._subject.fullmatch(subject)
            return found.lastgroup if found is not None else None

        return kind


def nameless(ever: Sequence[Touches], subject: str) -> str:
    """What tells of a subject which kind it is, by all settings there ever were, and nothing else that it says (K7)."""
    patterns = [one for told in ever for one in (*told.inbound_subjects, *told.automatic_subjects)]
    shortest = ("", *(one.replace("*", "") for one in patterns))
    kinds = [told.kind_of_subject for told in ever]
    return next((one for one in shortest if all(kind(one) == kind(subject) for kind in kinds)), subject)


def _regex(patterns: Names) -> str:
    """Patterns of * and ? as one expression; brackets, which engagement tools love, stand for themselves."""
    return "|".join(re.escape(p).replace(r"\*", ".*").replace(r"\?", ".") for p in patterns)


class Definition(StrEnum):
    """The three things *qualified* may mean where opportunities tell it, early to late (R108, R109, R110)."""

    MEETING_SCHEDULED = "meeting_scheduled"
    MEETING_COMPLETED = "meeting_completed"
    PIPELINE = "pipeline"


class QualifiedChange(Section):
    """From an instant on, *qualified* is told by something else."""

    since: Instant
    by: Literal["status", "opportunity"]
    definition: Definition = Definition.MEETING_SCHEDULED


class Qualified(Section):
    """What *qualified* means here (M8, K3, K12): a status and conversion, or an opportunity's stage."""

    by: Literal["status", "opportunity"] = "status"
    definition: Definition = Definition.MEETING_SCHEDULED
    stages: dict[Definition, Names] = Field(default_factory=dict)
    """The opportunity stages at which each is reached; one at or past the definition in force counts."""
    changes: tuple[QualifiedChange, ...] = ()
    primary_role_only: bool = False
    loss_reason_field: str | None = None
    """API name of the Opportunity field that tells why it was lost (M14, R037)."""

    @model_validator(mode="after")
    def _stages_named(self) -> Qualified:
        told = [(self.by, self.definition), *((change.by, change.definition) for change in self.changes)]
        for by, definition in told:
            if by == "opportunity" and not self._at_or_past(definition):
                raise ValueError(
                    f"no opportunity stage stands under stages.{definition} or past it; name some"
                )
        return self

    def _at_or_past(self, definition: Definition) -> frozenset[str]:
        later = list(Definition)[list(Definition).index(definition) :]
        return frozenset(stage for reached in later for stage in self.stages.get(reached, ()))

    @cached_property
    def all_stages(self) -> frozenset[str]:
        """Every stage that some definition knows."""
        return frozenset(stage for stages in self.stages.values() for stage in stages)

    @cached_property
    def _in_order(self) -> tuple[tuple[datetime | None, bool, frozenset[str]], ...]:
        """From when, whether statuses tell it, and the opportunity stages that do."""
        since: list[tuple[datetime | None, str, Definition]] = [(None, self.by, self.definition)]
        since += [(c.since, c.by, c.definition) for c in sorted(self.changes, key=lambda c: c.since)]
        return tuple(
            (start, by == "status", self._at_or_past(definition) if by == "opportunity" else frozenset())
            for start, by, definition in since
        )

    def by_status_at(self, at: datetime) -> bool:
        """Whether a conversion is a qualified disposition at `at` (K3)."""
        return self._at(at)[0]

    def counts(self, stage: str, at: datetime) -> bool:
        """Whether reaching this opportunity stage at `at` is a qualified disposition."""
        return stage in self._at(at)[1]

    def _at(self, at: datetime) -> tuple[bool, frozenset[str]]:
        found = self._in_order[0]
        for entry in self._in_order[1:]:
            if entry[0] is not None and entry[0] <= at:
                found = entry
        return found[1], found[2]


class Paths(Section):
    """Who raised a hand and whom we went to."""

    inbound_sources: Names = ()
    outbound_sources: Names = ()
    otherwise: Path = Path.INBOUND
    outbound_teams: Names = ()

    @model_validator(mode="after")
    def _one_path_each(self) -> Paths:
        both = set(self.inbound_sources) & set(self.outbound_sources)
        if both:
            raise ValueError(f"source “{min(both)}” stands under inbound and outbound; keep one")
        return self

    def path_of(self, source: str | None) -> Path:
        """The path of a lead from this source."""
        if source in self.inbound_sources:
            return Path.INBOUND
        if source in self.outbound_sources:
            return Path.OUTBOUND
        return self.otherwise


class WriteBack(Section):
    """Which status the app writes for a disposition, or for an assignment; none: the first that means it."""

    statuses: dict[Stage, str] = Field(default_factory=dict)

    def status_of(self, kind: Stage, stages: Stages) -> str | None:
        """The status to write for a stage; None where no status means it."""
        meaning: Names = getattr(stages, kind.value)
        return self.statuses.get(kind) or next(iter(meaning), None)


class RoleOwner(Section):
    """Where a role's original owner is kept (M14): a field of Lead and Contact, for who is in these teams."""

    field: str
    teams: Annotated[Names, Field(min_length=1)]


Role = Literal["sales_development", "opportunity", "customer_success"]


class Teams(Section):
    """Where a rep's team comes from: Salesforce's role, the manager field, or this app."""

    source: Literal["role", "manager", "app"] = "role"


class ModelSettings(Section):
    """The whole file."""

    organisation: Organisation = Organisation()
    stages: Stages
    reasons: Reasons = Reasons()
    assignment: Assignment = Assignment()
    touches: Touches = Touches()
    slip_minutes: Annotated[float, Field(ge=0)] = 10
    qualified: Qualified = Qualified()
    paths: Paths = Paths()
    lead_types: LeadTypes = LeadTypes()
    recycling: Recycling = Recycling()
    write_back: WriteBack = WriteBack()
    role_owners: dict[Role, RoleOwner] = Field(default_factory=dict)
    teams: Teams = Teams()
    aliases: Aliases = Aliases()
    response: Response = Response()
    auto_abandon: AutoAbandon = AutoAbandon()
    hand_off: HandOff = HandOff()
    meetings: Meetings = Meetings()
    idle_accounts: IdleAccounts | None = None
    reassignment: Reassignment = Reassignment()
    pulls: Pulls = Pulls()
    business_time: Calendars = Calendars()
    clean_your_room: CleanYourRoom = CleanYourRoom()
    telling: Telling = Telling()
    targets: dict[str, Target] = Field(default_factory=default_targets)
    few: Annotated[int, Field(ge=1)] = 10
    """Below this many, a figure is grey: too few to say."""

    def is_elsewhere(self, status: str | None, at: datetime) -> bool:
        """Whether a status says that nobody is at work on the person, though no history may tell since when.

        Raw says so only where statuses are what assigns people.
        """
        stage = self.stages.stage_of(status, at)
        return stage in DISPOSITIONS or (stage is Stage.RAW and self.assignment.status)

    def policies_since(self, since: datetime | None) -> Policies:
        """What these settings promise, in force since then."""
        return Policies(
            since,
            self.response,
            self.auto_abandon,
            self.hand_off,
            self.recycling,
            self.meetings,
            self.idle_accounts,
        )

    @model_validator(mode="after")
    def _tells_which_accounts(self) -> ModelSettings:
        if self.idle_accounts is not None:
            check_rule(self.lead_types)
        return self

    @model_validator(mode="after")
    def _writes_what_it_means(self) -> ModelSettings:
        for kind, status in self.write_back.statuses.items():
            if status not in getattr(self.stages, kind.value):
                raise ValueError(
                    f"write_back.statuses writes “{status}” for {kind}, but it does not stand under stages.{kind};"
                    " put it there, or write one that does"
                )
        return self

    @model_validator(mode="after")
    def _one_role_each(self) -> ModelSettings:
        seen: dict[str, str] = {}
        for role, owner in self.role_owners.items():
            for name in (owner.field, *owner.teams):
                if (other := seen.setdefault(name, role)) != role:
                    raise ValueError(
                        f"“{name}” stands under role_owners.{other} and role_owners.{role}; keep one"
                    )
        return self

    @model_validator(mode="after")
    def _opens_somehow(self) -> ModelSettings:
        signals = self.assignment
        if not (signals.status or signals.assigned_date_field or signals.owner or signals.outbound_pull):
            raise ValueError("assignment switches every signal off; switch at least one on")
        if signals.status and not self.stages.assigned and not self._changes_to_assigned():
            raise ValueError("assignment.status is on but no status stands under stages.assigned")
        return self

    def _changes_to_assigned(self) -> bool:
        return any(change.stage is Stage.ASSIGNED for change in self.stages.changes)
