"""The folder the app owns: where it is, what is in it, and who may reach it."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from base.servers.errors import ServersError

REPOSITORY = Path(__file__).resolve().parents[2]

# sockaddr_un holds 108 bytes including the terminating zero; PostgreSQL appends ".s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")


class Purpose(StrEnum):
    """What the servers are for. Each purpose has data of its own; only the app's must survive a power cut."""

    APP = "app"
    TEST = "test"
    BENCH = "bench"


@dataclass(frozen=True)
class Home:
    """The folder of one purpose, and the places in it."""

    folder: Path
    purpose: Purpose

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "postgres"

    @property
    def binaries(self) -> Path:
        """The copy of the server binaries that the servers' user can reach."""
        return self.folder / "binaries"

    @property
    def private(self) -> Path:
        """What only the app's own user may read: the secret key, the sandbox organisation's data."""
        return self.folder / "private"

    @property
    def sockets(self) -> Path:
        """The folder of both servers' sockets; in /tmp where the home's own path is too long for one."""
        inside = self.folder / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path("/tmp") / f"leadmodel-{os.getuid()}-{digest}"  # noqa: S108 - created 0700, owner checked

    @property
    def redis_socket(self) -> Path:
        """Redis listens here, and nowhere else."""
        return self.sockets / "redis.sock"

    @property
    def postgres_log(self) -> Path:
        """What PostgreSQL and Redis say; started afresh with every start of the servers."""
        return self.folder / "servers.log"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor says."""
        return self.folder / "supervisor.log"

    @property
    def lease(self) -> Path:
        """Clients share this file's lock; once the supervisor gets it for itself, it stops the servers."""
        return self.folder / "lease"

    @property
    def starting(self) -> Path:
        """Held by the one client that starts a supervisor."""
        return self.folder / "starting"

    @property
    def supervised(self) -> Path:
        """Held by the supervisor for its whole life."""
        return self.folder / "supervised"

    @property
    def ready(self) -> Path:
        """Exists while both servers accept connections."""
        return self.folder / "ready"

    @property
    def failed(self) -> Path:
        """Why the last start failed, in one sentence."""
        return self.folder / "failed"

    @property
    def durable(self) -> bool:
        """Whether a commit must survive a power cut. Tests and benchmarks trade that for speed."""
        return self.purpose is Purpose.APP

    @property
    def grace_seconds(self) -> float:
        """How long unused servers stay: a script of several commands must not restart them each time."""
        return 0.5 if self.purpose is Purpose.TEST else 3.0

    @property
    def database_url(self) -> str:
        """Address of the database in the private PostgreSQL."""
        return f"postgres://{SUPERUSER}@/leadmodel?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        """Address of the private Redis, without a database number."""
        return f"unix://{self.redis_socket}"

    def create(self) -> None:
        """Make the folder and the private one inside it; refuse a folder that somebody else owns."""
        for folder, mode in ((self.folder.parent, 0o711), (self.folder, 0o711), (self.private, 0o700)):
            _own_folder(folder, mode)
        user = servers_user()
        if user is not None:
            _refuse_unreachable(self.folder, user)


SUPERUSER = "leadmodel"


def home_for(purpose: Purpose) -> Home:
    """The home of a purpose: below LEADMODEL_HOME, else a folder of this checkout's own outside of it."""
    configured = os.environ.get("LEADMODEL_HOME")
    if configured:
        return Home(Path(configured).expanduser().resolve() / purpose, purpose)
    digest = hashlib.sha256(os.fsencode(REPOSITORY)).hexdigest()[:12]
    if os.geteuid() == 0:
        # The servers run as another user, who cannot reach root's own home.
        return Home(Path("/var/tmp") / f"leadmodel-{digest}" / purpose, purpose)  # noqa: S108 - owner checked
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return Home(state / "leadmodel" / digest / purpose, purpose)


def servers_user() -> pwd.struct_passwd | None:
    """Whom the servers run as: `nobody` when we are root (PostgreSQL refuses root), else ourselves (None)."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        message = (
            "PostgreSQL does not run as root and this machine has no user `nobody`: "
            "create it, or run as a normal user."
        )
        raise ServersError(message) from error


def _own_folder(folder: Path, mode: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            message = (
                f"{folder} belongs to somebody else: "
                "remove it, or set LEADMODEL_HOME to a folder of your own."
            )
            raise ServersError(message)
        if stat.S_IMODE(found.st_mode) != mode:
            folder.chmod(mode)
    except OSError as error:
        message = (
            f"The folder {folder} cannot be made ({error.strerror}): "
            "set LEADMODEL_HOME to a folder of your own."
        )
        raise ServersError(message) from error


def _refuse_unreachable(folder: Path, user: pwd.struct_passwd) -> None:
    for parent in folder.parents:
        found = parent.stat()
        if not found.st_mode & stat.S_IXOTH and found.st_uid != user.pw_uid:
            message = (
                f"As root, the servers run as `{user.pw_name}`, who cannot enter {parent}: "
                "set LEADMODEL_HOME to a folder every user can enter, for example below /var/tmp."
            )
            raise ServersError(message)
