"""The switches of write-back: what is written, only told, or held."""

from __future__ import annotations

from datetime import datetime

from base.models import Effect, User
from sync.models import WriteMode
from sync.models.writing import EVERYTHING


def modes() -> dict[str, WriteMode]:
    """What somebody switched, by kind."""
    return {mode.kind: mode for mode in WriteMode.objects.select_related("changed_by")}


def mode_of(switched: dict[str, WriteMode], effect: Effect) -> str:
    """The switch for all writes wins over a kind's own; what nobody switched is on."""
    everything = switched.get(EVERYTHING)
    if everything is not None and everything.mode != WriteMode.Mode.ON:
        return everything.mode
    own = switched.get(effect.kind)
    return own.mode if own is not None else WriteMode.Mode.ON


def held_kinds(switched: dict[str, WriteMode]) -> list[str]:
    """The kinds that wait while others are written."""
    return [kind for kind, mode in switched.items() if mode.mode == WriteMode.Mode.OFF]


def switch(kind: str, mode: WriteMode.Mode, *, by: User, now: datetime) -> None:
    """From now on writes of this kind are treated so."""
    WriteMode.objects.update_or_create(
        kind=kind, defaults={"mode": mode, "changed_by": by, "changed_at": now}
    )
