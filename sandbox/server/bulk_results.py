"""A bulk job's result at rest: the CSV lines in one file, and in another where each line starts.

Any page of any size is then one stretch of bytes, whatever the values contain.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

_CHUNK_BYTES = 1 << 18
_OFFSET_BYTES = 8


@dataclass(frozen=True, slots=True)
class Results:
    """The files of one job in the folder of all."""

    folder: Path
    job_id: str

    @property
    def _lines(self) -> Path:
        return self.folder / f"{self.job_id}.csv"

    @property
    def _ends(self) -> Path:
        return self.folder / f"{self.job_id}.ends"

    def write(self, batches: Iterable[list[bytes]]) -> int:
        """Writes all lines and answers how many."""
        self.folder.mkdir(exist_ok=True)
        count, size = 0, 0
        with self._lines.open("wb") as lines, self._ends.open("wb") as ends:
            for batch in batches:
                lines.write(b"".join(batch))
                offsets = array("q", accumulate(map(len, batch), initial=size))
                size = offsets[-1]
                offsets[1:].tofile(ends)
                count += len(batch)
        return count

    def read(self, first: int, after: int) -> Iterator[bytes]:
        """The bytes of the lines from `first` up to and without `after`, in chunks."""
        start, end = self._start_of(first), self._start_of(after)
        with self._lines.open("rb") as lines:
            lines.seek(start)
            while start < end:
                chunk = lines.read(min(_CHUNK_BYTES, end - start))
                start += len(chunk)
                yield chunk

    def remove(self) -> None:
        """Deletes both files, if they are there."""
        self._lines.unlink(missing_ok=True)
        self._ends.unlink(missing_ok=True)

    def _start_of(self, line: int) -> int:
        if line == 0:
            return 0
        with self._ends.open("rb") as ends:
            ends.seek((line - 1) * _OFFSET_BYTES)
            return int.from_bytes(ends.read(_OFFSET_BYTES), "little")
