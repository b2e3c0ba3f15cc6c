"""Told in Slack: by one secret webhook, a message a second, in Slack's own escapes; by mail where Slack refuses."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from alerts.models import Slack
from alerts.telling import slack as webhook
from alerts.telling.delivery import deliver
from alerts.telling.notices import Topic, tell
from base.models import Effect, User
from base.outbox import MOST_ATTEMPTS
from sandbox.post.mailbox import Mailbox
from sandbox.post.serving import Post
from sandbox.server.listening import background, listen
from sync.connection.cipher import unseal
from tests.alerts.conftest import MORNING, LogIn
from tests.alerts.in_slack import Clock, answering, choose
from tests.alerts.sink import Sink
from tests.alerts.test_telling import notice, of_clock
from tests.pages.world import World

A_SECOND = timedelta(seconds=1)
SECRET = "https://hooks.slack.com/services/T0/B0/secret"


@pytest.fixture
def post(world: World, clock: Clock, tmp_path: Path) -> Iterator[Post]:
    """Slack's webhook, entered by Otto; Mona wants to be told there, and not by mail."""
    with (
        closing(Mailbox(tmp_path / "mails.db")) as mailbox,
        background(Post(mailbox, listen(0), listen(0), clock)) as post,
    ):
        webhook.connect(post.slack_url, by=User.objects.get(username="otto"), now=MORNING)
        choose("mona", slack=True, mail=False)
        yield post


def send(clock: Clock) -> None:
    while deliver(clock=clock, pause=clock.pause):
        pass


def stand(kind: str = "notice.slack") -> list[tuple[str, str]]:
    return list(Effect.objects.filter(kind=kind).order_by("pk").values_list("state", "said"))


def posted(post: Post) -> list[dict[str, Any]]:
    return [json.loads(one.payload) for one in reversed(post.mailbox.newest_posts())]


def test_mona_is_told_in_slack(world: World, post: Post, clock: Clock) -> None:
    tell([notice(world, still=of_clock(world))], now=MORNING)
    send(clock)
    assert stand() == [("done", "")]
    (message,) = posted(post)
    assert message["text"] == "Mona: waiting waits for an answer"
    assert (
        f"<https://leads.desk.example{world.person('waiting')}|waiting waits"
        in message["blocks"][1]["text"]["text"]
    )


def test_who_says_who_they_are_is_mentioned(world: World, post: Post, clock: Clock, log_in: LogIn) -> None:
    log_in("mona").post("/told/choices/keep/", {"response-slack": "on", "slack_member": "U012AB3CD"})
    tell([notice(world)], now=MORNING)
    send(clock)
    assert posted(post)[0]["text"] == "<@U012AB3CD>: waiting waits for an answer"


def test_peoples_texts_mention_nobody_and_lead_nowhere(world: World, post: Post, clock: Clock) -> None:
    nasty = "<!channel> <http://evil.example|click> & <@U1>"
    tell([notice(world, headline=nasty, text=nasty)], now=MORNING)
    send(clock)
    (message,) = posted(post)
    sections = [block["text"] for block in message["blocks"]]
    assert all(section["verbatim"] for section in sections)
    for text in (message["text"], sections[1]["text"].replace("<https://leads.desk.example", "", 1)):
        assert "<" not in text
        assert "&lt;!channel&gt;" in text


def test_several_of_one_scan_are_one_message_of_which_slack_takes_any_length(
    world: World, post: Post, clock: Clock
) -> None:
    tell([notice(world, key=f"{one}", text="<" * 5000) for one in range(60)], now=MORNING)
    send(clock)
    (message,) = posted(post)
    assert message["blocks"][0]["text"]["text"] == "Mona: 60 people wait for an answer"
    assert message["blocks"][-1]["text"]["text"].endswith("|And 40 more>")
    assert stand() == [("done", "")]


def test_one_a_second_however_many_processes_post(world: World, post: Post, clock: Clock) -> None:
    """The turn is kept in the database: who finds it taken waits, a moment at most, else in the outbox."""
    for name in ("mona", "bob", "alice"):
        choose(name, slack=True)
        tell([notice(world, to=name)], now=MORNING)
    send(clock)
    assert clock.waits == 2
    times = [one.at for one in post.mailbox.newest_posts()]
    assert [before - after for before, after in pairwise(times)] == [A_SECOND, A_SECOND]

    tell([notice(world, key="another")], now=clock.now)
    Slack.objects.update(free_at=clock.now + 5 * A_SECOND)
    send(clock)
    assert stand()[-1] == ("ready", "Waits for its turn: Slack takes one message a second.")
    clock.now += 5 * A_SECOND
    send(clock)
    assert stand()[-1] == ("done", "")


def test_as_long_as_slack_asks_nobody_posts(world: World, clock: Clock, sink: Sink) -> None:
    with answering(429, "rate_limited", Retry_After="77") as sent:
        tell([notice(world), notice(world, "due_soon", to="max")], now=MORNING)
        send(clock)
        assert stand() == [("ready", "Slack said 429: rate_limited")]
        effect = Effect.objects.get(kind="notice.slack")
        assert (effect.due_at, effect.attempts) == (MORNING + 77 * A_SECOND, 0)
        assert Slack.objects.get().free_at == MORNING + 77 * A_SECOND
        clock.now += 76 * A_SECOND
        send(clock)
        assert len(sent) == 1


def test_where_the_webhook_is_no_more_mails_tell_it_and_operations_see_why(
    world: World, clock: Clock, sink: Sink, log_in: LogIn
) -> None:
    choose("alice", slack=True)
    with answering(404, "no_service"):
        tell([notice(world, to="alice"), notice(world, to="mona")], now=MORNING)
        send(clock)
        send(clock)
    told = {state for state, _ in stand()}
    assert told == {"refused"}
    assert sorted(to for (to,) in sink.recipients) == ["mona@desk.example"]
    assert stand("notice.mail")[-1][1].startswith(
        "Not sent: neither the account here"
    )  # Alice has no address
    assert "Slack takes no more: no_service" in log_in("otto").get("/settings/slack/").content.decode()


def test_while_it_is_no_more_mails_tell_what_comes(
    world: World, clock: Clock, sink: Sink, log_in: LogIn
) -> None:
    with answering(404, "no_service") as sent:
        choose("alice", slack=True)
        choose("mona", slack=True, mail=False)
        Slack.objects.update(broken="no_service")
        tell([notice(world, to="alice"), notice(world, to="mona")], now=MORNING)
        send(clock)
    assert sent == []
    assert {state for state, _ in stand()} == {"refused"}
    mails = Effect.objects.filter(kind="notice.mail", payload__instead=True)
    alice = User.objects.get(username="alice").pk
    assert [mail.payload["user"] for mail in mails if "Muted" not in mail.said] == [alice]
    assert "Slack takes no more: mails tell" in log_in("alice").get("/told/choices/").content.decode()


def test_a_word_that_is_not_ok_is_no_success(world: World, clock: Clock) -> None:
    with answering(200, '{"ok": false}'):
        tell([notice(world)], now=MORNING)
        send(clock)
    assert stand() == [("refused", 'Slack said 200: {"ok": false}')]


def test_no_redirect_is_followed(world: World, clock: Clock) -> None:
    with answering(302, "", Location="http://127.0.0.1:1/elsewhere"):
        tell([notice(world)], now=MORNING)
        send(clock)
    assert stand() == [("refused", "Slack said 302: nothing")]


def test_what_slack_cannot_take_now_is_tried_again(world: World, clock: Clock) -> None:
    with answering(500, "rollup_error"):
        tell([notice(world)], now=MORNING)
        send(clock)
    ((state, said),) = stand()
    assert (state, said) == ("ready", "Slack said 500: rollup_error")


def test_what_slack_never_takes_is_told_by_mail_in_the_end(world: World, clock: Clock, sink: Sink) -> None:
    choose("alice", slack=True)
    with answering(500, "rollup_error") as sent:
        tell([notice(world, to="alice")], now=MORNING)
        while not (mails := stand("notice.mail")):
            clock.now += timedelta(hours=1)
            send(clock)
    assert len(sent) == MOST_ATTEMPTS
    assert stand() == [("refused", "Given up after 8 attempts. Slack said 500: rollup_error")]
    assert len(mails) == 1


def test_an_answer_that_breaks_off_ends_one_attempt_and_the_line_goes_on(world: World, clock: Clock) -> None:
    with answering(200, "ok", Content_Encoding="gzip") as sent:
        tell([notice(world), notice(world, topic=Topic.HAND_OFF, key="b")], now=MORNING)
        choose("mona", slack=True)
        send(clock)
    assert len(sent) == 1
    ((state, said),) = stand()
    assert (state, said.split(":")[0]) == ("ready", "The connection to Slack ended while it was told")


def test_the_address_is_in_no_page_no_log_and_no_word(
    world: World, log_in: LogIn, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    otto = log_in("otto")
    with answering(500, "x"):
        address = unseal(Slack.objects.get().sealed_address)
        tell([notice(world)], now=MORNING)
        send(clock)
    clock.now += timedelta(hours=1)
    send(clock)  # nobody listens any more
    seen = [
        otto.get("/settings/slack/").content.decode(),
        Slack.objects.get().sealed_address,
        json.dumps(list(Effect.objects.values("payload", "said", "result"))),
    ]
    assert not any("T0/B0" in one or address in one for one in seen)
    assert not any("T0/B0" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hooks.slack.com/services/T0/B0/x",
        "http://hooks.slack.com/services/T0/B0/x",
        "https://hooks.slack.com",
        "https://hooks.slack.com.evil.example/services/T0/B0/x",
        "https://otto@hooks.slack.com/services/T0/B0/x",
        "https://hooks.slack.com:8443/services/T0/B0/x",
        "https://169.254.169.254/latest",
        "http://127.0.0.1:6379/x",
        "https://[",
    ],
)
def test_nothing_but_slacks_webhook_is_kept(world: World, log_in: LogIn, address: str) -> None:
    answer = log_in("otto").post("/settings/slack/connect/", {"address": address}, follow=True)
    assert "opy the whole" in answer.content.decode()
    assert not Slack.objects.exists()


def test_operations_enter_try_and_forget_it(world: World, post: Post, log_in: LogIn, clock: Clock) -> None:
    otto: Client = log_in("otto")
    Slack.objects.all().delete()
    assert "did not arrive. Not sent: no Slack is connected" in page(otto, "test")
    assert "Kept." in page(otto, "connect", address=post.slack_url)
    assert "Slack took the test message" in page(otto, "test")
    assert posted(post)[0]["text"] == "Leadmodel can post here."
    page(otto, "disconnect")
    assert not Slack.objects.exists()
    tell([notice(world)], now=MORNING)
    assert stand() == [("cancelled", "Not sent: no Slack is connected (Settings → Slack).")]
    page(otto, "connect", address=SECRET)
    assert SECRET not in Slack.objects.get().sealed_address


def page(client: Client, what: str, **form: str) -> str:
    return client.post(f"/settings/slack/{what}/", form, follow=True).content.decode()
