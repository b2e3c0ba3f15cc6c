"""The whole app at work: web, two workers and two beats as processes, an organisation, a mail server, a moved clock."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
import requests
from celery import Celery
from django.conf import settings
from redis import Redis

from base import clock
from base.servers.home import REPOSITORY
from sandbox.server.certificates import issue
from sandbox.server.listening import background, listen
from sandbox.server.serving import Service
from sync.salesforce.objects import HOT
from tests.alerts.overdue import MODEL
from tests.alerts.sink import Sink, part
from tests.setup.conftest import eventually
from tests.stories.conftest import Machine, new_machine
from tests.sync.conftest import new_org
from tests.sync.world import TOKEN, World

CELERY = ("-m", "celery", "-A", "config")
LOOKS = (
    "sync.tasks.poll",
    "leadmodel.tasks.rebuild",
    "alerts.tasks.act_on_due",
    "alerts.tasks.act_on_all_due",
    "sync.tasks.write_back",
    "alerts.tasks.send_notices",
    "alerts.tasks.send_mails",
)
"""What beat says all the time, in the order in which one follows from the other."""
PATIENCE_S, RING_S, LOOK_S = 15.0, 0.5, 0.05
MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Office:
    """Mona's team, whose manager is Ada, and all that runs for them. Time passes, and more when a story says so."""

    machine: Machine
    world: World
    sink: Sink
    clock: Path
    ahead: timedelta
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    url: str = ""
    moved_at: datetime = MONDAY_NOON
    said_before: int = 0
    """How much the processes had said when the clocks were last moved."""

    # -- time -------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """What the clocks show, here and in Salesforce."""
        return datetime.now(UTC) + self.ahead

    def pass_time(self, *, meanwhile: Callable[[], object] = lambda: None, **delta: float) -> None:
        """Later: first in Salesforce, so that nobody here reads its future. `meanwhile` happens there in between."""
        self.ahead += timedelta(**delta)
        self.moved_at, self.said_before = self.now, len(self.machine.said())
        self.world.org.clock.offset(self.ahead)
        meanwhile()
        clock.move(self.clock, by=self.ahead)

    def go_to(self, at: datetime) -> None:
        """Later, at an instant; the clocks are never put back."""
        assert at > self.now
        self.pass_time(seconds=(at - self.now).total_seconds())

    def go_to_noon(self) -> None:
        """Tomorrow's: by day, when nobody's quiet hours keep a mail."""
        self.go_to((self.now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0))

    def enter(self, model: str, users: Sequence[dict[str, str]] = ()) -> None:
        """Put a model in force from now on, with accounts for these."""
        subprocess.run(
            [sys.executable, "-m", "tests.stories.ladder.people"],
            input=json.dumps({"model": model, "users": users}),
            cwd=REPOSITORY,
            env=self.machine.environment,
            text=True,
            check=True,
            timeout=60,
        )

    # -- processes --------------------------------------------------------------------------------

    def start(self, name: str, *command: str) -> None:
        self.running[name] = self.machine.start(*command)

    def start_worker(self, name: str) -> None:
        """With two processes of its own, which both scan."""
        words = ("worker", "--concurrency", "2", "--hostname", f"{name}@%h", "--loglevel", "INFO")
        self.start(name, *CELERY, *words)

    def start_beat(self, name: str) -> None:
        words = ("beat", "--pidfile", "", "--schedule", str(self.machine.folder / name))
        self.start(name, *CELERY, *words)

    def start_web(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.start("web", "-m", "gunicorn", "config.wsgi", "--bind", self.url.removeprefix("http://"))

    def kill(self, name: str) -> None:
        self.machine.kill(self.running.pop(name))

    def all_run(self) -> bool:
        return all(process.poll() is None for process in self.running.values())

    def ring(self, *looks: str) -> None:
        """Say what beat says, so that no story waits for its next turn."""
        broker = f"redis+socket://{self.machine.home.redis_socket}"
        with Celery(broker=broker, set_as_current=False) as bell:
            bell.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
            for look in looks or LOOKS:
                bell.send_task(look, expires=RING_S * 4)

    def redis(self) -> Redis:
        return Redis(unix_socket_path=str(self.machine.home.redis_socket), socket_timeout=5)

    def until(self, what: str, holds: Callable[[], bool], *, rings: bool = True) -> None:
        """Wait until it holds, while beat, and with `rings` we, say all the time that somebody is to look."""
        deadline, rung_at = time.monotonic() + PATIENCE_S, 0.0
        while not holds():
            if time.monotonic() > deadline:
                pytest.fail("\n".join([f"not within {PATIENCE_S:.0f} s: {what}", *self.books()]))
            if rings and time.monotonic() - rung_at > RING_S:
                self.ring()
                rung_at = time.monotonic()
            time.sleep(LOOK_S)

    # -- what became of it ------------------------------------------------------------------------

    def lead(self, name: str, *, owner: str = "Alice") -> str:
        return self.world.lead(name, owner=owner, Status="Assigned", LeadSource="Web")

    def steps(self, lead: str) -> list[str]:
        """What was decided about somebody's steps: act and state, in order."""
        return [
            str(told)
            for told in self.machine.values(
                "SELECT act || ' ' || state FROM alerts_escalation"
                f" WHERE person_id = '{lead}' AND state <> 'waiting' ORDER BY due_at, step"
            )
        ]

    def told(self) -> list[str]:
        """Who was told what, behind the bell, oldest first."""
        return [
            str(told)
            for told in self.machine.values(
                "SELECT username || ': ' || headline FROM alerts_told told JOIN base_user ON base_user.id = to_id"
                " ORDER BY told.id"
            )
        ]

    def books(self) -> list[str]:
        """All that was decided and told, and how each message stands: to see what a story waits for in vain."""
        decided = (
            "SELECT concat_ws(' ', person_id, act, state, said) FROM alerts_escalation ORDER BY due_at, step"
        )
        sent = "SELECT concat_ws(' ', key, state, due_at, said) FROM base_effect ORDER BY id"
        mails = [f"{one['To']} {one['Message-ID']} {one['Subject']}" for one in self.sink.messages]
        return [
            *mails,
            *self.told(),
            *(str(line) for asked in (decided, sent) for line in self.machine.values(asked)),
        ]

    def told_of(self, name: str) -> list[str]:
        return [told for told in self.told() if name in told]

    def mails_of(self, name: str) -> list[str]:
        """To whom the ladder's mails about somebody went, in order of their names."""
        ladder = [message for message in self.sink.messages if "<ladder." in str(message["Message-ID"])]
        about = [message for message in ladder if name in part(message, "plain")]
        return sorted(str(message["To"]).partition("@")[0] for message in about)

    def owner(self, lead: str) -> str:
        """Who has them in Salesforce."""
        holder = self.world.org.live_row("Lead", lead)["OwnerId"]
        return next(name for name, known in self.world.users.items() if known == holder)

    def twice(self) -> list[str]:
        """Messages the mail server has more than once, by their Id."""
        counts = Counter(str(message["Message-ID"]) for message in self.sink.messages)
        return [key for key, count in counts.items() if count > 1]

    def outbox(self, state: str) -> int:
        return len(self.machine.values(f"SELECT id FROM base_effect WHERE state = '{state}'"))

    def message_states(self, name: str) -> set[str]:
        """How the messages stand that tell of somebody."""
        asked = (
            "SELECT DISTINCT effect.state FROM base_effect effect JOIN alerts_told told"
            f" ON effect.payload -> 'notices' ? told.key WHERE told.headline LIKE '%{name}%'"
        )
        return {str(state) for state in self.machine.values(asked)}

    def due_to_sent(self, leads: Sequence[str]) -> list[float]:
        """Of each lead whose manager was to be told: seconds until a mail of it had been sent."""
        asked = """
            SELECT extract(epoch FROM min(effect.ended_at) - done.due_at)::float
            FROM alerts_escalation done
            JOIN alerts_told told ON told.person_id = done.person_id
             AND told.key LIKE 'ladder/' || done.person_id || '/' || done.step || '/%'
            JOIN base_effect effect ON effect.payload -> 'notices' ? told.key AND effect.state = 'done'
            WHERE done.act = 'tell_manager' AND done.person_id = ANY(string_to_array('{leads}', ','))
            GROUP BY done.person_id, done.due_at
        """
        return [float(str(told)) for told in self.machine.values(asked.replace("{leads}", ",".join(leads)))]

    def recovers(self, holds: Callable[[], bool]) -> bool:
        """Whether it holds; not while PostgreSQL lets nobody in."""
        try:
            return holds()
        except psycopg2.OperationalError:
            return False

    def is_touched(self, lead: str) -> bool:
        """Whether their answer is derived."""
        asked = f"SELECT 1 FROM leadmodel_cycle WHERE person_id = '{lead}' AND first_touch_at IS NOT NULL"
        return bool(self.machine.values(asked))

    def is_read(self) -> bool:
        """Whether what people wait for was read since the clocks were last moved, and all of it is derived."""
        names = ", ".join(f"'{name}'" for name in HOT)
        behind = self.machine.values(
            f"SELECT name FROM sync_objectstate WHERE name IN ({names}) AND state <> 'absent'"
            f" AND read_at < '{self.moved_at.isoformat()}' UNION ALL SELECT record_id FROM sync_mark"
        )
        return behind == []

    def fails(self) -> bool:
        """Whether a process said, since the clocks were last moved, that it could not read."""
        return "_failed" in self.machine.said()[self.said_before :]

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Salesforce answers nothing but that it is away."""
        self.world.control("POST", "faults", {"status": 503, "times": None})
        try:
            yield
        finally:
            self.world.control("DELETE", "faults")

    def away(self, name: str, days: float) -> None:
        """Somebody is on vacation from now on."""
        connection = self.machine.connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO leadmodel_absence (user_id, starts_at, ends_at, why) VALUES (%s, %s, %s, '')",
                [self.world.user(name), self.now, self.now + timedelta(days=days)],
            )
        connection.close()

    def audit(self) -> None:
        """Let the auditor look once more."""
        before = self.machine.count("alerts_auditrun")
        self.ring("alerts.tasks.audit")
        self.until(
            "the auditor has looked", lambda: self.machine.count("alerts_auditrun") > before, rings=False
        )

    def differing(self) -> object:
        """What the auditor missed twice when it last looked, by check."""
        return self.machine.values("SELECT differing FROM alerts_auditrun ORDER BY id DESC LIMIT 1")[0]

    def page(self, user: str, path: str, password: str) -> str:
        """What a page of the web server says to somebody."""
        with requests.Session() as browser:
            asked = browser.get(f"{self.url}{path}", timeout=20)
            token = asked.text.partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
            form = {"username": user, "password": password, "csrfmiddlewaretoken": token}
            answer = browser.post(asked.url, data=form, timeout=20)
            assert answer.ok, answer.status_code
            return answer.text


@contextmanager
def new_office() -> Iterator[Office]:
    """Everything is running, and it is noon of a Monday."""
    with ExitStack() as stack:
        machine = stack.enter_context(new_machine())
        # the app's own settings, not those of tests, which keep mails in memory
        machine.environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        org = new_org(machine.folder / "org.db")
        stack.callback(org.store.close)
        authority = machine.folder / "ca.pem"
        service = Service(org, listen(0), listen(0), issue(authority), token=TOKEN)
        assert service.https_url is not None
        stack.enter_context(background(service))
        sink = Sink()
        stack.enter_context(background(sink))
        file = machine.folder / "clock"
        machine.environment |= {
            "SALESFORCE_URL": service.https_url,
            "SALESFORCE_CA_FILE": str(authority),
            "LEADMODEL_CLOCK_FILE": str(file),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(sink.port),
            "EMAIL_SECONDS": "2",
            "SALESFORCE_PATIENCE_SECONDS": "3",
        }
        world = World(org, service.https_url, authority, machine.spool, MONDAY_NOON)
        office = Office(machine, world, sink, file, MONDAY_NOON - datetime.now(UTC))
        office.pass_time()
        _hire(office)
        machine.manage("pull")
        machine.manage("rebuild")
        office.start_web()
        for number in (1, 2):
            office.start_worker(f"worker-{number}")
            office.start_beat(f"beat-{number}")
        eventually("both workers are ready", lambda: machine.said().count(" ready.") == 2)
        yield office
        assert office.all_run(), machine.said()[-3000:]


def _hire(office: Office) -> None:
    world = office.world
    world.user("Mona", ManagerId=world.user("Ada"), TimeZoneSidKey="Europe/Berlin")
    for name in ("Alice", "Bob"):
        world.user(name, ManagerId=world.user("Mona"))
    world.user("Lone", ManagerId=world.user("Mina", ManagerId=world.user("Ada")))
    roles = {
        "Alice": "rep",
        "Bob": "rep",
        "Lone": "rep",
        "Mona": "manager",
        "Mina": "manager",
        "Ada": "manager",
    }
    users = [
        {
            "username": name.lower(),
            "role": role,
            "salesforce_id": world.user(name),
            "email": f"{name.lower()}@desk.example",
        }
        for name, role in roles.items()
    ]
    users.append({"username": "otto", "role": "ops", "email": "otto@desk.example"})
    office.enter(MODEL, users)
