"""A company repeated until it is as large as the issue asks: making a million leads anew would take an hour."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from sandbox.org.ids import DIGITS, INSTANCE

_ONCE = {"Campaign", "Group", "Profile", "User", "UserRole"}
"""What all copies share: who works there, and with which campaigns."""
_OTHERS = b"001|003|006|008|00K|00Q|00T|00U|00v|017"
"""The key prefixes of whatever is another one in each copy."""
_FIRST = f"{INSTANCE}000".encode()
"""How such Ids go on in a company of less than fourteen million records of an object."""
_IDS = re.compile(b'"(' + _OTHERS + b")" + _FIRST)


def repeat(company: Path, into: Path, copies: int) -> None:
    """Copy a folder of pages, and everything about people `copies` times, under Ids of their own."""
    if copies > len(DIGITS) ** 2:
        raise ValueError(f"{copies} copies: there are Ids for {len(DIGITS) ** 2}")
    for folder in sorted(path for path in company.iterdir() if path.is_dir()):
        (into / folder.name).mkdir(parents=True)
        shutil.copyfile(folder / "fields.json", into / folder.name / "fields.json")
        pages = sorted(folder.glob("page-*.csv"))
        for copy in range(1 if folder.name in _ONCE else copies):
            high, low = divmod(copy, len(DIGITS))
            ours = rb'"\g<1>' + f"{INSTANCE}{DIGITS[high]}{DIGITS[low]}0".encode()
            for number, page in enumerate(pages, copy * len(pages)):
                told = _IDS.sub(ours, page.read_bytes())
                (into / folder.name / f"page-{number:06}.csv").write_bytes(told)
