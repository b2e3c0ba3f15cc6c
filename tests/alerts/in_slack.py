"""What tests of Slack share: a clock that waits move on, a server in Slack's place, and who wants to be told there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from alerts.models import ChannelChoice
from alerts.telling import slack as webhook
from base.models import User
from sync import models as mirror

MORNING = datetime(2025, 3, 3, 6, 31, tzinfo=UTC)
"""Monday, 07:31 in Berlin."""


class Clock:
    """Stands still until somebody waits."""

    def __init__(self) -> None:
        self.now, self.waits = MORNING, 0

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waits += 1
        self.now += timedelta(seconds=seconds)


def choose(name: str, **channels: bool) -> None:
    user = User.objects.get(username=name)
    mirror.User.objects.filter(pk=user.salesforce_id).update(time_zone="Europe/Berlin")
    for channel, is_on in channels.items():
        ChannelChoice.objects.update_or_create(
            user=user, topic="response", channel=channel, defaults={"is_on": is_on, "chosen_at": MORNING}
        )


@contextmanager
def answering(status: int, word: str, **headers: str) -> Iterator[list[bytes]]:
    """A server in Slack's place that always answers so; what it was sent."""
    sent: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # who began it is dead
                return
            sent.append(body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(word.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/services/T0/B0/x"
        webhook.connect(url, by=User.objects.get(username="otto"), now=MORNING)
        choose("mona", slack=True)
        try:
            yield sent
        finally:
            server.shutdown()
            thread.join()
