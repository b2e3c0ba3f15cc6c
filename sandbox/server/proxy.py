"""A proxy that leads every address of Salesforce to this organisation, so that clients need not be told of it.

A client with `HTTPS_PROXY` set asks to be connected with, say, `login.salesforce.com:443`, gets the https port, and
finds there a certificate for that name. Nothing else can be reached through it.
"""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import dataclass, field

_TARGET = re.compile(r"(?:[a-z0-9-]+\.)+(?:salesforce|force)\.com:443", re.IGNORECASE)
_ENDS_HEAD = b"\r\n\r\n"
_MOST_HEAD_BYTES = 16_384
_PATIENCE_S = 30
_CHUNK = 65_536


class _Refused(Exception):
    """Why a client is not connected: an HTTP status with its reason, and a sentence."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(slots=True)
class Proxy:
    """Serves over a socket that listens already; `target` is where the https server is."""

    listening: socket.socket
    target: tuple[str, int]
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _tunnels: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self) -> None:
        """Serves until `stop` is called, and leaves no tunnel open."""
        server = await asyncio.start_server(self._meet, sock=self.listening, limit=_MOST_HEAD_BYTES)
        await self._stopping.wait()
        server.close()
        for tunnel in list(self._tunnels):
            tunnel.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)

    def stop(self) -> None:
        """From the serving thread."""
        self._stopping.set()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tunnels.add(task)
        try:
            await self._connected(reader, writer)
        except (OSError, EOFError, TimeoutError, asyncio.CancelledError):
            pass  # the client went away, or we do
        finally:
            self._tunnels.discard(task)
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                _check(await _head(reader))
        except _Refused as refusal:
            await _refuse(reader, writer, refusal)
            return
        there_reader, there_writer = await asyncio.open_connection(*self.target)
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        finally:
            there_writer.transport.abort()


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(_ENDS_HEAD)).decode("latin-1")
    except asyncio.LimitOverrunError as error:
        raise _Refused("431 Request Header Fields Too Large", "The request's head is too long.") from error


def _check(head: str) -> None:
    parts = head.partition("\r\n")[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise _Refused("400 Bad Request", "This is no request to a proxy.")
    method, target, _ = parts
    if method != "CONNECT":
        raise _Refused("405 Method Not Allowed", "This proxy only connects: set it as the proxy for https.")
    if not _TARGET.fullmatch(target):
        raise _Refused(
            "403 Forbidden", "This proxy leads to *.salesforce.com:443 and *.force.com:443 and nowhere else."
        )


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, refusal: _Refused) -> None:
    body = f"{refusal.sentence}\n".encode()
    head = f"HTTP/1.1 {refusal.status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
    await writer.drain()
    writer.write_eof()
    # what the client still sends must be read, or its system throws our answer away
    async with asyncio.timeout(_PATIENCE_S):
        while await reader.read(_CHUNK):
            pass


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK):
        sink.write(chunk)
        await sink.drain()
    sink.write_eof()
