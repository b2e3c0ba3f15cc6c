"""Addresses that are none of the API's."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from metrics.api.resource import Resource


@extend_schema(exclude=True)
class Nowhere(Resource):
    """What programs get for an address that is none: an answer they can read."""

    def get(self, _request: Request, rest: str) -> Response:
        """Raises Http404."""
        raise Http404(
            f"There is nothing at “{rest[:60]}”: /api/schema/ names all addresses; they end with a slash."
        )

    post = get
