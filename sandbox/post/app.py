"""The pages' addresses, and what every answer says to the browser. They only show; only the webhook takes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.post import page
from sandbox.post.mailbox import MOST_MAILS, Mail, Mailbox
from sandbox.post.reading import read
from sandbox.post.slack import PATH, Webhook

_NAMES = frozenset({"127.0.0.1", "localhost"})
_SAID = {404: "There is nothing at this address.", 405: "These pages only show: ask with GET."}
_STYLE = Path(__file__).with_name("style.css")
_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def create_app(mailbox: Mailbox, smtp: str, slack: str, clock: Callable[[], datetime]) -> ASGIApp:
    """The viewer's pages, and Slack's webhook. `smtp` and `slack` are the addresses at which messages are taken."""
    pages = _Pages(mailbox, smtp, slack, Webhook(mailbox), clock)
    inner = Starlette(
        routes=[
            Route("/", pages.all_mails),
            Route("/mails/{number:int}", pages.one_mail),
            Route("/mails/{number:int}/html", pages.html_part),
            Route("/mails/{number:int}/source", pages.source),
            Route("/style.css", pages.style),
            Route("/slack", pages.all_posts),
            Route("/slack/services/{rest:path}", pages.take_post, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _refused},
    )
    inner.router.redirect_slashes = False
    return _Guard(inner)


@dataclass(frozen=True, slots=True)
class _Pages:
    mailbox: Mailbox
    smtp: str
    slack: str
    webhook: Webhook
    clock: Callable[[], datetime]

    async def all_mails(self, _request: Request) -> Response:
        """The list, newest first."""
        return _html(page.all_mails(self.mailbox.newest_first(), self.smtp))

    async def all_posts(self, _request: Request) -> Response:
        """What came by Slack's webhook, newest first."""
        return _html(page.all_posts(self.mailbox.newest_posts(), self.slack))

    async def take_post(self, request: Request) -> Response:
        """A message to Slack, as Slack answers it."""
        if request.url.path != PATH:
            return Response("no_service", 404, media_type="text/plain")
        answer = self.webhook.take(await request.body(), now=self.clock())
        headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after is not None else None
        return Response(answer.word, answer.status, headers, media_type="text/plain")

    async def one_mail(self, request: Request) -> Response:
        """A mail with its parts and headers."""
        mail = self._asked(request)
        return _html(page.one_mail(mail, read(mail.content)))

    async def html_part(self, request: Request) -> Response:
        """A mail's HTML, for the frame of its page."""
        html = read(self._asked(request).content).html
        if html is None:
            raise HTTPException(404, "This mail has no HTML.")
        framed, policy = page.framed(html)
        return _html(framed, {"Content-Security-Policy": policy})

    async def source(self, request: Request) -> Response:
        """A mail as it came over the line."""
        return Response(self._asked(request).content, media_type="text/plain")

    async def style(self, _request: Request) -> Response:
        """The pages' style sheet."""
        return Response(_STYLE.read_bytes(), media_type="text/css")

    def _asked(self, request: Request) -> Mail:
        mail = self.mailbox.get(request.path_params["number"])
        if mail is None:
            raise HTTPException(404, f"There is no such mail, or no more: the newest {MOST_MAILS} are kept.")
        return mail


@dataclass(frozen=True, slots=True)
class _Guard:
    """Answers only who came by this machine's own name: a name of the network's could be led here by its owner."""

    inner: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", _POLICY)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Cache-Control"] = "no-store"
            await send(message)

        answer = self.inner if _is_local(Headers(scope=scope)) else _MISLED
        await answer(scope, receive, send_guarded)


def _is_local(headers: Headers) -> bool:
    name, _, port = headers.get("host", "").lower().partition(":")
    return name in _NAMES and (not port or port.isdecimal())


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = error.detail
    if said == HTTPStatus(error.status_code).phrase:  # of the library's own accord
        said = _SAID.get(error.status_code, said)
    return _html(page.refused(said), error.headers, status=error.status_code)


def _html(text: str, headers: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    # what is no letter in a mail is none on the page
    return Response(text.encode(errors="replace"), status, headers, media_type="text/html")


_MISLED = _html(page.refused("These pages are for this machine: open them at 127.0.0.1."), status=421)
