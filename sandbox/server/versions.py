"""Which versions of the API answer."""

from __future__ import annotations

from starlette.responses import Response

from sandbox.org.errors import ApiError, not_found
from sandbox.server.answers import Call, answer

OLDEST, NEWEST = 41, 68
_RETIRED = range(21, 31)
_SEASONS = ("Spring", "Summer", "Winter")


def check(version: str) -> None:
    """Refuses a version such as `25.0` that is retired or was never there. Raises ApiError."""
    number, dot, rest = version.partition(".")
    if not number.isdecimal() or dot != "." or rest != "0":
        raise not_found()
    if int(number) in _RETIRED:
        raise ApiError(
            410, "UNSUPPORTED_API_VERSION", f"API version v{version} is retired: use v{OLDEST}.0 or later"
        )
    if not OLDEST <= int(number) <= NEWEST:
        raise not_found()


def listed(_call: Call) -> Response:
    """GET /services/data, which needs no session."""
    return answer(
        [
            {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number in range(OLDEST, NEWEST + 1)
        ]
    )


def _label(number: int) -> str:
    """Three releases a year; version 41 was Winter '18, 42 Spring '18."""
    season = _SEASONS[(number - 42) % 3]
    year = 18 + (number - 42) // 3 + (season == "Winter")
    return f"{season} '{year}"
