"""What every test may ask for: real servers of the tests' own, and a database made for this run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg2
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from redis import Redis

from config.servers import ensure_servers, home

REDIS_DATABASES = 16
LONGEST_FIRST = (
    "setup/test_demo.py",
    "sync/test_any_cut.py",
    "pages/test_routes.py",
    "stories/test_kill_9.py",
    "setup/",
    "stories/",
    "sync/",
    "browser/",
    "pages/",
    "figures/",
    "report/",
    "api/",
)
"""Files that take a minute or nearly, and folders of long ones, in this order."""
hypothesis.settings.register_profile("few", max_examples=50, deadline=None)
hypothesis.settings.register_profile("many", max_examples=1000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("few")
"""`make soak` asks for many. How long an example takes depends on what else the machine does: that fails no test."""
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
browser_tests_left_out = pytest.StashKey[int]()


def find_chromium() -> str | None:
    """The machine's browser, None if it has none."""
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the machine's browser, for Playwright to start."""
    path = find_chromium()
    assert path, "mark the test with pytest.mark.browser: it is then left out where there is no browser"
    return path


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long ones. Leave browser tests out on a machine without a browser, to be told at the end."""
    # what takes longest begins first, so that no process waits for one at the end; otherwise chance orders
    items.sort(key=_turn)
    if find_chromium():
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    for item in left_out:
        item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
    config.stash[browser_tests_left_out] = len(left_out)


def _turn(item: pytest.Item) -> int:
    """When its file begins: the place of the first that fits, last of all where none does."""
    path = item.path.relative_to(Path(__file__).parent).as_posix()
    return next((place for place, start in enumerate(LONGEST_FIRST) if path.startswith(start)), 99)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what did not run."""
    number = config.stash.get(browser_tests_left_out, 0)
    if number:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{number} tests need Chromium and this machine has none: apt install chromium."
        )


@pytest.fixture(scope="session")
def servers() -> None:
    """PostgreSQL and Redis run until the end of the run."""
    ensure_servers()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """Give this run a database of its own, beside those of other runs; drop what killed runs left."""
    connection = connections["default"]
    connection.settings_dict["TEST"]["NAME"] = f"test_leadmodel_{os.getpid()}"
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    parameters.pop("cursor_factory", None)
    administration = psycopg2.connect(**parameters)
    try:
        administration.autocommit = True
        with administration.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_leadmodel\\_%'")
            for (name,) in cursor.fetchall():
                owner = name.rpartition("_")[2]
                if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        administration.close()


_MADE_BY_MIGRATIONS = {"django_content_type", "auth_permission", "django_migrations"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Between tests only tables that hold rows are emptied: Django's truncating of all takes longer than most tests.

    So does what follows it, making anew the permissions and kinds of content that migrations made: those stay.
    """
    with django_db_blocker.unblock():
        _teach_to_empty()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield


def _teach_to_empty() -> None:
    """A function, as PostgreSQL plans the statements of one once: asking ninety tables takes it ten times less.

    While it runs no trigger does: none notes what is emptied, nor refuses to empty the audit log; and the order of the
    tables is all the same.
    """
    connection = connections["default"]
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in names if name not in _MADE_BY_MIGRATIONS]
    looks = [f"IF EXISTS (SELECT FROM {name}) THEN DELETE FROM {name}; END IF;" for name in tables]
    body = "\n".join(["PERFORM set_config('session_replication_role', 'replica', true);", *looks])
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA tests")
        cursor.execute(
            f"CREATE FUNCTION tests.empty() RETURNS void LANGUAGE plpgsql AS $$BEGIN\n{body}\nEND$$"
        )


def _empty(_: TransactionTestCase) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT tests.empty()")


@pytest.fixture(scope="session")
def redis_url(servers: None) -> Iterator[str]:
    """Address of an empty Redis database that no other run uses."""
    if not settings.PRIVATE_SERVERS:
        yield settings.REDIS_URL
        return
    for number in range(1, REDIS_DATABASES):
        with (home().folder / f"redis-{number}").open("w") as claim:
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            url = f"{settings.REDIS_URL}?db={number}"
            with Redis.from_url(url, socket_timeout=5) as client:
                client.flushdb()
            yield url
            return
    pytest.fail(f"All {REDIS_DATABASES - 1} test databases of Redis are in use by other runs.")
