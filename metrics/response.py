"""How long people wait for an answer, and why: parts of the relation of figures, counted and opened by one predicate.

All of it is about inbound cycles, each once; per rep, the figures themselves tell (M12).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from metrics.compile import rows_sql
from metrics.definitions import ANSWERED, INBOUND, OWES
from metrics.query import State
from metrics.selection import Selection
from metrics.spec import All, Condition, Figure, Kind, Unit, sql_of

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
EDGES = (
    (5 * _MINUTE, "5 min"),
    (15 * _MINUTE, "15 min"),
    (30 * _MINUTE, "30 min"),
    (_HOUR, "1 h"),
    (2 * _HOUR, "2 h"),
    (4 * _HOUR, "4 h"),
    (8 * _HOUR, "8 h"),
    (_DAY, "24 h"),
    (3 * _DAY, "3 days"),
    (7 * _DAY, "7 days"),
)
"""The steps of the distribution: each holds its end, as every promise does (M17)."""
PARTS = {"system": "with machines", "queue": "in queues", "owner": "people at work", "off_hours": "off hours"}
"""Where the time to an answer goes (R082)."""
ARRIVED, FIRST_TOUCHED = "arrived", "answered"
MAPS = {ARRIVED: "Arrivals", FIRST_TOUCHED: "First answers"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EXCEPTIONS = "people under an exception"
_AT = {ARRIVED: "assigned_at", FIRST_TOUCHED: "first_touch_at"}
_MOST = f"GREATEST({', '.join(f'{part}_s' for part in PARTS)})"


@dataclass(frozen=True)
class Part:
    """Some of the cycles. `word` stands in addresses; the conditions ask for the organisation's zone as `zone`."""

    word: str
    label: str
    counts: str
    counted: All
    leaves_out: str

    @property
    def member(self) -> str:
        """Its rows, as SQL."""
        return sql_of(self.counted)

    def figure(self) -> Figure:
        """The part as a figure over the same relation."""
        return Figure(
            "response", self.label, Kind.COUNT, Unit.COUNT, self.counts, self.leaves_out,
            counted=self.counted, among=self.counted,
        )  # fmt: skip


def _parts() -> Iterator[Part]:
    unanswered = f"outbound, bypassed, still waiting, {_EXCEPTIONS}"
    after, before = 0, ""
    for number, (seconds, label) in enumerate(EDGES):
        low = (Condition(f"response_s > {after}"),) if number else ()
        words = f"{before} to {label}" if before else f"up to {label}"
        counts = (
            f"first touches in more than {before} and at most {label}" if before else f"in at most {label}"
        )
        took = (*ANSWERED, *low, Condition(f"response_s <= {seconds}"))
        yield Part(f"took.{number}", words, counts, took, unanswered)
        after, before = seconds, label
    yield Part(
        f"took.{len(EDGES)}", f"over {before}", f"first touches after more than {before}",
        (*ANSWERED, Condition(f"response_s > {after}")), unanswered,
    )  # fmt: skip
    yield Part(
        "waiting", "still waiting", "open cycles without a counted touch",
        (OWES, INBOUND, Condition("handling = 'untouched' AND ended_at IS NULL")),
        f"outbound, closed, {_EXCEPTIONS}",
    )  # fmt: skip
    late: All = (*ANSWERED, Condition("response_s > target_s"))
    taken = ""
    for name, label in PARTS.items():
        yield Part(
            f"late.{name}", f"late, mostly {label}",
            f"answers past the promised time of which the greatest part was {label}",
            (*late, Condition(f"{name}_s = {_MOST}{taken}")), f"answered in time, {unanswered}",
        )  # fmt: skip
        taken += f" AND {name}_s < {_MOST}"
    for kind, what in MAPS.items():
        for day, weekday in enumerate(WEEKDAYS, start=1):
            for hour in range(24):
                yield Part(
                    f"{kind}.{day}.{hour}", f"{what}, {weekday} {hour:02}:00",
                    f"{what.lower()} on this weekday from {hour:02}:00 to {hour:02}:59 in the organisation's time zone",
                    (INBOUND, Condition(f"{_slot(kind)} = {day * 100 + hour}")), f"outbound, {_EXCEPTIONS}",
                )  # fmt: skip


def _slot(kind: str) -> str:
    """Weekday (1 is Monday) × 100 + hour of an instant; none where it never came."""
    local = f"({_AT[kind]} AT TIME ZONE %(zone)s)"
    return f"(extract(isodow FROM {local}) * 100 + extract(hour FROM {local}))::int"


BY_WORD: Mapping[str, Part] = {part.word: part for part in _parts()}
"""Every part by its word."""
TAKING = tuple(word for word in BY_WORD if word.startswith("took."))
LATE = tuple(f"late.{name}" for name in PARTS)


@dataclass(frozen=True)
class Counted:
    """How many cycles are in each part, by its word; those of none are not in it."""

    cycles: Counter[str]
    slots: Counter[str]


def count_parts(selection: Selection, state: State, zone: str, kind: str) -> Counted:
    """All parts of a selection, in two statements; of the maps the one of this kind."""
    words = (*TAKING, "waiting", *LATE)
    rows = rows_sql(selection, by=None, prefix=state.prefix)
    columns = ", ".join(f"count(*) FILTER (WHERE {BY_WORD[word].member})" for word in words)
    values = state.values | {"zone": zone}
    state.cursor.execute(f"SELECT {columns} FROM ({rows}) found", values)
    (told,) = state.cursor.fetchall()
    state.cursor.execute(
        f"SELECT {_slot(kind)}, count(*) FROM ({rows}) found"
        f" WHERE {INBOUND.sql} AND {_AT[kind]} IS NOT NULL GROUP BY 1",
        values,
    )
    slots = Counter(
        {f"{kind}.{slot // 100}.{slot % 100}": number for slot, number in state.cursor.fetchall()}
    )
    return Counted(Counter(dict(zip(words, told, strict=True))), slots)
