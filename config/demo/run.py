"""One demo from start to end."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from django.db import transaction

from alerts.mails.recipients import read_recipients
from base import clock
from base.models import Role, User
from base.servers.home import Home
from base.servers.locks import open_lock, try_lock
from config.demo import database, hurry, logins, mail, sandbox, slack
from config.demo.children import Children
from config.demo.database import Note
from config.demo.errors import DemoError, Stopped
from config.demo.hurry import Shown
from config.demo.organisation import DataFile, ExampleCompany, Organisation
from config.demo.ports import listen
from leadmodel.settings_store import settings_in_force
from sync.connection.store import forget_secrets

MEGABYTE = 1 << 20
ROOM = 500 * MEGABYTE
WATCH_EVERY = 0.3
Say = Callable[[str], object]


@dataclass(frozen=True)
class Demo:
    """What the user asked for."""

    organisation: Organisation
    model: Path | None
    once: bool
    port: int | None
    speed: float
    hurry: float = 0
    """How many times shorter promises are; 0: as the model says."""


def run(demo: Demo, home: Home, say: Say) -> None:
    """Run the demo; with `once` until its figures are there, else until Ctrl-C.

    Raises DemoError with a sentence, or Stopped.
    """
    home.create()  # with configured servers nobody has yet
    folder = home.private / "demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _stop)
    lock = open_lock(folder / "lock")
    try:
        if not try_lock(lock, exclusive=True):
            message = f"A demo already runs from {home.folder}: stop it first, or look at it in the browser."
            raise DemoError(message)
        _refuse_full_disk(folder)
        with Children(folder, os.environ | {"LEADMODEL_DEMO": "true"}) as children:
            _show(demo, folder, children, say)
    finally:
        os.close(lock)


def _show(demo: Demo, folder: Path, children: Children, say: Say) -> None:
    # Before the long work: a busy port is known at once.
    listener = None if demo.once else listen(demo.port)
    fingerprint = demo.organisation.fingerprint()
    note = _prepare_database(fingerprint, say)
    data = DataFile(folder)
    if not data.holds(fingerprint):
        say(f"Making {demo.organisation.describe()} …")
        children.run("making the organisation", demo.organisation.command(data.begin()))
        data.accept(fingerprint)
        mail.forget(folder)
    _manage(children, "migrate", "--verbosity", "0")
    # one made on the settings page leads to the address of an earlier start, where nobody listens any more
    forget_secrets()
    lives = isinstance(demo.organisation, ExampleCompany) and not demo.once
    sandbox.serve(children, data.path, folder, speed=demo.speed if lives else None)
    note = _import_model(demo, note, children)
    say(f"Pulling {demo.organisation.describe()} …")
    _manage(children, "pull", *([] if note.pulled else ["--full"]))
    people = [] if listener is None else logins.make(demo.organisation.rep)
    with transaction.atomic():  # interrupted in between, nobody would know what to put back
        database.write_note(hurry.settle(demo.hurry, replace(note, pulled=True)))
    hurry.let_reassign(is_hurried=demo.hurry > 0, now=clock.now())
    say("Deriving cycles and clocks …")
    _manage(children, "rebuild")
    if listener is None:
        say("Done. The data stay: `python manage.py report` reads them.")
        return
    address = f"http://localhost:{listener.getsockname()[1]}"
    children.environment["SITE_URL"] = address
    mails, webhook = mail.serve(children, folder)
    slack.use(webhook, now=clock.now())
    _start_app(children, listener.fileno())
    listener.close()
    say(f"\nLeadmodel is at {address}/\n")
    for person in people:
        say(f"  {person.role:<8} {person.username:<10} password {logins.PASSWORD:<16} {person.who}")
    say(f"\nThe mails it sends are at {mails}, its messages to Slack at {mails}slack; they go nowhere else.")
    if demo.hurry:
        say("\n" + hurry.words(demo.hurry, Shown(address, mails)))
    say("\nCtrl-C stops everything; the data stay until `make demo-reset`.")
    try:
        _send_first_mail(children)
        while True:
            children.check()
            time.sleep(WATCH_EVERY)
    except Stopped:
        # The usual end of a demo, not an interruption of its making.
        say("\nStopping …")


def _prepare_database(fingerprint: str, say: Say) -> Note:
    """Make sure the database is this organisation's; what an earlier demo of it noted, else a new note."""
    noted = database.read_note()
    if noted and noted.organisation == fingerprint:
        return noted
    note = Note(fingerprint)
    if noted:
        say("The database holds another organisation's demo: it starts afresh.")
        database.start_afresh(note)
    else:
        database.refuse_other_data()
        database.write_note(note)
    return note


def _import_model(demo: Demo, note: Note, children: Children) -> Note:
    """Put the model file in force, unless it is already: a new version derives everybody anew."""
    if demo.model is None:
        return note
    digest = hashlib.sha256(demo.model.read_bytes()).hexdigest()
    if digest == note.model:
        return note
    _manage(children, "model", "import", str(demo.model))
    note = replace(note, model=digest)
    database.write_note(note)
    return note


def _start_app(children: Children, listener: int) -> None:
    gunicorn = [
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"fd://{listener}",
        "--workers",
        "2",
        "--threads",
        "4",
    ]
    children.start("web", [sys.executable, *gunicorn], pass_fds=[listener])
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    children.start("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"])
    children.start("beat", [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"])


def _send_first_mail(children: Children) -> None:
    """The manager's mail of today if its time has come, else the same out of turn: there is one to see on any day."""
    managers = User.objects.filter(username=Role.MANAGER)
    may_get_one = read_recipients(
        settings_in_force(), now=clock.now(), users=managers.values_list("pk", flat=True)
    )
    if may_get_one:
        children.begin(*_managing("mail", Role.MANAGER))


def _manage(children: Children, *arguments: str) -> None:
    children.run(*_managing(*arguments))


def _managing(*arguments: str) -> tuple[str, list[str]]:
    """A command of the app: what it is called, and how it is started."""
    # migrating, the first of them, checks the environment: again for each would take longer than most of them do
    checked = [] if arguments[0] == "migrate" else ["--skip-checks"]
    return f"`manage.py {' '.join(arguments)}`", [sys.executable, "manage.py", *arguments, *checked]


def _refuse_full_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        message = (
            f"{folder} has {free // MEGABYTE} MB free and a demo needs {ROOM // MEGABYTE} MB: "
            "make room, or set LEADMODEL_HOME to a folder on another disk."
        )
        raise DemoError(message)


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Once only: a second Ctrl-C must not interrupt the stopping itself.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    raise Stopped
