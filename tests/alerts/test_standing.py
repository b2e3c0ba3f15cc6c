"""Mona was told that somebody waits: when that is over she hears so once, and where she wants, that it still is so."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import ChannelChoice, Told
from alerts.stops import Telling
from alerts.tasks import act_on_all_due, act_on_due
from alerts.telling import standing
from alerts.telling.notices import Name, tell
from alerts.telling.standing import look_after
from base.models import Effect, User
from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync import models as mirror
from sync.writeback.modes import STOP, Mode
from tests.alerts.at_once import at_once
from tests.alerts.conftest import MINUTE, MORNING, LogIn
from tests.alerts.dying import deaths
from tests.alerts.sink import Sink
from tests.alerts.test_stops_telling import stop
from tests.alerts.test_telling import notice, of_clock, send
from tests.pages.reading import get
from tests.pages.world import ALICE, DAY, HOUR, MODEL, World

REPEATING = MODEL + "telling: {repeat_after_hours: 24}\n"


@pytest.fixture
def escalated(world: World) -> World:
    """Mona was told of Alice's lead twice, Max of it once; Alice was reminded."""
    still = of_clock(world)
    tell([notice(world, to="alice", key="0/alice", still=still)], now=MORNING)
    steps = [("1/mona", "mona"), ("2/mona", "mona"), ("2/max", "max")]
    tell(
        [notice(world, key=key, to=to, name=Name.WORSENED, still=still) for key, to in steps],
        now=MORNING + MINUTE,
    )
    return world


def answer(world: World) -> None:
    world.add_touch("waiting", ALICE, HOUR)
    mirror.Mark.objects.create(record_id=world.ids["waiting"])
    rebuild_all()


def told(name: str) -> list[tuple[str, str]]:
    """Who was told what under this name."""
    return list(
        Told.objects.filter(name=name).order_by("to__username").values_list("to__username", "headline")
    )


RESOLVED = '<script>alert("x")</script> was answered'


def test_whom_an_escalation_told_hears_once_that_they_were_answered(escalated: World, log_in: LogIn) -> None:
    assert look_after(now=MORNING + HOUR) == 0
    answer(escalated)
    assert look_after(now=MORNING + 2 * HOUR) == 2
    assert told("resolved") == [("max", f"Person {RESOLVED}"), ("mona", f"Person {RESOLVED}")]
    assert look_after(now=MORNING + 3 * HOUR) == 0
    assert not Told.objects.filter(name="worsened", settled_at=None).exists()
    row = get(log_in("mona"), "/told/").context["view"].rows[0]
    assert (row.topic, row.word) == ("Resolved", "resolved")


def test_it_is_no_mail_unless_somebody_chose_it(escalated: World, sink: Sink) -> None:
    mails = Effect.objects.filter(kind="notice.mail", payload__topic="resolved")
    mona = User.objects.get(username="mona")
    ChannelChoice.objects.create(user=mona, topic="resolved", channel="mail", is_on=True, chosen_at=MORNING)
    answer(escalated)
    look_after(now=MORNING + HOUR)
    assert [mail.payload["user"] for mail in mails] == [mona.pk]
    send(MORNING + 2 * HOUR)
    assert [str(message["Subject"]) for message in sink.messages] == [f"Person {RESOLVED}"]


def test_an_exception_settles_it_and_the_words_say_so(escalated: World) -> None:
    otto = User.objects.get(username="otto")
    Exclusion.objects.create(
        record_id=escalated.ids["waiting"],
        starts_at=MORNING,
        expires_at=MORNING + DAY,
        reason="x",
        owner=otto,
    )
    look_after(now=MORNING + HOUR)
    assert [headline.rpartition("</script> ")[2] for _, headline in told("resolved")] == 2 * [
        "is left out by an exception"
    ]


def test_what_only_moved_is_settled_without_a_word(escalated: World) -> None:
    for one in Told.objects.all():
        Told.objects.filter(pk=one.pk).update(still=one.still | {"due_at": MORNING.isoformat()})
    assert look_after(now=MORNING + HOUR) == 0
    assert not Told.objects.filter(name="worsened", settled_at=None).exists()


@pytest.mark.parametrize("kind", [STOP, Telling.ESCALATIONS])
def test_while_operations_stopped_it_nothing_is_told_and_then_it_is(escalated: World, kind: str) -> None:
    answer(escalated)
    stop(kind)
    assert look_after(now=MORNING + HOUR) == 0
    assert Told.objects.filter(name="worsened", settled_at=None).count() == 3
    stop(kind, Mode.ON)
    assert look_after(now=MORNING + HOUR) == 2


def test_what_is_of_a_kind_that_is_stopped_is_not_repeated(escalated: World) -> None:
    enter(REPEATING)
    rebuild_all()
    Told.objects.filter(to__username="max").update(topic="could_not_assign")
    stop(Telling.COULD_NOT_ASSIGN)
    assert look_after(now=MORNING + DAY + MINUTE) == 1
    assert [to for to, _ in told("repeat_due")] == ["mona"]


def test_news_is_waited_for(escalated: World) -> None:
    answer(escalated)
    mirror.Mark.objects.create(record_id=escalated.ids["waiting"])
    assert look_after(now=MORNING + HOUR) == 0
    rebuild_all()
    assert look_after(now=MORNING + HOUR) == 2


def test_nothing_is_repeated_unless_the_settings_say_so(escalated: World) -> None:
    assert look_after(now=MORNING + 9 * DAY) == 0


def test_what_still_holds_is_told_again_once_a_period(escalated: World) -> None:
    enter(REPEATING)
    rebuild_all()
    assert look_after(now=MORNING + DAY) == 0, "told a minute after the morning"
    later = MORNING + DAY + MINUTE
    assert [look_after(now=later), look_after(now=later + HOUR)] == [2, 0]
    assert [to for to, _ in told("repeat_due")] == ["max", "mona"], "once each, however many steps told"
    assert look_after(now=later + 5 * DAY) == 2, "what was missed is not made up for"
    answer(escalated)
    assert look_after(now=later + 6 * DAY) == 2
    assert len(told("resolved")) == 2
    assert look_after(now=later + 9 * DAY) == 0


def test_of_one_wait_only_the_last_is_told_again_however_many_lie_between(
    escalated: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "BATCH", 1)
    enter(REPEATING)
    rebuild_all()
    look_after(now=MORNING + DAY + HOUR)
    assert [name for name, _ in told(Name.REPEAT_DUE)] == ["max", "mona"]
    assert set(Told.objects.filter(name=Name.REPEAT_DUE).values_list("key", flat=True)) == {
        "2/max/again/1",
        "2/mona/again/1",
    }


def test_three_who_look_at_once_tell_it_once(escalated: World) -> None:
    answer(escalated)

    at_once(lambda: look_after(now=MORNING + HOUR), times=3)
    assert len(told("resolved")) == 2


def test_many_cost_no_more_statements_than_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for number in (2, 60):
        still = of_clock(world)
        many = [
            notice(world, key=f"{number}/{one}", name=Name.WORSENED, still=still) for one in range(number)
        ]
        tell(many, now=MORNING)
        with CaptureQueriesContext(connection) as queries:
            look_after(now=MORNING + HOUR)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    monkeypatch.setattr(standing, "BATCH", 7)
    answer(world)
    look_after(now=MORNING + HOUR)
    assert not Told.objects.filter(name="worsened", settled_at=None).exists()


@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_killed_anywhere_it_is_told_once(escalated: World) -> None:
    answer(escalated)
    unsettled = Told.objects.filter(name="worsened", settled_at=None)
    number = 0
    for number in deaths(lambda: look_after(now=MORNING + HOUR)):  # noqa: B007 - how many there were
        assert (unsettled.count(), len(told("resolved"))) in {(3, 0), (0, 2)}, "both or neither"
        look_after(now=MORNING + 2 * HOUR)
        assert (unsettled.count(), len(told("resolved"))) == (0, 2)
        Told.objects.filter(name="resolved").delete()
        Told.objects.filter(name="worsened").update(settled_at=None)
    assert number > 10


def test_the_timetables_tasks_look(escalated: World) -> None:
    answer(escalated)
    act_on_due()
    assert told("resolved") == [], "by the real clock it was told long ago"
    act_on_all_due()
    assert len(told("resolved")) == 2
