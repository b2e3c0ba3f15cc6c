"""Structured logs: one line per unit of work, JSON in production, readable in a terminal, no personal data.

Log names of things and Ids, never names, addresses or words of people. A field whose name sounds like one
of those, or like a secret, is masked.
"""

from __future__ import annotations

import logging.config
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

MASKED = frozenset(
    {"name", "first_name", "last_name", "email", "phone", "subject", "body", "password", "token", "secret"}
)

log = structlog.get_logger("web")


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the values of fields that hold personal data or secrets."""
    for key in MASKED & event.keys():
        event[key] = "…"
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    mask,
]


def logging_settings(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING. `form` is json or text; by default text in a terminal, else JSON."""
    readable = form == "text" if form else sys.stderr.isatty()
    renderer: Callable[..., object] = (
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    last: list[Any] = [] if readable else [structlog.processors.format_exc_info]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Our own line per request says more.
            "django.server": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            # It would tell addresses, and that of a webhook is a secret.
            "urllib3": {"level": "INFO"},
        },
    }


def configure(settings: Mapping[str, Any]) -> None:
    """Set up the standard library's logging and structlog on top of it. Called once by Django."""
    logging.config.dictConfig(dict(settings))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class RequestLog:
    """One line per request: what was asked (no parameters), by whom (Id), the answer, the time it took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Called once by Django."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and log it."""
        started = time.perf_counter()
        response = self._get_response(request)
        match = request.resolver_match
        user = getattr(request, "user", None)
        log.info(
            "request",
            method=request.method,
            route=match.route if match else None,
            status=response.status_code,
            user=user.pk if user else None,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response
