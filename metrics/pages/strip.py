"""Strips of tiles: facts that need somebody now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse

from leadmodel.pages.parts import TileView
from leadmodel.target_accounts import count_idle
from metrics import now as present
from metrics.pages.address import Asked
from metrics.pages.scope import Scope


def read_tiles(asked: Asked, scope: Scope) -> list[TileView]:
    """The Now strip. Of the past it is derived anew, so it is told only where a tile of it is asked for."""
    if asked.is_past and asked.tile is None:
        return []
    with present.moment(asked.now, scope.reps, as_of=asked.as_of, known_by=asked.known_by) as at:
        counts = present.count_tiles(at, scope.reps, with_nobodys=scope.sees_nobodys)
    tiles = [
        TileView(
            tile.label,
            tile.words,
            counts[tile.name],
            tile.tone if counts[tile.name] else "zero",
            asked.query(tile=tile.name, figure=None, left_out=None, rep=None),
            asked.tile == tile.name,
        )
        for tile in present.TILES
        if scope.sees_nobodys or tile.name != "nobodys"
    ]
    return tiles if asked.is_past else [*tiles, *idle_accounts(scope, scope.reps, now=asked.now)]


def idle_accounts(
    scope: Scope, reps: Collection[str] | None, *, now: datetime, query: str = ""
) -> list[TileView]:
    """The tile of these reps' idle target accounts, which leads to their page; none where nothing is promised."""
    if scope.settings.idle_accounts is None:
        return []
    count = count_idle(reps, now=now)
    words = "target accounts whose owner has been in touch with nobody of them for too long"
    return [
        TileView(
            "Idle accounts",
            words,
            count,
            "near" if count else "zero",
            reverse("target-accounts") + query,
            is_selected=False,
            is_elsewhere=True,
        )
    ]
