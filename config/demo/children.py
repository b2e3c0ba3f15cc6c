"""The demo's child processes: started, watched, stopped, none left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Self

from base.servers.home import REPOSITORY
from base.servers.processes import ENDING, die_with_parent, last_lines
from config.demo.errors import DemoError

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
POLL = 0.05


class Children:
    """All processes the demo started. Use as a context: leaving it stops every one of them."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        """Each child's words go to a file of its name in `logs`."""
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ending: set[str] = set()
        self.environment = dict(environment)

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all."""
        self.stop()

    def start(self, name: str, command: Sequence[str], *, pass_fds: Sequence[int] = ()) -> Path:
        """Start a process that is meant to run as long as the demo does. Returns its log."""
        log = self._logs / f"{name}.log"
        with log.open("wb") as words:
            self._popen(name, command, stdout=words, pass_fds=pass_fds)
        return log

    def run(self, what: str, command: Sequence[str]) -> None:
        """Run a process to its end, its words going to the terminal. Raises DemoError if it fails.

        Such steps show their own progress, so they log nothing but trouble.
        """
        process = self._popen(what, command, stdout=None, quiet=True)
        while process.poll() is None:
            self.check(except_for=what)
            time.sleep(POLL)
        del self._running[what]
        if process.returncode:
            raise DemoError(f"The demo stops: {what} failed (see above).")

    def begin(self, what: str, command: Sequence[str]) -> None:
        """Start a process that ends by itself while others run, its words going to the terminal."""
        self._popen(what, command, stdout=None, quiet=True)
        self._ending.add(what)

    def wait_for_words(self, log: Path, words: re.Pattern[str]) -> re.Match[str]:
        """Wait until a process that was started says this in its log. Raises DemoError where it does not."""
        deadline = time.monotonic() + READY_SECONDS
        while not (found := words.search(log.read_text(errors="replace"))):
            self.check()
            if time.monotonic() > deadline:
                message = f"The demo's {log.stem} does not get ready within {READY_SECONDS:.0f} s: see {log}."
                raise DemoError(message)
            time.sleep(POLL)
        return found

    def check(self, *, except_for: str = "") -> None:
        """Raise DemoError, with its last words, if a process that is meant to run has ended, or another failed."""
        for name, process in self._running.items():
            status = process.poll()
            if name in self._ending:
                if status:
                    raise DemoError(f"The demo stops: {name} failed (see above).")
            elif name != except_for and status is not None:
                how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
                words = last_lines(self._logs / f"{name}.log", 15) or "nothing"
                message = f"The demo stops: its {name} ended ({how}). Its last words:\n{words}"
                raise DemoError(f"{message}\nWhere its data are the trouble, `make demo-reset` starts over.")

    def stop(self) -> None:
        """Ask every process to end, and end those that do not within ten seconds with all they started."""
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            # What it started is in its group; whoever is still there has lost its parent.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._running.clear()

    def _popen(
        self,
        name: str,
        command: Sequence[str],
        *,
        stdout: IO[bytes] | None,
        pass_fds: Sequence[int] = (),
        quiet: bool = False,
    ) -> subprocess.Popen[bytes]:
        # A signal between the start of a process and the note of it would leave the process behind.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            self._running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT if stdout else None,
                cwd=REPOSITORY,
                env=self.environment | ({"LOG_LEVEL": "WARNING"} if quiet else {}),
                pass_fds=pass_fds,
                # The terminal's Ctrl-C goes to the demo alone, which then stops everything in order.
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - the demo has one thread
            )
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        return self._running[name]
