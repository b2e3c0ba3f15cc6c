"""Whether this process can do its work: asked by the container's health check and by load balancers."""

from __future__ import annotations

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

TEXT = "text/plain; charset=utf-8"


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 if the database and Redis answer, else 503 with the one that does not. Tells strangers no more."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return HttpResponse("The database does not answer.\n", status=503, content_type=TEXT)
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3) as redis:
            redis.ping()
    except RedisError:
        return HttpResponse("Redis does not answer.\n", status=503, content_type=TEXT)
    return HttpResponse("ok\n", content_type=TEXT)
