"""Listening on http and https at once, on this machine only, until told to stop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, field

from sandbox.org.org import Org
from sandbox.server.app import create_app
from sandbox.server.bulk_jobs import Jobs
from sandbox.server.listening import HOST, PromptServer, end_everybody, let_nobody_in
from sandbox.server.proxy import Proxy


@dataclass(slots=True)
class Service:
    """The organisation's servers over sockets that listen already. A proxy needs https to lead to."""

    org: Org
    http: socket.socket
    https: socket.socket | None = None
    context: ssl.SSLContext | None = None
    token: str | None = None
    proxy: socket.socket | None = None
    _proxy: Proxy | None = None
    _servers: list[PromptServer] = field(default_factory=list)

    @property
    def http_url(self) -> str:
        """The address of the http port."""
        return f"http://{HOST}:{self.http.getsockname()[1]}"

    @property
    def https_url(self) -> str | None:
        """The address of the https port, by the name its certificate carries; None without one."""
        return None if self.https is None else f"https://localhost:{self.https.getsockname()[1]}"

    @property
    def proxy_url(self) -> str | None:
        """The address of the proxy; None without one."""
        return None if self.proxy is None else f"http://{HOST}:{self.proxy.getsockname()[1]}"

    async def run(self) -> None:
        """Serves until `stop` is called."""
        jobs = Jobs(self.org)
        jobs.start()
        try:
            app = create_app(self.org, jobs, token=self.token)
            self._servers = [PromptServer(app)]
            sockets = [self.http]
            if self.https is not None:
                self._servers.append(PromptServer(app, self.context))
                sockets.append(self.https)
            serving = [server.serve([sock]) for server, sock in zip(self._servers, sockets, strict=True)]
            if self.proxy is not None and self.https is not None:
                self._proxy = Proxy(self.proxy, self.https.getsockname())
                serving.append(self._proxy.serve())
            await asyncio.gather(*serving)
        finally:
            await asyncio.to_thread(jobs.stop)
            await end_everybody(*self._servers)

    def stop(self) -> None:
        """From the serving thread: lets answers under way finish, for a few seconds."""
        let_nobody_in((self.http, self.https, self.proxy), then=self._leave)

    def _leave(self) -> None:
        for server in self._servers:
            server.leave()
        if self._proxy is not None:
            self._proxy.stop()
