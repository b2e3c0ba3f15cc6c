"""The application: which handler answers which path."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sandbox.org.errors import ApiError, not_found
from sandbox.org.org import Org
from sandbox.server import versions
from sandbox.server.access import Access
from sandbox.server.answers import Endpoint, refused
from sandbox.server.bulk_jobs import Jobs
from sandbox.server.clients import Clients
from sandbox.server.control import Control
from sandbox.server.data import data_controls, data_endpoints
from sandbox.server.doors import door_routes
from sandbox.server.faults import Faults
from sandbox.server.gate import CONTROL, Gate
from sandbox.server.limits import Limits
from sandbox.server.resources import Resources
from sandbox.server.settings import Settings
from sandbox.server.striking import Striking
from sandbox.server.tokens import Tokens

_SMALLEST_ZIPPED = 1000


def create_app(org: Org, jobs: Jobs, *, token: str | None = None) -> ASGIApp:
    """The organisation's API. `token` is an access token that always works; `jobs` must have been started."""
    tokens, clients, faults, limits = Tokens(org, token), Clients(org), Faults(), Limits(org)
    inner = Starlette(
        routes=[
            *door_routes(org, tokens, clients),
            *_api_routes(org, jobs, faults, limits),
            *_control_routes(Control(org, faults), Access(org, tokens, clients), data_controls(org)),
        ],
        exception_handlers={HTTPException: _refuse_unknown, Exception: _confess},
    )
    inner.router.redirect_slashes = False
    zipping = GZipMiddleware(inner, _SMALLEST_ZIPPED, compresslevel=1)
    return Gate(Striking(zipping, org, faults), tokens, limits)


def _api_routes(org: Org, jobs: Jobs, faults: Faults, limits: Limits) -> list[Route]:
    base = "/services/data/v{version}"
    endpoints = {
        "/services/data": Endpoint(GET=versions.listed),
        base: Endpoint(GET=Resources(org).listed),
        f"{base}/limits": Endpoint(GET=limits.limits),
        f"{base}/limits/recordCount": Endpoint(GET=limits.record_count),
        **data_endpoints(base, org, jobs, faults),
    }
    return [Route(path, endpoint) for path, endpoint in endpoints.items()]


def _control_routes(control: Control, access: Access, data: dict[str, Endpoint]) -> list[Route]:
    handlers = {
        "clock": Endpoint(GET=control.clock, PUT=control.set_clock),
        "hidden": Endpoint(GET=access.hidden, PUT=access.set_hidden),
        "settings": Endpoint(PUT=Settings(control.org).change),
        "faults": Endpoint(GET=control.list_faults, POST=control.add_fault, DELETE=control.clear_faults),
        "clients": Endpoint(GET=access.list_clients, PUT=access.set_clients),
        "session": Endpoint(POST=access.open_session, DELETE=access.end_sessions),
        **data,
    }
    return [Route(f"{CONTROL}/{name}", handler) for name, handler in handlers.items()]


async def _refuse_unknown(_request: Request, _error: Exception) -> Response:
    return refused(not_found())


async def _confess(_request: Request, error: Exception) -> Response:
    """A fault of the sandbox itself: the trace goes to the log, the client gets Salesforce's shape."""
    return refused(
        ApiError(500, "UNKNOWN_EXCEPTION", f"An unexpected error occurred: {type(error).__name__}")
    )
