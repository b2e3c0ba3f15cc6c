"""Child processes that do not outlive their parent, and what they said last."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from base.servers.home import servers_user

PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGINT, signal.SIGTERM)
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """What to call in a child before exec: the kernel then signals it when its parent ends."""
    parent = os.getpid()

    def ask_kernel() -> None:
        # Until exec the child has its parent's handlers, which would swallow a request to end.
        for name in ENDING:
            signal.signal(name, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        _libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        # The parent may have ended between fork and prctl.
        if os.getppid() != parent:
            os.kill(os.getpid(), how)

    return ask_kernel


def start_server(
    command: Sequence[str | Path], *, log: Path, on_parents_death: signal.Signals
) -> subprocess.Popen[bytes]:
    """Start a server as the servers' user, its words appended to the log."""
    user = servers_user()
    with log.open("ab") as words:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            cwd="/",
            env=server_environment(),
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            umask=0o077,
            # A session of its own: the terminal's Ctrl-C must not reach the servers.
            start_new_session=True,
            preexec_fn=die_with_parent(on_parents_death),  # noqa: PLW1509 - the supervisor has one thread
        )


def server_environment() -> Mapping[str, str]:
    """The environment of a server: nothing of the caller's leaks in but the path to programs."""
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC", "LC_ALL": "C"}


def last_lines(log: Path, count: int = 5) -> str:
    """The last lines a process wrote, to show with a failure; empty if it wrote nothing."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def is_alive(pid: int) -> bool:
    """Whether the process exists and still runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def command_line(pid: int) -> list[str]:
    """The arguments the process was started with; empty if it does not exist."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []
