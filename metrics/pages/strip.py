"""Strips of tiles: facts that need somebody now."""

from __future__ import annotations

from leadmodel.pages.parts import TileView
from metrics import now as present
from metrics.pages.address import Asked
from metrics.pages.scope import Scope


def read_tiles(asked: Asked, scope: Scope) -> list[TileView]:
    """The Now strip. Of the past it is derived anew, so it is told only where a tile of it is asked for."""
    if asked.is_past and asked.tile is None:
        return []
    with present.moment(asked.now, scope.reps, as_of=asked.as_of, known_by=asked.known_by) as at:
        counts = present.count_tiles(at, scope.reps, with_nobodys=scope.sees_nobodys)
    return [
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
