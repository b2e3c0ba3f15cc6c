"""Where faults strike: between the gate, which a request has passed, and its answer."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.org.org import Org
from sandbox.server.answers import refused
from sandbox.server.faults import Effect, Faults, Request
from sandbox.server.gate import CONTROL

_NAMED_IN_PATH = re.compile(r"/sobjects/(\w+)", re.IGNORECASE)
_NAMED_IN_TEXT = re.compile(
    r'\bfrom\s+(\w+)|"(?:type|object)"\s*:\s*"(\w+)"|/sobjects/(\w+)|FROM\+(\w+)', re.IGNORECASE
)
_PAGE = (
    "<!DOCTYPE html><html><head><title>Service Unavailable</title></head>"
    "<body><h1>We are down for maintenance.</h1><p>Sorry for the inconvenience.</p></body></html>"
)
_KEPT = re.compile(r"/(?:query|queryAll)/(01g[A-Za-z0-9]{15})|/jobs/(query|ingest)/(750[A-Za-z0-9]{15})")
_JOBS = {"query": "_bulk_job", "ingest": "_ingest_job"}


class CutOff(Exception):
    """Raised into the server so that it closes the connection in mid-answer."""


@dataclass(frozen=True, slots=True)
class Striking:
    """Wraps the application. What concerns rows is left to the handlers, who find it as `effect` in the scope."""

    app: ASGIApp
    org: Org
    faults: Faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, wrongly if a fault waits for it."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL) or not self.faults.is_any:
            await self.app(scope, receive, send)
            return
        client = _Client(receive, self.faults.cleared)
        body = await client.body()
        objects: frozenset[str] = frozenset()
        if self.faults.asks_for_objects:
            objects = await run_in_threadpool(self._objects, scope, body)
        effect = self.faults.take(Request(scope["method"], scope["path"], objects))
        if effect.silent and not await self._held(client):
            return
        response = _refusal(effect)
        if response is not None:
            await response(scope, client.receive, send)
            return
        await self.app({**scope, "effect": effect}, client.receive, self._spoilt(effect, client, send))

    async def _held(self, client: _Client) -> bool:
        """Waits until the faults are cleared; False if the client left before."""
        cleared = asyncio.ensure_future(self.faults.until_cleared(client.came_at))
        left = asyncio.ensure_future(client.left())
        try:
            done, _ = await asyncio.wait({cleared, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            cleared.cancel()
            left.cancel()
        return cleared in done

    def _spoilt(self, effect: Effect, client: _Client, send: Send) -> Send:
        if effect.cut_at is not None:
            return _cut_after(effect.cut_at, send)
        if effect.stall_at is not None:
            return self._stalled(effect.stall_at, client, send)
        if effect.byte_seconds is not None:
            return self._dripped(effect.byte_seconds, client, send)
        return send

    def _stalled(self, after: int, client: _Client, send: Send) -> Send:
        left = after
        is_over = False

        async def stalled(message: Message) -> None:
            nonlocal left, is_over
            body = message.get("body", b"")
            if message["type"] != "http.response.body" or is_over or len(body) < left:
                left -= len(body)
                await send(message)
                return
            await send({"type": "http.response.body", "body": body[:left], "more_body": True})
            if not await self._held(client):
                raise CutOff
            is_over = True
            await send({**message, "body": body[left:]})

        return stalled

    def _dripped(self, seconds: float, client: _Client, send: Send) -> Send:
        cleared: asyncio.Task[None] | None = None

        async def dripped(message: Message) -> None:
            nonlocal cleared
            body = message.get("body", b"")
            if message["type"] != "http.response.body":
                await send(message)
                return
            cleared = cleared or asyncio.ensure_future(self.faults.until_cleared(client.came_at))
            left = asyncio.ensure_future(client.left())
            sent = 0
            while sent < len(body) and not cleared.done():
                await send({"type": "http.response.body", "body": body[sent : sent + 1], "more_body": True})
                sent += 1
                await asyncio.wait({cleared, left}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                if left.done():
                    raise CutOff
            left.cancel()
            await send({**message, "body": body[sent:]})
            if not message.get("more_body"):
                cleared.cancel()

        return dripped

    def _objects(self, scope: Scope, body: bytes) -> frozenset[str]:
        """The objects a request is about, in lower case, as its path, query or body name them."""
        texts = [body.decode("utf-8", "replace"), *parse_qs(scope["query_string"].decode()).get("q", [])]
        found = {match[1] for match in _NAMED_IN_PATH.finditer(scope["path"])}
        for text in (*texts, self._kept(scope["path"])):
            found |= {name for match in _NAMED_IN_TEXT.finditer(text) for name in match.groups() if name}
        return frozenset(name.lower() for name in found)

    def _kept(self, path: str) -> str:
        """The query or job that a path names by its Id."""
        match = _KEPT.search(path)
        if match is None:
            return ""
        locator, kind, job_id = match.groups()
        sql = (
            f"SELECT job FROM {_JOBS[kind]} WHERE id = ?"
            if job_id
            else "SELECT soql FROM _cursor WHERE id = ?"
        )
        kept = self.org.store.connection.execute(sql, (locator or job_id,)).fetchone()
        return "" if kept is None else str(kept[0])


class _Client:
    """The client's side: its whole request, which is handed on as one piece, and whether it has left."""

    def __init__(self, receive: Receive, came_at: int) -> None:
        self.came_at = came_at
        """How often the faults had been cleared when its request came."""
        self._receive = receive
        self._body = b""
        self._is_told = False

    async def body(self) -> bytes:
        """Reads the whole request."""
        more = True
        while more:
            message = await self._receive()
            self._body += message.get("body", b"")
            more = message.get("more_body", False)
        return self._body

    async def receive(self) -> Message:
        """The request again, for the application."""
        if self._is_told:
            return await self._receive()
        self._is_told = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def left(self) -> None:
        """Waits until the client closes the connection."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _refusal(effect: Effect) -> Response | None:
    error = effect.refusal()
    if error is None:
        return None
    return HTMLResponse(_PAGE, error.status) if effect.html else refused(error)


def _cut_after(limit: int, send: Send) -> Send:
    left = limit

    async def cut(message: Message) -> None:
        nonlocal left
        if message["type"] != "http.response.body":
            await send(message)
            return
        body = message.get("body", b"")
        if len(body) <= left and message.get("more_body"):
            left -= len(body)
            await send(message)
            return
        await send({"type": "http.response.body", "body": body[:left], "more_body": True})
        raise CutOff

    return cut
