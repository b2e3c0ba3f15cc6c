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
from sandbox.server.bulk import Bulk
from sandbox.server.bulk_jobs import Jobs
from sandbox.server.clients import Clients
from sandbox.server.control import Control
from sandbox.server.describe import Describes
from sandbox.server.doors import door_routes
from sandbox.server.faults import Faults
from sandbox.server.gate import CONTROL, Gate
from sandbox.server.interventions import Interventions
from sandbox.server.limits import Limits
from sandbox.server.query import Queries
from sandbox.server.records import Records
from sandbox.server.replication import Replication
from sandbox.server.resources import Resources
from sandbox.server.striking import Striking
from sandbox.server.tokens import Tokens

_SMALLEST_ZIPPED = 1000


def create_app(org: Org, jobs: Jobs, *, token: str | None = None) -> ASGIApp:
    """The organisation's API. `token` is an access token that always works; `jobs` must have been started."""
    tokens, clients, faults, limits = Tokens(org, token), Clients(org), Faults(), Limits(org)
    inner = Starlette(
        routes=[
            *door_routes(org, tokens, clients),
            *_api_routes(org, jobs, limits),
            *_control_routes(Control(org, faults), Access(org, tokens, clients), Interventions(org)),
        ],
        exception_handlers={HTTPException: _refuse_unknown, Exception: _confess},
    )
    inner.router.redirect_slashes = False
    zipping = GZipMiddleware(inner, _SMALLEST_ZIPPED, compresslevel=1)
    return Gate(Striking(zipping, org, faults), tokens, limits)


def _api_routes(org: Org, jobs: Jobs, limits: Limits) -> list[Route]:
    queries, describes, records, bulk = Queries(org), Describes(org), Records(org), Bulk(org, jobs)
    replication = Replication(org)
    base = "/services/data/v{version}"
    handlers = {
        "/services/data": Endpoint(GET=versions.listed),
        base: Endpoint(GET=Resources(org).listed),
        f"{base}/query": Endpoint(GET=queries.query),
        f"{base}/queryAll": Endpoint(GET=queries.query_all),
        f"{base}/query/{{locator}}": Endpoint(GET=queries.more),
        f"{base}/queryAll/{{locator}}": Endpoint(GET=queries.more),
        f"{base}/limits": Endpoint(GET=limits.limits),
        f"{base}/limits/recordCount": Endpoint(GET=limits.record_count),
        f"{base}/jobs/query": Endpoint(GET=bulk.listed, POST=bulk.create),
        f"{base}/jobs/query/{{id}}": Endpoint(GET=bulk.get, PATCH=bulk.change, DELETE=bulk.delete),
        f"{base}/jobs/query/{{id}}/results": Endpoint(GET=bulk.results),
        f"{base}/sobjects": Endpoint(GET=describes.everything),
        f"{base}/sobjects/{{object}}": Endpoint(GET=describes.basic, POST=records.create),
        f"{base}/sobjects/{{object}}/describe": Endpoint(GET=describes.full),
        f"{base}/sobjects/{{object}}/updated": Endpoint(GET=replication.updated),
        f"{base}/sobjects/{{object}}/deleted": Endpoint(GET=replication.deleted),
        f"{base}/sobjects/{{object}}/{{id}}": Endpoint(
            GET=records.read, PATCH=records.update, DELETE=records.delete
        ),
    }
    return [Route(path, handler) for path, handler in handlers.items()]


def _control_routes(control: Control, access: Access, interventions: Interventions) -> list[Route]:
    handlers = {
        "clock": Endpoint(GET=control.clock, PUT=control.set_clock),
        "hidden": Endpoint(GET=access.hidden, PUT=access.set_hidden),
        "settings": Endpoint(PUT=control.settings),
        "faults": Endpoint(GET=control.list_faults, POST=control.add_fault, DELETE=control.clear_faults),
        "clients": Endpoint(GET=access.list_clients, PUT=access.set_clients),
        "session": Endpoint(POST=access.open_session, DELETE=access.end_sessions),
        "convert": Endpoint(POST=interventions.convert),
        "merge": Endpoint(POST=interventions.merge),
        "undelete": Endpoint(POST=interventions.undelete),
        "purge": Endpoint(POST=interventions.purge),
        "empty-bin": Endpoint(POST=interventions.empty_bin),
        "touch": Endpoint(POST=interventions.touch),
        "archive": Endpoint(POST=interventions.archive),
        "late": Endpoint(GET=interventions.late, PUT=interventions.set_late),
    }
    return [Route(f"{CONTROL}/{name}", handler) for name, handler in handlers.items()]


async def _refuse_unknown(_request: Request, _error: Exception) -> Response:
    return refused(not_found())


async def _confess(_request: Request, error: Exception) -> Response:
    """A fault of the sandbox itself: the trace goes to the log, the client gets Salesforce's shape."""
    return refused(
        ApiError(500, "UNKNOWN_EXCEPTION", f"An unexpected error occurred: {type(error).__name__}")
    )
