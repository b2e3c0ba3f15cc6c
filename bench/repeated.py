"""A company repeated until it is as large as the issue asks: making a million leads anew would take an hour."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import reduce
from itertools import count, islice
from pathlib import Path

from sandbox.org.ids import DIGITS
from sync.salesforce.bulk import PAGE_ROWS

TASKS_A_LEAD = 5
_FIRST = b"gL0000"
"""Where the Ids of a company of less than fourteen million records tell no number yet."""
_REPEATED = {"Lead": (b"00Q",), "Task": (b"00T", b"00Q")}
"""Object → the key prefixes whose Ids are other ones in each copy: their own, and whom they are about."""


def repeat(company: Path, into: Path, leads: int) -> None:
    """Copy a folder of pages; Leads and Tasks again and again, under Ids of their own, until there are enough."""
    shutil.copytree(company, into)
    for name, row_count in (("Lead", leads), ("Task", leads * TASKS_A_LEAD)):
        pages = sorted((company / name).glob("page-*.csv"))
        for page in (into / name).glob("page-*.csv"):
            page.unlink()
        header = pages[0].open("rb").readline()
        rows = islice(_copies(pages, _REPEATED[name]), row_count)
        for number in range(-(-row_count // PAGE_ROWS)):
            with (into / name / f"page-{number:06}.csv").open("wb") as file:
                file.write(header)
                file.writelines(islice(rows, PAGE_ROWS))


def _copies(pages: list[Path], prefixes: tuple[bytes, ...]) -> Iterator[bytes]:
    for number in count():
        high, low = divmod(number, len(DIGITS))
        code = f"gL0{DIGITS[high]}{DIGITS[low]}0".encode()
        others = [(b'"' + prefix + _FIRST, b'"' + prefix + code) for prefix in prefixes]
        for page in pages:
            with page.open("rb") as file:
                next(file)
                for row in file:
                    yield reduce(lambda text, other: text.replace(*other), others, row)
