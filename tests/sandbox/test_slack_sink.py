"""Slack's webhook of development: it answers as Slack does, takes one message a second, and shows what it took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from sandbox.post.mailbox import Mailbox
from sandbox.post.serving import Post
from sandbox.server.listening import background, listen
from tests.sandbox.conftest import TIMEOUT_S

MORNING = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


class Clock:
    """Half past six, and a second later each time it is asked, or as long as it is told."""

    def __init__(self) -> None:
        self.now, self.step = MORNING, timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post(tmp_path: Path, clock: Clock) -> Iterator[Post]:
    with (
        closing(Mailbox(tmp_path / "mails.db")) as mailbox,
        background(Post(mailbox, listen(0), listen(0), clock)) as post,
    ):
        yield post


def tell(post: Post, body: str, url: str = "") -> requests.Response:
    return requests.post(url or post.slack_url, data=body.encode(), timeout=TIMEOUT_S)


def test_what_it_takes_it_shows_and_keeps_as_text(post: Post) -> None:
    for words in ("first", "&lt;b&gt; &lt;http://x|y&gt;"):
        answer = tell(post, f'{{"text": "{words}"}}')
        assert (answer.status_code, answer.text) == (200, "ok")
    shown = requests.get(f"{post.url}slack", timeout=TIMEOUT_S).text
    assert shown.index("&lt;b&gt; &lt;http://x|y&gt;") < shown.index("first")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("no JSON", "invalid_payload"),
        ("[]", "invalid_payload"),
        ("{}", "no_text"),
        ('{"text": " "}', "no_text"),
        ('{"text": "a", "blocks": [{"type": "section"}]}', "invalid_blocks"),
        ('{"text": "a", "blocks": "b"}', "invalid_blocks"),
        (
            '{"text": "a", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "'
            + "x" * 3001
            + '"}}]}',
            "invalid_blocks",
        ),
    ],
)
def test_a_bad_message_is_refused_in_slacks_word(post: Post, body: str, word: str) -> None:
    answer = tell(post, body)
    assert (answer.status_code, answer.text) == (400, word)
    assert "No message yet" in requests.get(f"{post.url}slack", timeout=TIMEOUT_S).text


def test_one_a_second_and_the_next_is_told_when(post: Post, clock: Clock) -> None:
    clock.step = timedelta(milliseconds=600)
    answers = [tell(post, '{"text": "a"}') for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 429, 200]
    assert (answers[1].headers["Retry-After"], answers[1].text) == ("1", "rate_limited")


def test_another_webhook_is_none(post: Post) -> None:
    answer = tell(post, '{"text": "a"}', post.slack_url[:-1])
    assert (answer.status_code, answer.text) == (404, "no_service")
    assert requests.get(post.slack_url, timeout=TIMEOUT_S).status_code == 405
