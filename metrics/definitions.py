"""Every figure, once (`lead-model.md`, Figures). Order is the order of reports."""

from __future__ import annotations

from metrics.spec import Figure, Kind, Unit

INBOUND = "path = 'inbound'"
OWES = "owes"
"""Every cycle; per rep, the spans that owe a response. The first rep's others only tell outcomes (M12)."""
ANSWERED = f"{INBOUND} AND is_touched"
PICKED_UP = "(is_touched OR is_bypassed)"
STAYED = "outcome <> 'withdrawn'"
CYCLE_PICKED_UP = "tells_outcome AND handling IN ('touched', 'bypassed')"
_EXCEPTIONS = "people under an exception"


def _count(name: str, label: str, member: str, counts: str) -> Figure:
    return Figure(name, label, Kind.COUNT, Unit.COUNT, counts, _EXCEPTIONS, member=member, population=member)


def _outcome(name: str, label: str, words: str) -> Figure:
    return _count(
        name,
        label,
        f"tells_outcome AND outcome = '{name}'",
        f"cycles {words}; per rep, under the cycle's first rep",
    )


def _response(
    name: str,
    label: str,
    kind: Kind,
    *,
    at: float = 0.5,
    value: str = "response_s",
    hours: str = "calendar hours",
) -> Figure:
    return Figure(
        name,
        label,
        kind,
        Unit.SECONDS,
        f"time from the assignment to the first counted touch, in {hours}; per rep, from getting the person",
        f"outbound, bypassed, still waiting, {_EXCEPTIONS}",
        member=ANSWERED,
        population=ANSWERED,
        value=value,
        at=at,
    )


def _waiting(name: str, label: str, at: float) -> Figure:
    return Figure(
        name,
        label,
        Kind.WAITING_PERCENTILE,
        Unit.SECONDS,
        "the same, with those still waiting counted as “at least this long” (Kaplan-Meier)",
        f"outbound, bypassed, closed by automation, passed on to others, {_EXCEPTIONS}",
        member=ANSWERED,
        population=f"{OWES} AND {INBOUND} AND (is_touched OR (handling = 'untouched' AND ended_at IS NULL))",
        value="CASE WHEN is_touched THEN response_s ELSE waited_s END",
        at=at,
    )


def _within(name: str, label: str, seconds: int) -> Figure:
    return Figure(
        name,
        label,
        Kind.COUNT,
        Unit.COUNT,
        f"first touches at most {seconds // 3600} hours after the assignment, exactly that included",
        f"outbound, bypassed, {_EXCEPTIONS}",
        member=f"{ANSWERED} AND response_s <= {seconds}",
        population=f"{ANSWERED} AND response_s <= {seconds}",
    )


FIGURES: tuple[Figure, ...] = (
    _count(
        "assigned",
        "Assigned",
        OWES,
        "cycles that began in the period; per rep, times the rep held a person who waited for an answer",
    ),
    _count("touched", "Touched", "is_touched", "those that got a counted touch"),
    _count("bypassed", "Bypassed", "is_bypassed", "those a human closed without any counted touch"),
    _count("picked_up", "Picked up", PICKED_UP, "touched and bypassed together"),
    Figure(
        "pick_up_rate",
        "Picked up",
        Kind.SHARE,
        Unit.SHARE,
        "picked up / assigned",
        f"outbound, withdrawn, {_EXCEPTIONS}",
        member=PICKED_UP,
        population=f"{OWES} AND {INBOUND} AND {STAYED}",
    ),
    _response("response_median_s", "Response, median", Kind.PERCENTILE),
    _response("response_p90_s", "Response, P90", Kind.PERCENTILE, at=0.9),
    _response("response_mean_s", "Response, mean", Kind.MEAN),
    _response(
        "response_median_business_s",
        "Response in business hours, median",
        Kind.PERCENTILE,
        value="response_business_s",
        hours="business hours of the rep",
    ),
    _waiting("response_median_waiting_s", "Response with the waiting, median", 0.5),
    _waiting("response_p90_waiting_s", "Response with the waiting, P90", 0.9),
    _within("responded_within_2h", "Within 2 h", 7200),
    _within("responded_within_24h", "Within 24 h", 86400),
    Figure(
        "sla_attainment",
        "In time",
        Kind.SHARE,
        Unit.SHARE,
        "answered within the promised time / answered or past due",
        f"outbound, still inside the window, closed before it ended, withdrawn, {_EXCEPTIONS}",
        member="is_touched AND response_s <= %(target_s)s",
        population=f"{OWES} AND {INBOUND} AND {STAYED} AND (is_touched OR waited_s > %(target_s)s)",
    ),
    Figure(
        "touchless_rate",
        "Touchless",
        Kind.SHARE,
        Unit.SHARE,
        "bypassed / assigned",
        f"bypasses for a pre-qualification reason (shown apart), withdrawn, {_EXCEPTIONS}",
        member="is_bypassed AND NOT is_pre_qualification",
        population=f"{OWES} AND {STAYED}",
    ),
    _count(
        "touchless_pre_qualification",
        "Touchless, pre-qualification",
        f"is_bypassed AND is_pre_qualification AND {STAYED}",
        "bypassed for a reason that allows it",
    ),
    Figure(
        "touches_mean",
        "Touches",
        Kind.MEAN,
        Unit.MEAN,
        "all counted touches per touched cycle, late-logged and colleagues' too; per rep, under the first rep",
        f"cycles without a touch, {_EXCEPTIONS}",
        member="tells_outcome AND touch_count > 0",
        population="tells_outcome AND touch_count > 0",
        value="touch_count",
    ),
    _outcome("qualified", "Qualified", "that ended, or were ever amended, as qualified"),
    _outcome("nurture", "Nurture", "that ended as nurture"),
    _outcome("unqualified", "Unqualified", "that ended as unqualified"),
    _outcome("withdrawn", "Withdrawn", "taken back to Raw, or ended by a merge"),
    _outcome("open", "Open", "that have not ended"),
    Figure(
        "qualified_rate",
        "Qualified",
        Kind.SHARE,
        Unit.SHARE,
        "qualified / picked up",
        f"withdrawn, {_EXCEPTIONS}",
        member="outcome = 'qualified'",
        population=f"{CYCLE_PICKED_UP} AND {STAYED}",
    ),
    Figure(
        "qualified_of_assigned_rate",
        "Qualified of assigned",
        Kind.SHARE,
        Unit.SHARE,
        "qualified / assigned",
        f"withdrawn, {_EXCEPTIONS}",
        member="outcome = 'qualified'",
        population=f"tells_outcome AND {STAYED}",
    ),
)
BY_NAME = {figure.name: figure for figure in FIGURES}
LEFT_OUT = Figure(
    "left_out",
    "Left out",
    Kind.COUNT,
    Unit.COUNT,
    "cycles that began in the period, of people under an exception at the instant; per rep, the rep's part of them",
    "everybody else",
    of_left_out=True,
)
"""What exceptions leave out of all figures (M16): a list to open, with no value of its own among figures."""
