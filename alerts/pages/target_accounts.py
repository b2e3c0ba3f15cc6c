"""The pages of target accounts: which are idle, whose they are, who is on one, and who was told of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse

from alerts.idle.standing import Decided, read_words
from base.address import WrongAddress, given, one_of
from base.downloads import Value
from base.models import Role, User
from base.pages import viewer_zone
from base.words import Instant, counted, instant
from leadmodel import target_accounts as accounts
from leadmodel.access import visible_reps
from leadmodel.lifecycle.idle_accounts import IdleAccounts
from leadmodel.lifecycle.policies import Act
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.pages.parts import Part, TileView
from leadmodel.settings_store import settings_in_force
from leadmodel.target_accounts import OnIt, Row
from metrics import cursors

CSV = (
    "account_id account owner idle_since untouched_since last_touch_at people owner_told manager_told".split()
)
_LABELS = {
    "idle": ("Idle", "their owners have been in touch with nobody of them for too long", "bad"),
    "soon": (
        "Idle within 7 days",
        "idle within 7 days, unless their owners are in touch with somebody",
        "near",
    ),
    "all": ("All", "all target accounts that somebody owns", ""),
}
PARTS = {name: Part(name, label, words, (name,), tone) for name, (label, words, tone) in _LABELS.items()}
_WHO = {Act.REMIND_REP: "Owner", Act.TELL_MANAGER: "Manager"}


@dataclass(frozen=True)
class Asked:
    """What an address asks for. `rep` None: all reps the viewer sees."""

    part: Part
    rep: str | None
    after: accounts.Place | None

    def query(self, *, part: Part | None = None, after: str | None = None) -> str:
        """The address of this list, or another part of it, from the place written so on."""
        found = {"show": (part or self.part).name, "rep": self.rep, "after": after}
        return "?" + urlencode({name: value for name, value in found.items() if value})


@dataclass(frozen=True)
class ToldOf:
    """A word of the present stretch: to whom, when, and what became of it."""

    who: str
    state: str
    said: str
    at: Instant


@dataclass(frozen=True)
class AccountRow:
    """An account as shown. `idle`: since when it is, or will be."""

    row: Row
    href: str
    is_idle: bool
    idle: Instant
    touched: Instant | None
    people: int
    told: Sequence[ToldOf]


@dataclass(frozen=True)
class AccountsView:
    """The list."""

    asked: Asked
    promise: IdleAccounts | None
    tiles: Sequence[TileView]
    words: str
    owners: Sequence[tuple[str, str]]
    rows: Sequence[AccountRow]
    csv_href: str
    first_href: str
    next_href: str


@dataclass(frozen=True)
class AccountView:
    """One account with its people. `unseen`: how many others are on it, in words, whom the viewer may not see."""

    shown: AccountRow
    since: Instant
    people: Sequence[OnIt]
    unseen: str


def read_accounts_address(user: User, parameters: QueryDict) -> Asked:
    """Read the parameters. Raises WrongAddress, and Http404 for a rep whose people this user does not see."""
    part = PARTS[one_of(parameters, "show", PARTS, "list of target accounts") or "idle"]
    rep, seen = given(parameters, "rep"), visible_reps(user)
    if rep is not None and seen is not None and rep not in seen:
        raise Http404(f"There is no rep {rep} among those you may see.")
    return Asked(part, rep, _read_place(parameters))


def _read_place(parameters: QueryDict) -> accounts.Place | None:
    word = given(parameters, "after")
    if word is None:
        return None
    try:
        at, account_id = cursors.read(word, (str, str))
        found = datetime.fromisoformat(str(at))
        place = found.astimezone(UTC), str(account_id)  # zones may be further off than PostgreSQL reads
    except (cursors.WrongCursor, ValueError, OverflowError) as error:
        raise WrongAddress(f"“{word[:40]}” is no place in this list; begin again without it.") from error
    if found.tzinfo is None:
        raise WrongAddress(f"“{word[:40]}” is no place in this list; begin again without it.")
    return place


def view_accounts(user: User, asked: Asked, *, now: datetime) -> AccountsView:
    """How many accounts each list has, and one page of one."""
    settings, reps = settings_in_force(), _reps(user, asked)
    rows = accounts.read_list(reps, asked.part.name, now=now, after=asked.after, limit=cursors.PAGE + 1)
    shown, counts = rows[: cursors.PAGE], accounts.count_lists(reps, now=now)
    last = shown[-1] if len(rows) > cursors.PAGE else None
    return AccountsView(
        asked=asked,
        promise=settings.idle_accounts,
        tiles=[
            part.tile(counts, asked.query(part=part), is_selected=part is asked.part)
            for part in PARTS.values()
        ],
        words=f"{counts[asked.part.name]:,} of them: {asked.part.words}",
        owners=[] if user.role == Role.REP else accounts.read_owners(visible_reps(user), now=now),
        rows=_shown(user, shown, settings, now),
        csv_href=reverse("target-accounts-csv") + asked.query(),
        first_href=asked.query() if asked.after else "",
        next_href=asked.query(after=cursors.write([last.due_at.isoformat(), last.account_id]))
        if last
        else "",
    )


def view_account(user: User, account_id: str, *, now: datetime) -> AccountView:
    """An account and who is on it. Raises Http404 where it is none this user may see."""
    settings = settings_in_force()
    (shown,) = _shown(user, [accounts.access_account(user, account_id, now=now)], settings, now)
    people = accounts.people_on(user, account_id, settings.lead_types)
    unseen = shown.people - len(people)
    return AccountView(
        shown=shown,
        since=instant(shown.row.started_at, now=now, zone=viewer_zone(user)),
        people=people,
        unseen=counted(unseen, "other person", "other people") if unseen else "",
    )


def account_lines(user: User, asked: Asked, *, now: datetime) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of CSV; nothing stands as idle that is not yet."""
    rows = accounts.read_list(_reps(user, asked), asked.part.name, now=now)
    ids = [row.account_id for row in rows]
    people, words = accounts.count_people(ids, settings_in_force().lead_types), read_words(ids)
    for row in rows:
        told = {one.act: one.at for one in words.get(row.account_id, ()) if one.state == "done"}
        yield (
            row.account_id, row.name, row.owner, row.due_at if row.due_at <= now else None, row.started_at,
            row.last_touch_at, people.get(row.account_id, 0), told.get(Act.REMIND_REP), told.get(Act.TELL_MANAGER),
        )  # fmt: skip


def _reps(user: User, asked: Asked) -> Collection[str] | None:
    return visible_reps(user) if asked.rep is None else {asked.rep}


def _shown(user: User, rows: Sequence[Row], settings: ModelSettings, now: datetime) -> list[AccountRow]:
    zone, ids = viewer_zone(user), [row.account_id for row in rows]
    people: Mapping[str, int] = accounts.count_people(ids, settings.lead_types)
    words: Mapping[str, Sequence[Decided]] = read_words(ids)
    return [
        AccountRow(
            row=row,
            href=reverse("target-account", args=[row.account_id]),
            is_idle=row.due_at <= now,
            idle=instant(row.due_at, now=now, zone=zone),
            touched=None if row.last_touch_at is None else instant(row.last_touch_at, now=now, zone=zone),
            people=people.get(row.account_id, 0),
            told=[
                ToldOf(_WHO[Act(one.act)], one.state, one.said, instant(one.at, now=now, zone=zone))
                for one in words.get(row.account_id, ())
            ],
        )
        for row in rows
    ]
