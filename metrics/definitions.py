"""Every figure, once (`lead-model.md`, Figures). Order is the order of reports."""

from __future__ import annotations

from leadmodel.lifecycle.explain import Topic
from leadmodel.lifecycle.stages import Outcome
from metrics.spec import All, Condition, Figure, Kind, Unit

INBOUND = Condition("path = 'inbound'", "outbound", "M5", Topic.PATH)
OWES = Condition("owes", "nobody waited for an answer of this rep", "M12", Topic.HOLDER)
"""Every cycle; per rep, the spans that owe a response. The first rep's others only tell outcomes (M12)."""
TELLS_OUTCOME = Condition("tells_outcome", "told under the cycle's first rep", "M12", Topic.HOLDER)
_UNTOUCHED = (
    ("is_bypassed", "closed without a touch"),
    ("handling = 'by_automation'", "closed by automation, never touched"),
)
TOUCHED = Condition("is_touched", "no touch yet", "M7", Topic.TOUCH, _UNTOUCHED)
BYPASSED = Condition(
    "is_bypassed",
    "nobody closed it without a touch",
    "M10",
    Topic.TOUCH,
    (("is_touched", "touched"), ("handling = 'by_automation'", "closed by automation")),
)
PICKED_UP = Condition(
    "is_touched OR is_bypassed",
    "nobody touched it yet",
    "M10",
    Topic.TOUCH,
    (("handling = 'by_automation'", "closed by automation"),),
)
PRE_QUALIFICATION = Condition(
    "is_pre_qualification", "not for a pre-qualification reason", "M10", Topic.ENDING
)
NOT_PRE_QUALIFICATION = Condition(
    "NOT is_pre_qualification", "bypassed for a pre-qualification reason", "M10", Topic.ENDING
)
STAYED = Condition("outcome <> 'withdrawn'", "withdrawn", "K4", Topic.ENDING)
CYCLE_PICKED_UP = Condition(
    "handling IN ('touched', 'bypassed')", "not picked up", "M10", Topic.TOUCH, _UNTOUCHED[1:]
)
ANSWERED = (INBOUND, TOUCHED)
WAITS_OR_ANSWERED = Condition(
    "is_touched OR (handling = 'untouched' AND ended_at IS NULL)",
    "passed on to others",
    "M8",
    Topic.TOUCH,
    _UNTOUCHED,
)
IN_TIME = Condition("response_s <= target_s", "answered past the target", "M18", Topic.TOUCH)
DUE = Condition(
    "is_touched OR waited_s > target_s",
    "still inside the window",
    "M18",
    Topic.TOUCH,
    (("ended_at IS NOT NULL", "closed before the window ended"),),
)
OFF_HOURS = Condition("is_off_hours", "came in business hours", "M17", Topic.HOLDER)
HAS_TOUCHES = Condition("touch_count > 0", "no touch", "M7", Topic.TOUCH, _UNTOUCHED)
AGREED = Condition(
    "outcome = 'qualified' OR meeting_at IS NOT NULL", "neither qualified nor met", "M8", Topic.ENDING
)
"""An MQO (R141): see `lifecycle.aliases`."""
PIPELINE = Condition("pipeline_at IS NOT NULL", "no opportunity became pipeline", "M8", Topic.ENDING)
_EXCEPTIONS = "people under an exception"


def _count(name: str, label: str, counted: All, counts: str) -> Figure:
    return Figure(name, label, Kind.COUNT, Unit.COUNT, counts, _EXCEPTIONS, counted=counted, among=counted)


_ENDED_AS = tuple((f"outcome = '{outcome}'", f"it is {outcome}") for outcome in Outcome)


def _is(outcome: str) -> Condition:
    return Condition(f"outcome = '{outcome}'", "it ended otherwise", "M8", Topic.ENDING, _ENDED_AS)


def _outcome(name: str, label: str, words: str) -> Figure:
    return _count(
        name,
        label,
        (TELLS_OUTCOME, _is(name)),
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
        counted=ANSWERED,
        among=ANSWERED,
        value=value,
        at=at,
    )


def _went(part: str, label: str, words: str) -> Figure:
    return Figure(
        f"response_{part}_mean_s",
        label,
        Kind.MEAN,
        Unit.SECONDS,
        f"of the mean response, the time {words}; the four parts together are the mean response",
        f"outbound, bypassed, still waiting, {_EXCEPTIONS}",
        counted=ANSWERED,
        among=ANSWERED,
        value=f"{part}_s",
    )


def _waiting(name: str, label: str, at: float) -> Figure:
    return Figure(
        name,
        label,
        Kind.WAITING_PERCENTILE,
        Unit.SECONDS,
        "the same, with those still waiting counted as “at least this long” (Kaplan-Meier)",
        f"outbound, bypassed, closed by automation, passed on to others, {_EXCEPTIONS}",
        counted=ANSWERED,
        among=(OWES, INBOUND, WAITS_OR_ANSWERED),
        value="CASE WHEN is_touched THEN response_s ELSE waited_s END",
        at=at,
    )


def _within(name: str, label: str, seconds: int) -> Figure:
    soon = Condition(
        f"response_s <= {seconds}", f"answered after more than {seconds // 3600} h", "M17", Topic.TOUCH
    )
    return Figure(
        name,
        label,
        Kind.COUNT,
        Unit.COUNT,
        f"first touches at most {seconds // 3600} hours after the assignment, exactly that included",
        f"outbound, bypassed, {_EXCEPTIONS}",
        counted=(*ANSWERED, soon),
        among=(*ANSWERED, soon),
    )


FIGURES: tuple[Figure, ...] = (
    _count(
        "assigned",
        "Assigned",
        (OWES,),
        "cycles that began in the period; per rep, times the rep held a person who waited for an answer",
    ),
    _count("touched", "Touched", (TOUCHED,), "those that got a counted touch"),
    _count("bypassed", "Bypassed", (BYPASSED,), "those a human closed without any counted touch"),
    _count("picked_up", "Picked up", (PICKED_UP,), "touched and bypassed together"),
    Figure(
        "pick_up_rate",
        "Picked up",
        Kind.SHARE,
        Unit.SHARE,
        "picked up / assigned",
        f"outbound, withdrawn, {_EXCEPTIONS}",
        counted=(PICKED_UP,),
        among=(OWES, INBOUND, STAYED),
    ),
    Figure(
        "acceptance_rate",
        "Accepted",
        Kind.SHARE,
        Unit.SHARE,
        "touched / assigned: of what was handed over (AQL), how much somebody took up (MAL)",
        f"outbound, withdrawn, {_EXCEPTIONS}",
        counted=(TOUCHED,),
        among=(OWES, INBOUND, STAYED),
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
    _went("system", "Response, with machines", "with a machine or nobody, on its way"),
    _went("queue", "Response, in queues", "in a queue"),
    _went("owner", "Response, with people at work", "with people, while these worked"),
    _went("off_hours", "Response, off hours", "with people, outside their business hours"),
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
        counted=(TOUCHED, IN_TIME),
        among=(OWES, INBOUND, STAYED, DUE),
    ),
    Figure(
        "off_hours_rate",
        "Came off hours",
        Kind.SHARE,
        Unit.SHARE,
        "assigned outside the first rep's business hours / assigned; per rep, got outside the own ones",
        f"outbound, withdrawn, {_EXCEPTIONS}",
        counted=(OFF_HOURS,),
        among=(OWES, INBOUND, STAYED),
    ),
    Figure(
        "touchless_rate",
        "Touchless",
        Kind.SHARE,
        Unit.SHARE,
        "bypassed / assigned",
        f"bypasses for a pre-qualification reason (shown apart), withdrawn, {_EXCEPTIONS}",
        counted=(BYPASSED, NOT_PRE_QUALIFICATION),
        among=(OWES, STAYED),
    ),
    _count(
        "touchless_pre_qualification",
        "Touchless, pre-qualification",
        (BYPASSED, PRE_QUALIFICATION, STAYED),
        "bypassed for a reason that allows it",
    ),
    Figure(
        "touches_mean",
        "Touches",
        Kind.MEAN,
        Unit.MEAN,
        "all counted touches per touched cycle, late-logged and colleagues' too; per rep, under the first rep",
        f"cycles without a touch, {_EXCEPTIONS}",
        counted=(TELLS_OUTCOME, HAS_TOUCHES),
        among=(TELLS_OUTCOME, HAS_TOUCHES),
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
        counted=(_is("qualified"),),
        among=(TELLS_OUTCOME, CYCLE_PICKED_UP, STAYED),
    ),
    Figure(
        "qualified_of_assigned_rate",
        "Qualified of assigned",
        Kind.SHARE,
        Unit.SHARE,
        "qualified / assigned",
        f"withdrawn, {_EXCEPTIONS}",
        counted=(_is("qualified"),),
        among=(TELLS_OUTCOME, STAYED),
    ),
    Figure(
        "pipeline_rate",
        "Became pipeline",
        Kind.SHARE,
        Unit.SHARE,
        "with an opportunity that is pipeline (SQO) / qualified, or with a meeting (MQO)",
        f"withdrawn, {_EXCEPTIONS}",
        counted=(PIPELINE,),
        among=(TELLS_OUTCOME, STAYED, AGREED),
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
