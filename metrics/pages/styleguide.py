"""Every component with invented data, to look at while changing one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from base.words import instant
from leadmodel.pages.parts import TileView
from metrics.pages.cells import Against, Cell, Trend
from metrics.pages.grid import Column, Grid, GridRow
from metrics.pages.people_rows import Badge, BehindRow, WaitingRow


def read_styleguide(*, now: datetime) -> dict[str, Any]:
    """What the style guide's template shows."""
    zone = ZoneInfo("UTC")
    tiles = [
        TileView("Outside SLA", "people past the promised time", 7, "bad", "#", is_selected=True),
        TileView("Due in 30 min", "people due soon", 4, "near", "#", is_selected=False),
        TileView("Working", "people with a touch", 1204, "", "#", is_selected=False),
        TileView("Nobody's", "people nobody holds", 0, "zero", "#", is_selected=False),
    ]
    up = Trend("▲", "3.1 pt", "up 3.1 pt from 88.2 % in the period before")
    cells = [
        Cell(
            "assigned",
            "Assigned",
            "412",
            "",
            is_few=False,
            against=None,
            trend=up,
            href="#",
            is_selected=False,
        ),
        _cell("98.9 %", Against("good", "meets the target of at least 95 %", 62), up),
        _cell("93.4 %", Against("near", "just misses the target of at least 95 %", 58), None),
        _cell("74.7 %", Against("bad", "misses the target of at least 95 %", 45), up, is_selected=True),
        _cell("4 of 5", None, None, is_few=True),
    ]
    columns = [
        Column(name, name.capitalize(), target, "Counts this. Leaves out that.", "#", "")
        for name, target in (
            ("count", ""),
            ("good", "at least 95 %"),
            ("near", "at least 95 %"),
            ("bad", "at least 95 %"),
            ("few", "at least 95 %"),
        )
    ]
    assigned = instant(now - timedelta(hours=3), now=now, zone=zone)
    behind = [
        BehindRow(
            "#", "Ingrid Solheim", "VP Operations · Fjordtech AS", 2, "Bob Castellano", "Demo request", "Website",
            "inbound", assigned, measure, waiting, tone, touches, stage, "", counts,
        )
        for measure, waiting, tone, touches, stage, counts in (
            ("at least 3 h 00 min", True, "bad", 0, Badge("Assigned, waiting", "near"), False),
            ("36 min", False, "", 4, Badge("Qualified", "good"), True),
        )
    ]  # fmt: skip
    waiting = [
        WaitingRow(
            "#", "", "Tomás Vidal", "Head of Data · Grupo Vidal", cycle, cause, "Pricing page", "Website", "inbound",
            "Alice Moreau", assigned, "3 h 00 min", due, words, tone, touched, touches, Badge("Working"), turns=False,
        )
        for cycle, cause, due, words, tone, touched, touches in (
            (1, "", assigned, "due 60 min ago", "bad", None, 0),
            (2, "last time: budget", assigned, "38 min left", "near", None, 0),
            (1, "", None, "", "", assigned, 3),
        )
    ]  # fmt: skip
    grid = Grid(
        "#", columns, GridRow("Team West", "each cycle once", "", cells), [GridRow("Bob", "", "#", cells)], 3
    )
    return {
        "tiles": tiles,
        "grid": grid,
        "behind": behind,
        "waiting": waiting,
        "badges": [Badge("Working"), Badge("Qualified", "good"), Badge("P1", "near"), Badge("missed", "bad")],
    }


def _cell(
    value: str,
    against: Against | None,
    trend: Trend | None,
    *,
    is_few: bool = False,
    is_selected: bool = False,
) -> Cell:
    return Cell(
        "pick_up_rate",
        "Picked up",
        value,
        "" if is_few else "of 91",
        is_few=is_few,
        against=against,
        trend=trend,
        href="#",
        is_selected=is_selected,
    )
