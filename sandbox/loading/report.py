"""What a load did, for the person who asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record left out. `line` is where it starts in its file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


@dataclass(slots=True)
class Report:
    """Counts of all, and the first thousand rejections in words."""

    loaded: dict[str, int] = field(default_factory=dict)
    added_fields: dict[str, list[str]] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    rejections: list[Rejected] = field(default_factory=list)
    rejected: int = 0

    def reject(self, file: str, line: int, reason: str) -> None:
        """Counts a record that is left out, and says why."""
        self.rejected += 1
        if len(self.rejections) < _MOST_KEPT:
            self.rejections.append(Rejected(file, line, reason))

    def lines(self) -> Iterator[str]:
        """What was loaded, a line per object, then what was passed over."""
        for name, count in self.loaded.items():
            added = self.added_fields.get(name)
            yield f"{name}: {count} records" + (f"; new fields {', '.join(added)}" if added else "")
        yield from self.passed_over
        if self.rejected:
            yield f"{self.rejected} records rejected."

    def told_rejections(self) -> Iterator[str]:
        """A line per record left out, by file and line."""
        for one in sorted(self.rejections, key=lambda one: (one.file, one.line)):
            yield f"rejected {one}"
        if self.rejected > len(self.rejections):
            yield f"rejected {self.rejected - len(self.rejections)} more"
