"""`/health/` and `/metrics`: what monitors ask. For whoever has the token, or asks from this machine."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from alerts.auditor.found import Audited, read_audited
from base import clock
from base.models import Effect
from sync.health import Health, Status, read_health
from sync.models import ObjectState

LOOPBACK = frozenset({"127.0.0.1", "::1"})
View = Callable[[HttpRequest], HttpResponse]
WELL = frozenset({Status.OK, Status.PAUSED})


def for_monitors(view: View) -> View:
    """Not there (404) for anybody else."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not (_has_token(request) or _is_local(request)):
            raise Http404("This address is for monitors.")
        return view(request)

    return require_safe(guarded)


@for_monitors
def health(_request: HttpRequest) -> HttpResponse:
    """How we stand with Salesforce. 200 when well or paused on purpose, else 503."""
    now = clock.now()
    found, audited = read_health(now=now), read_audited()
    failing = [one.name for one in found.objects if one.state == ObjectState.State.FAILING]
    told = {
        "status": found.status,
        "connected": found.is_connected,
        "paused": found.is_paused,
        "behind_seconds": _age(found.read_at, now),
        "failing": failing,
        "late": [one.name for one in found.objects if one.is_late],
        "unreadable_fields": sum(len(one.unreadable) for one in found.objects),
        "marks_waiting": found.marks,
        "marks_waiting_seconds": _age(found.marked_since, now) or 0,
        "calls": {"used": found.calls.used, "allowed": found.calls.allowed} if found.calls else None,
        "writes": {state: found.writes.get(state, 0) for state in Effect.State.values},
        "auditor": {
            "agreed_seconds": _age(audited.agreed_at, now),
            "differences": audited.differences,
        },
    }
    return JsonResponse(told, status=200 if found.status in WELL else 503)


@for_monitors
def metrics(_request: HttpRequest) -> HttpResponse:
    """The same for Prometheus."""
    now = clock.now()
    return HttpResponse(
        generate_latest(_measured(read_health(now=now), read_audited(), now)),
        content_type=CONTENT_TYPE_LATEST,
    )


def _measured(found: Health, audited: Audited, now: datetime) -> CollectorRegistry:
    # read from the database at each scrape, so that every web process tells the same
    registry = CollectorRegistry()

    def gauge(name: str, words: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(f"leadmodel_{name}", words, labels, registry=registry)

    gauge("connected", "1 while Salesforce lets us in").set(found.is_connected)
    gauge("reading_paused", "1 while somebody has paused reading").set(found.is_paused)
    gauge("marks_waiting", "Changed people who wait to be derived").set(found.marks)
    gauge("marks_waiting_seconds", "How long the oldest of them waits").set(
        _age(found.marked_since, now) or 0
    )
    status = gauge("status", "1 for the status we are in", ("status",))
    for one in Status:
        status.labels(one).set(one == found.status)
    age = gauge("object_read_age_seconds", "Time since the object was read", ("object",))
    failing = gauge("object_failing", "1 while the object cannot be read", ("object",))
    unreadable = gauge("object_unreadable_fields", "Wanted fields that cannot be read", ("object",))
    for seen in found.objects:
        if (seconds := _age(seen.read_at, now)) is not None:
            age.labels(seen.name).set(seconds)
        failing.labels(seen.name).set(seen.state == ObjectState.State.FAILING)
        unreadable.labels(seen.name).set(len(seen.unreadable))
    writes = gauge("writes", "Effects of the outbox by state", ("state",))
    for state in Effect.State.values:
        writes.labels(state).set(found.writes.get(state, 0))
    if (seconds := _age(audited.agreed_at, now)) is not None:
        gauge("auditor_agreed_age_seconds", "Time since all that was due was found done").set(seconds)
    gauge("auditor_differences", "What was due and not done, by the latest look").set(audited.differences)
    if found.calls is not None:
        gauge("api_calls_used", "API calls of 24 hours used up in the organisation").set(found.calls.used)
        gauge("api_calls_allowed", "API calls allowed in 24 hours").set(found.calls.allowed)
    return registry


def _age(at: datetime | None, now: datetime) -> float | None:
    return max(0.0, round((now - at).total_seconds(), 1)) if at is not None else None


def _has_token(request: HttpRequest) -> bool:
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    kept: str = settings.MONITOR_TOKEN
    is_ours = hmac.compare_digest(shown.strip().encode(), kept.encode())
    return bool(kept) and scheme.lower() == "bearer" and is_ours


def _is_local(request: HttpRequest) -> bool:
    # behind a proxy everybody seems to come from its machine
    is_forwarded = settings.SECURE_PROXY_SSL_HEADER is not None or any(
        name in request.headers for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP")
    )
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not is_forwarded
