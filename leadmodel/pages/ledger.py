"""The page of the ledger of exceptions: whom the figures left out, why, by whom, from when until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from base.address import WrongAddress, given, one_of, whole_number
from base.downloads import Value
from base.models import Role, User
from base.pages import viewer_zone
from base.words import Instant, counted, instant
from leadmodel.ledger import STATES, Entry, Narrowed, count_states, read_ledger
from leadmodel.pages.links import person_href
from leadmodel.pages.requests import USUAL
from leadmodel.requests import to_answer

PAGE = 50
CSV = (
    "state record_id name cycles why asked_by answered_by answered_at answer starts_at expires_at ended_at ended_by"
    " ended_why"
).split()
_TONES = {"waiting": "near", "in_force": "near", "refused": "bad"}


@dataclass(frozen=True)
class LedgerAsked:
    """What an address of the ledger asks for."""

    narrowed: Narrowed
    after: tuple[bool, int] | None

    def query(self, *, after: str | None = None, **changes: str | None) -> str:
        """This address's parameters with some changed, as `?…`; from the list's start unless `after` says otherwise."""
        told = {"state": self.narrowed.state, "q": self.narrowed.words, "who": self.narrowed.who} | changes
        kept = {name: value for name, value in (told | {"after": after}).items() if value}
        return "?" + urlencode(kept) if kept else "?"


@dataclass(frozen=True)
class Line:
    """A line as shown. `grant`, `end`: the number of what the viewer may answer or end; None where they may not."""

    entry: Entry
    href: str
    state: str
    tone: str
    leaves_out: str
    asked: Instant
    answered: Instant | None
    starts: Instant | None
    until: Instant | None
    ended: Instant | None
    grant: int | None
    end: int | None
    problem: str
    written: str


@dataclass(frozen=True)
class StateChoice:
    """A state to narrow by, and how many lines are in it."""

    value: str
    label: str
    count: int
    is_selected: bool


@dataclass(frozen=True)
class LedgerView:
    """The page."""

    asked: LedgerAsked
    states: list[StateChoice]
    lines: list[Line]
    grants: bool
    until_iso: str
    tomorrow_iso: str
    csv_href: str
    first_href: str
    next_href: str
    here: str


def read_ledger_address(parameters: QueryDict) -> LedgerAsked:
    """Read the parameters. Raises WrongAddress."""
    state = one_of(parameters, "state", list(STATES), "state of an exception")
    text, after = given(parameters, "after"), None
    if text is not None:
        kind, _, digits = text.partition("-")
        number = whole_number(digits)
        if kind not in {"request", "exception"} or number is None:
            raise WrongAddress(f"after “{text[:40]}” is no line of the ledger: begin at its start.")
        after = (kind == "request", number)
    return LedgerAsked(Narrowed(state, given(parameters, "q"), given(parameters, "who")), after)


def view_ledger(
    user: User, asked: LedgerAsked, *, now: datetime, wrong: int = 0, problem: str = "", written: str = ""
) -> LedgerView:
    """What this user may see of it. `wrong`: the exception that could not be ended, with its `problem`."""
    zone, grants = viewer_zone(user), user.role != Role.REP
    entries = list(read_ledger(user, asked.narrowed, now=now, after=asked.after, limit=PAGE + 1))
    shown, today = entries[:PAGE], now.astimezone(zone).date()
    waiting = [entry.number for entry in shown if entry.state == "waiting"]
    answers = set(to_answer(user).filter(pk__in=waiting).values_list("pk", flat=True)) if waiting else set()
    counts = count_states(user, now=now)

    def at(moment: datetime | None) -> Instant | None:
        return instant(moment, now=now, zone=zone) if moment is not None else None

    def line(entry: Entry) -> Line:
        is_wrong = not entry.is_request and entry.number == wrong
        return Line(
            entry=entry,
            href=person_href(entry.person_id),
            state=STATES[entry.state],
            tone=_TONES.get(entry.state, ""),
            leaves_out=f"of every figure: {counted(entry.cycles, 'cycle', 'cycles')}",
            asked=instant(entry.at, now=now, zone=zone),
            answered=at(entry.answered_at),
            starts=at(entry.starts_at),
            until=at(entry.expires_at),
            ended=at(entry.ended_at),
            grant=entry.number if entry.is_request and entry.number in answers else None,
            end=entry.number if grants and entry.state == "in_force" else None,
            problem=problem if is_wrong else "",
            written=written if is_wrong else "",
        )

    last = shown[-1] if len(entries) > PAGE else None
    return LedgerView(
        asked=asked,
        states=[
            StateChoice(state, label, counts[state], state == asked.narrowed.state)
            for state, label in STATES.items()
        ],
        lines=[line(entry) for entry in shown],
        grants=grants,
        until_iso=(today + USUAL).isoformat(),
        tomorrow_iso=(today + timedelta(days=1)).isoformat(),
        csv_href=reverse("ledger-csv") + asked.query(),
        first_href=asked.query() if asked.after else "",
        next_href=asked.query(after=_place(last)) if last is not None else "",
        here=reverse("ledger") + asked.query(),
    )


def _place(entry: Entry) -> str:
    return f"{'request' if entry.is_request else 'exception'}-{entry.number}"


def ledger_lines(user: User, narrowed: Narrowed, *, now: datetime) -> Iterator[Sequence[Value]]:
    """All lines, a column for each of CSV."""
    for entry in read_ledger(user, narrowed, now=now):
        told: Mapping[str, Value] = {**vars(entry), "record_id": entry.person_id}
        yield [told[name] for name in CSV]
