"""The mail server of development: whatever the app sends is kept, shown on this machine, and goes nowhere."""

from __future__ import annotations

import re
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.post import mailbox as kept
from sandbox.post.__main__ import main
from sandbox.post.mailbox import Mailbox
from sandbox.post.serving import Post
from sandbox.server.listening import background, listen
from tests.sandbox.conftest import TIMEOUT_S

MORNING = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
MONA = "mona@desk.example"
READY = re.compile(
    r"mail ready: (http://127\.0\.0\.1:\d+/) smtp (127\.0\.0\.1:\d+) slack (http://127\.0\.0\.1:\d+/slack/services/\S+)\n"
)


class Clock:
    """Half past six, until it is told otherwise."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def serving(file: Path, clock: Clock) -> Iterator[Post]:
    with closing(Mailbox(file)) as mailbox, background(Post(mailbox, listen(0), listen(0), clock)) as post:
        yield post


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post(tmp_path: Path, clock: Clock) -> Iterator[Post]:
    with serving(tmp_path / "mails.db", clock) as post:
        yield post


def written(subject: str = "Clean your room", number: int = 1, html: str = "<h1>3 wait</h1>") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "leadmodel@localhost", MONA
    message["Message-ID"] = f"<{number}@desk.example>"
    message.set_content("3 wait\n")
    message.add_alternative(html, subtype="html")
    return message


def send(post: Post, content: EmailMessage | bytes, to: str = MONA) -> None:
    with smtplib.SMTP(post.smtp_address, timeout=TIMEOUT_S) as client:
        raw = content if isinstance(content, bytes) else content.as_bytes()
        client.sendmail("leadmodel@localhost", [to], raw)


def get(post: Post, path: str = "", *, status: int = 200, **options: Any) -> requests.Response:
    answer = requests.get(post.url + path, timeout=TIMEOUT_S, **options)
    assert answer.status_code == status, answer.text
    return answer


def subjects(post: Post) -> list[str]:
    return re.findall(r'<td><a href="/mails/\d+">([^<]*)</a>', get(post).text)


def test_what_was_sent_is_shown_newest_first(post: Post, clock: Clock) -> None:
    assert "No mail yet" in get(post).text
    send(post, written("Monday", 1))
    clock.now += timedelta(days=1)
    send(post, written("Tuesday · 3 für Zoë & <Bob>", 2))

    assert subjects(post) == ["Tuesday · 3 für Zoë &amp; &lt;Bob&gt;", "Monday"]
    assert "2 mails, newest first" in get(post).text

    page = get(post, "mails/2").text
    assert MONA in page
    assert '<time datetime="2026-03-03T06:30:00+00:00">' in page
    assert "<pre>3 wait\n</pre>" in page
    assert "Message-ID: &lt;2@desk.example&gt;" in page
    assert "<h1>3 wait</h1>" in get(post, "mails/2/html").text
    source = get(post, "mails/2/source")
    assert source.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert source.content.startswith(b"Subject: ")


def test_a_mail_sent_again_is_one_mail_with_a_count(post: Post, clock: Clock) -> None:
    again = written()
    again["X-Possible-Repeat"] = "yes"
    send(post, written())
    send(post, written("Another", 2))
    clock.now += timedelta(hours=1)
    send(post, again, to="max@desk.example")

    assert subjects(post) == ["Clean your room", "Another"]
    assert get(post).text.count("2 times") == 1
    page = get(post, "mails/1").text
    assert "2 times with the same Message-ID, last <time" in page
    assert "X-Possible-Repeat" not in page  # as it first came


def test_mails_without_a_message_id_are_one_only_where_they_are_alike(post: Post) -> None:
    for words in (b"Subject: a\r\n\r\nb\r\n", b"Subject: a\r\n\r\nb\r\n", b"Subject: a\r\n\r\nc\r\n"):
        send(post, words)

    assert subjects(post) == ["a", "a"]
    assert "2 times" in get(post).text


def test_they_are_there_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "mails.db"
    with serving(file, clock) as post:
        send(post, written())
    with serving(file, clock) as post:
        assert subjects(post) == ["Clean your room"]
    assert file.stat().st_mode & 0o077 == 0


def test_so_many_are_kept_and_the_one_that_came_longest_ago_gives_way(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_MAILS", 2)
    for number in (1, 2, 1, 3):
        clock.now += timedelta(minutes=1)
        send(post, written(f"Mail {number}", number))

    assert subjects(post) == ["Mail 3", "Mail 1"]
    assert "There is no such mail, or no more" in get(post, "mails/2", status=404).text


def test_a_mail_too_large_is_refused(post: Post) -> None:
    with pytest.raises(smtplib.SMTPException):
        send(post, b"Subject: large\r\n\r\n" + b"much\r\n" * 200_000)
    assert subjects(post) == []


def test_a_mail_that_cannot_be_kept_is_not_taken(post: Post) -> None:
    """So that its sender tries again."""
    post.mailbox.close()
    with pytest.raises(smtplib.SMTPDataError, match=r"451.*could not be kept"):
        send(post, written())


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"", "(no subject)"),
        (b"Subject: =?nonsense?b?x?=\r\n\r\n", "=?nonsense?b?x?="),
        (b"Subject: =?utf-8?b?=ff?=\r\n\r\n", "Subject"),
        (b"Subject: bytes \xff\xfe\r\n\r\nand \xff\r\n", "bytes \N{REPLACEMENT CHARACTER}"),
        (b"Content-Type: text/plain; charset=nonsense\r\n\r\nstill \xc3\xa9\r\n", "still é"),
        (b"Content-Type: text/html; charset=utf-16\r\n\r\nodd\r\n", "/html"),
        (b"Content-Type: multipart/mixed\r\n\r\nnone\r\n", "multipart/mixed"),
        (b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nwithin\r\n", "within"),
        (b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n", "base64"),
        (b"To: \r\nMessage-ID:\r\n\r\n", MONA),
        (b'Content-Disposition: attachment; filename="<b>.txt"\r\n\r\n', "&lt;b&gt;.txt"),
    ],
)
def test_a_badly_written_mail_is_shown_for_what_it_is(post: Post, raw: bytes, shown: str) -> None:
    send(post, raw)

    assert shown in get(post, "mails/1").text
    assert len(subjects(post)) == 1
    assert get(post, "mails/1/source").content.rstrip() == raw.rstrip()


def test_only_who_came_by_this_machines_own_name_is_answered(post: Post) -> None:
    """A page of the network whose name its owner leads to this machine reads nobody's mail."""
    send(post, written())
    port = post.url.rstrip("/").rpartition(":")[2]
    for path in ("", "mails/1", "mails/1/html", "mails/1/source", "style.css"):
        for name in (
            "eve.example",
            f"eve.example:{port}",
            "127.0.0.1.eve.example",
            "localhost:eve.example",
            "",
        ):
            answer = get(post, path, status=421, headers={"Host": name})
            assert "open them at 127.0.0.1" in answer.text
        get(post, path, headers={"Host": f"localhost:{port}"})


def test_the_pages_only_show(post: Post, tmp_path: Path) -> None:
    send(post, written())
    before = (tmp_path / "mails.db").read_bytes()
    for path in ("", "mails/1", "mails/1/html", "mails/1/source", "style.css"):
        policy = get(post, path).headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert requests.post(post.url + path, timeout=TIMEOUT_S).status_code == 405
    assert (tmp_path / "mails.db").read_bytes() == before


@pytest.mark.parametrize(
    "path", ["mails/9", "mails/9999999999999999999999", "mails/x", "elsewhere", "mails/"]
)
def test_what_is_not_there_is_told(post: Post, path: str) -> None:
    assert "There is no" in get(post, path, status=404).text


def test_as_a_program_it_keeps_mails_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.post", "--data", str(tmp_path / "mails.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        ready = READY.match(program.stdout.readline())
        assert ready is not None
        with smtplib.SMTP(ready[2], timeout=TIMEOUT_S) as client:
            client.send_message(written())
            program.send_signal(signal.SIGTERM)  # though somebody is on the line
            assert program.wait(timeout=TIMEOUT_S) == 0
            client.close()
    with closing(Mailbox(tmp_path / "mails.db")) as mailbox:
        assert [mail.recipients for mail in mailbox.newest_first()] == [(MONA,)]


def test_a_file_that_is_no_mailbox_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("no database at all, but a few words that are long enough")

    assert main(["--data", str(tmp_path / "notes.txt")]) == 1

    complaint = capsys.readouterr().err
    assert re.fullmatch(r"sandbox\.post: .*notes\.txt cannot be used: file is not a database\.\n", complaint)


def test_a_port_that_is_taken_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with listen(0) as other:
        port = other.getsockname()[1]

        assert main(["--data", str(tmp_path / "mails.db"), "--smtp-port", str(port)]) == 1

    assert capsys.readouterr().err.startswith(f"sandbox.post: Port {port} is taken by another program")
