"""Which organisation a demo shows, and its data file: made once, kept until another one is asked for."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from base.servers.home import REPOSITORY
from config.demo.errors import DemoError

# A file of the company's own: its statuses and reasons mean nothing to the settings the app ships with.
COMPANY_MODEL = REPOSITORY / "sandbox" / "company" / "model.yaml"
CHUNK = 1 << 20
NAME = "organisation.data"


class Organisation(Protocol):
    """Something the sandbox can make a data file of."""

    @property
    def rep(self) -> str | None:
        """The Salesforce user name of the rep who shows it best; None where nobody knows."""

    def fingerprint(self) -> str:
        """What tells this organisation from every other one."""

    def describe(self) -> str:
        """The organisation in the user's words."""

    def command(self, data: Path) -> Sequence[str]:
        """The command that makes the data file."""


@dataclass(frozen=True)
class ExampleCompany:
    """The company generated from a seed."""

    leads: int
    seed: int
    rep: str | None = "alice.moreau@fieldnote.example"

    def fingerprint(self) -> str:
        """Size and seed; the twelve months end when it was first made."""
        return f"company-{self.leads}-{self.seed}"

    def describe(self) -> str:
        """Its size and seed."""
        return f"the example company ({self.leads:,} leads, seed {self.seed})"

    def command(self, data: Path) -> Sequence[str]:
        """Generate it."""
        size = ["--leads", str(self.leads), "--seed", str(self.seed)]
        return [sys.executable, "-m", "sandbox", "company", *size, "--data", str(data)]


@dataclass(frozen=True)
class Export:
    """A Salesforce data export: a folder of CSV files, or a zip of them."""

    path: Path
    rep: str | None = None

    def fingerprint(self) -> str:
        """A digest of names and contents, so that the same export elsewhere is the same organisation.

        Raises DemoError when it cannot be read.
        """
        digest = hashlib.sha256()
        try:
            for file in self._files():
                digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
                with file.open("rb") as content:
                    while chunk := content.read(CHUNK):
                        digest.update(chunk)
        except OSError as error:
            raise DemoError(
                f"The export {self.path} cannot be read ({error.strerror}): name one that you can read."
            ) from error
        return f"export-{digest.hexdigest()[:32]}"

    def describe(self) -> str:
        """Its file's name."""
        return f"the export {self.path.name}"

    def command(self, data: Path) -> Sequence[str]:
        """Load it."""
        return [sys.executable, "-m", "sandbox", "load", str(self.path), "--data", str(data)]

    def _files(self) -> list[Path]:
        if self.path.is_dir():
            return sorted(file for file in self.path.rglob("*") if file.is_file())
        if self.path.exists():
            return [self.path]
        message = f"There is no export at {self.path}: name a folder of CSV files, or a zip of them."
        raise DemoError(message)


class DataFile:
    """The sandbox's data file of the demo, in a folder with what its database engine puts beside it."""

    def __init__(self, folder: Path) -> None:
        """In the demo's own folder."""
        self._complete = folder / "organisation"
        self._unfinished = folder / "organisation.unfinished"
        self.path = self._complete / NAME

    def holds(self, fingerprint: str) -> bool:
        """Whether the file is there and of this organisation."""
        note = self._complete / "fingerprint"
        return note.exists() and note.read_text() == fingerprint

    def begin(self) -> Path:
        """Remove what there is, and return where the new file is to be made."""
        for folder in (self._complete, self._unfinished):
            if folder.exists():
                shutil.rmtree(folder)
        self._unfinished.mkdir()
        return self._unfinished / NAME

    def accept(self, fingerprint: str) -> None:
        """The new file is complete: only now it gets its final name, so a kill leaves nothing that looks whole."""
        (self._unfinished / "fingerprint").write_text(fingerprint)
        self._unfinished.rename(self._complete)
