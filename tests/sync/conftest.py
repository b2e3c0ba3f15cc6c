"""An organisation over real https, and our database beside it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pytest_django import Settings

from sandbox.loading.load import load
from sandbox.org.ids import make_id
from sandbox.org.org import Org
from sandbox.org.store import Store
from sandbox.server.certificates import issue
from sandbox.server.listening import background, listen
from sandbox.server.serving import Service
from sync import reading
from tests.sync.world import TOKEN, World

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday; time passes only when a story says so."""


def new_org(path: Path) -> Org:
    """An organisation with nobody in it but the user whom API clients act as."""
    path.write_bytes(_empty_file())
    org = Org(Store.open(path))
    org.clock.fix(NOON)
    return org


@cache
def _empty_file() -> bytes:
    """Its file: making the tables takes longer than many a story."""
    with TemporaryDirectory() as folder:
        store = Store.create(Path(folder) / "org.db")
        store.finish_bulk()
        otto = make_id("005", 0)
        store.insert_many(
            "User",
            [
                {"Id": otto, "Username": "otto@desk.example", "LastName": "Otto", "Name": "Otto", "IsActive": True,
                 "UserType": "Standard", "CreatedDate": "2026-01-01T00:00:00.000Z",
                 "LastModifiedDate": "2026-01-01T00:00:00.000Z", "SystemModstamp": "2026-01-01T00:00:00.000Z"}
            ],
        )  # fmt: skip
        store.set_setting("api_user_id", otto)
        store.close()  # the last to close writes all into the file itself
        return store.path.read_bytes()


def certified(authority: Path) -> ssl.SSLContext:
    """A server's context with a certificate whose authority is written there; one for all stories of a process."""
    context, vouching = _certificate()
    authority.write_bytes(vouching)
    return context


@cache
def _certificate() -> tuple[ssl.SSLContext, bytes]:
    with TemporaryDirectory() as folder:
        authority = Path(folder) / "ca.pem"
        return issue(authority), authority.read_bytes()


@contextmanager
def synced(org: Org, folder: Path, settings: Settings) -> Iterator[World]:
    """The organisation over https, with the app's settings pointing at it."""
    authority = folder / "ca.pem"
    service = Service(org, listen(0), listen(0), certified(authority), token=TOKEN)
    url = service.https_url
    assert url is not None
    settings.SALESFORCE_URL = url
    settings.SALESFORCE_CLIENT_ID = settings.SALESFORCE_CLIENT_SECRET = "sandbox"
    settings.SALESFORCE_CA_FILE = str(authority)
    settings.SALESFORCE_ALLOW_LOCAL = True
    settings.SALESFORCE_SPOOL_DIR = folder / "spool"
    with background(service):
        yield World(org, url, authority, folder / "spool", NOON)


@pytest.fixture
def world(tmp_path: Path, settings: Settings, transactional_db: None) -> Iterator[World]:
    """A desk without a lead."""
    org = new_org(tmp_path / "org.db")
    with synced(org, tmp_path, settings) as made:
        yield made
    org.store.close()


@pytest.fixture
def by_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every window is one for Bulk."""
    monkeypatch.setattr(reading, "BULK_FROM_ROWS", -1)


@pytest.fixture
def new_world(tmp_path: Path, settings: Settings, transactional_db: None) -> Iterator[Callable[[], World]]:
    """Make another desk, any number of times."""
    with ExitStack() as stack:

        def make() -> World:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            org = new_org(folder / "org.db")
            stack.callback(org.store.close)
            return stack.enter_context(synced(org, folder, settings))

        yield make


@pytest.fixture
def exported(
    tmp_path: Path, settings: Settings, transactional_db: None
) -> Iterator[Callable[[Mapping[str, str]], World]]:
    """Make a desk of a data export: the text of each object's file by the object's name."""
    with ExitStack() as stack:

        def make(files: Mapping[str, str]) -> World:
            export = tmp_path / "export"
            export.mkdir()
            for name, text in files.items():
                (export / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
            report = load(export, tmp_path / "org.db")
            assert list(report.rejections) == []
            store = Store.open(tmp_path / "org.db")
            stack.callback(store.close)
            store.finish_bulk()
            org = Org(store)
            org.clock.fix(NOON)
            return stack.enter_context(synced(org, tmp_path, settings))

        yield make
