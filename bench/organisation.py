"""The organisation benchmarks work on: the example company in a sandbox of its own, and its rows as a spool.

Made once per size and kept in the benchmarks' home, as making a hundred thousand leads takes longer than any benchmark.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from bench.repeated import repeat
from config.servers import home
from sync.fields import ensure_columns, want
from sync.reading import unheard
from sync.salesforce.bulk import read_bulk
from sync.salesforce.client import Organisation, connect
from sync.salesforce.objects import OBJECTS, MirroredObject
from sync.salesforce.spool import Page, Spool
from sync.schema import wanted

SEED = 1
LARGEST = 100_000
"""Of more leads than this, the rows are those of a smaller company, repeated."""
REPEATED = 20_000
CLIENT = "sandbox"
"""The default OAuth client's Id, and its secret."""
TOKEN = "bench"  # noqa: S105 - of a sandbox on this machine that lives for one run


def folder() -> Path:
    """Where organisations and spools are kept."""
    path = home().private / "bench"
    path.mkdir(parents=True, exist_ok=True)
    return path


def data_file(leads: int) -> Path:
    """The sandbox's file with a company of this size."""
    path = folder() / f"company-{leads}.data"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        arguments = ["--leads", str(leads), "--seed", str(SEED), "--data", str(unfinished)]
        subprocess.run([sys.executable, "-m", "sandbox", "company", *arguments], check=True)
        unfinished.rename(path)
    return path


@contextmanager
def serving(leads: int) -> Iterator[None]:
    """The company of this size behind https, and the settings that reach it. Works on a copy of the file."""
    with tempfile.TemporaryDirectory(dir=folder()) as place:
        data, ca = Path(place) / "organisation.data", Path(place) / "ca.pem"
        shutil.copyfile(data_file(leads), data)
        command = [sys.executable, "-m", "sandbox", "serve", "--data", str(data), "--port", "0"]
        process = subprocess.Popen(
            [*command, "--https-port", "0", "--ca-out", str(ca), "--token", TOKEN],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            url = next(word.rstrip(",;.") for word in ready.split() if word.startswith("https://"))
            _reach(url, ca)
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def leads_of(leads: int) -> int:
    """How many Leads there are where so many are asked for: a company that is repeated is repeated whole."""
    return leads if leads <= LARGEST else -(-leads // REPEATED) * REPEATED


def spools(leads: int) -> dict[str, Spool]:
    """Every object's rows as Bulk gave them once."""
    root = _spool_folder(leads)
    want(("Lead", name) for name in ("Nurture_Reason__c", "Unqualified_Reason__c", "Assigned_Date__c"))
    ensure_columns()
    if not root.exists():
        unfinished = root.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        if leads > LARGEST:
            spools(REPEATED)
            repeat(_spool_folder(REPEATED), unfinished, leads_of(leads) // REPEATED)
        else:
            _download_all(leads, unfinished)
        unfinished.rename(root)
    return {spec.name: _kept(root / spec.name) for spec in OBJECTS}


def _download_all(leads: int, folder: Path) -> None:
    with serving(leads):
        organisation = connect()
        for spec in OBJECTS:
            into = folder / spec.name
            into.mkdir(parents=True)
            download(organisation, spec, into)


def download(organisation: Organisation, spec: MirroredObject, into: Path) -> Spool:
    """All rows of an object by Bulk, into a folder."""
    types = organisation.describe(spec.name).types
    (into / "fields.json").write_text(json.dumps(types), encoding="utf-8")
    header = [name for name in wanted(spec) if name in types]
    spool = Spool(into)
    read_bulk(organisation, f"SELECT {', '.join(header)} FROM {spec.name}", spool, heard=unheard)
    return spool


@contextmanager
def reading_out(leads: int) -> Iterator[None]:
    """The rows of `spools` behind https, as Bulk results that were prepared beforehand, and the settings for it."""
    spools(leads)
    with tempfile.TemporaryDirectory(dir=folder()) as place:
        ca = Path(place) / "ca.pem"
        command = [sys.executable, "-m", "bench.prepared", str(_spool_folder(leads)), "--ca-out", str(ca)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            _reach(process.stdout.readline().strip(), ca)
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _spool_folder(leads: int) -> Path:
    return folder() / f"spool-{leads}"


def _reach(url: str, ca: Path) -> None:
    settings.SALESFORCE_URL = url
    settings.SALESFORCE_CLIENT_ID = settings.SALESFORCE_CLIENT_SECRET = CLIENT
    settings.SALESFORCE_CA_FILE = str(ca)
    settings.SALESFORCE_ALLOW_LOCAL = True


def _kept(path: Path) -> Spool:
    spool = Spool(path)
    for page in sorted(path.glob("page-*.csv")):
        with page.open("rb") as file:
            spool.pages.append(Page(page, sum(1 for _ in file) - 1))
    return spool
