"""Settings → Automation: what is stopped and by whom, and what waits because a day's most was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from alerts.caps import messages
from alerts.stops import LABELS
from base.models import User
from base.pages import viewer_zone
from base.words import instant
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.may_act import ABANDON, REASSIGN
from leadmodel.most_a_day import Cap, decisions
from leadmodel.pages.write_back import Move, Switch
from leadmodel.settings_store import settings_in_force
from sync.models import WriteSwitch
from sync.writeback.modes import STOP, Mode, own_mode, switches

_SHORT = {Mode.ON: "on", Mode.OFF: "off"}
MOVES_SHOWN = 20


@dataclass(frozen=True)
class CapLine:
    """A day's most of one kind of act. `setting`: what names it.

    `done_href`: the list of what was done, the latest first; `href`: of what waits.
    """

    label: str
    setting: str
    cap: Cap
    done_href: str
    href: str


@dataclass(frozen=True)
class AutomationView:
    """The page. `stop` is the switch for everything."""

    stop: Switch
    switches: list[Switch]
    moves: list[Move]
    caps: list[CapLine]


def view_automation(user: User, *, now: datetime) -> AutomationView:
    """How everything stands."""
    moved, zone = switches(), viewer_zone(user)
    modes = [(mode.value, words) for mode, words in _SHORT.items()]

    def move(one: WriteSwitch) -> Move:
        at = instant(one.moved_at, now=now, zone=zone)
        return Move(LABELS[one.kind], _SHORT[Mode(one.mode)], str(one.moved_by or "somebody"), at, one.why)

    def switch(kind: str) -> Switch:
        latest = move(moved[kind]) if kind in moved else None
        return Switch(kind, LABELS[kind], own_mode(moved, kind).value, modes, latest)

    moves = WriteSwitch.objects.filter(kind__in=LABELS).order_by("-moved_at", "-pk")
    return AutomationView(
        stop=switch(STOP),
        switches=[switch(kind) for kind in LABELS if kind != STOP],
        moves=[move(one) for one in moves.select_related("moved_by")[:MOVES_SHOWN]],
        caps=_caps(settings_in_force(), now),
    )


def _caps(settings: ModelSettings, now: datetime) -> list[CapLine]:
    log, writes = reverse("audit"), f"{reverse('write-back')}?show=waiting&kind="
    return [
        CapLine(
            "People given up",
            "auto_abandon.most_a_day",
            decisions(ABANDON, settings, now=now),
            f"{log}?who=auto-abandon",
            writes + ABANDON,
        ),
        CapLine(
            "Re-assignments",
            "reassignment.most_a_day",
            decisions(REASSIGN, settings, now=now),
            f"{log}?who=auto-reassign",
            f"{reverse('escalations')}?show=waiting&act=reassign",
        ),
        CapLine(
            "Messages",
            "telling.most_a_day",
            messages(settings, now=now),
            f"{reverse('messages')}?show=sent",
            f"{reverse('messages')}?show=waiting",
        ),
    ]
