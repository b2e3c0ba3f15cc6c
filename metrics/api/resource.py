"""What every address of the API has in common: who asks, what is read, how it is described in the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from base import clock
from base.models import Role, User
from base.rates import WINDOW_SECONDS
from leadmodel import actions
from metrics.api.authentication import may_write
from metrics.api.bodies import B, read_body
from metrics.api.errors import Refused, Wrong
from metrics.api.once import HEADER, PATTERN, Made, once, word_of
from metrics.api.parameters import Asked, Parameter, read_query

P = ParamSpec("P")
V = TypeVar("V", bound="Resource")
Shape = serializers.BaseSerializer[Any]


class WrongShape(serializers.Serializer[Any]):
    """One thing that is wrong."""

    where = serializers.CharField(
        read_only=True, help_text="Like query.from, body.how, header.Idempotency-Key."
    )
    what = serializers.CharField(read_only=True, help_text="What is wrong, in a sentence.")
    instead = serializers.CharField(
        read_only=True, help_text="What to do instead; empty where the sentence says it."
    )


Errors = inline_serializer("Errors", {"errors": WrongShape(many=True, read_only=True)})
"""Why a request was refused: everything that is wrong with it."""


RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    {"type": "integer", "minimum": 1, "maximum": WINDOW_SECONDS},
    OpenApiParameter.HEADER,
    response=[429],
    description="After so many seconds it may be asked again.",
)


@dataclass(frozen=True)
class Call:
    """One request: who asks, when, and for what."""

    request: Request
    user: User
    now: datetime
    asked: Asked

    @property
    def is_ops(self) -> bool:
        """Whether operations ask."""
        return self.user.role == Role.OPS


class Resource(APIView):
    """An address. It is read with GET and acted on with POST; it has no other methods."""

    http_method_names = ["get", "head", "post"]


Reading = Callable[Concatenate[V, Call, P], Any]
"""A method that reads: what it gives is told as JSON."""
Acting = Callable[Concatenate[V, actions.Asked, B, P], Made]
"""A method that acts: what it made is told."""
Method = Callable[Concatenate[V, Request, P], Response]
"""A method as the framework calls it."""


def reads(
    name: str,
    answers: type[Shape] | Mapping[str, Any],
    *,
    parameters: Sequence[Parameter[Any]] = (),
    id_name: str | None = None,
) -> Callable[[Reading[V, P]], Method[V, P]]:
    """A GET: its name in the schema, what it answers, its parameters; the docstring's first line describes it.

    `id_name`: the part of the path that names one thing.
    """

    def decorate(method: Reading[V, P]) -> Method[V, P]:
        @extend_schema(
            operation_id=name,
            description=method.__doc__,
            parameters=[*(one.described() for one in parameters), *_path(id_name), RETRY_AFTER],
            responses={200: answers, **_refusals(400, 401, 404, 406, 429)},
        )
        @wraps(method)
        def get(self: V, request: Request, *args: P.args, **path: P.kwargs) -> Response:
            return Response(method(self, _call(request, parameters), *args, **path))

        return cast("Method[V, P]", get)

    return decorate


def acts(
    name: str, answers: type[Shape], *, body: type[B], id_name: str | None = None
) -> Callable[[Acting[V, B, P]], Method[V, P]]:
    """A POST that does something, once per word of the client's: what is made is told in the shape `answers`."""

    def decorate(method: Acting[V, B, P]) -> Method[V, P]:
        key = OpenApiParameter(
            HEADER,
            {"type": "string", "pattern": PATTERN},
            OpenApiParameter.HEADER,
            required=True,
            description="A word of your own for this one write: repeating it does nothing twice.",
        )

        @extend_schema(
            operation_id=name,
            description=method.__doc__,
            parameters=[key, *_path(id_name), RETRY_AFTER],
            request={"application/json": body.model_json_schema()},
            responses={201: answers, **_refusals(400, 401, 403, 404, 406, 410, 413, 415, 422, 429)},
        )
        @wraps(method)
        def post(self: V, request: Request, *args: P.args, **path: P.kwargs) -> Response:
            call = _call(request, ())
            if not may_write(request):
                raise Refused(
                    Wrong("header.Authorization", "The token may only read.", "Make one that may also act."),
                    status=403,
                )
            read = read_body(request, body)
            made = once(
                actions.Asked(call.user, word_of(request), call.now),
                what=f"{request.path} {read.model_dump_json()}",
                act=lambda asked: method(self, asked, read, *args, **path),
            )
            return Response(answers(made).data, status=201)

        return cast("Method[V, P]", post)

    return decorate


def ops_only(call: Call) -> None:
    """For everybody else it does not exist. Raises Http404."""
    if not call.is_ops:
        raise Http404("This is for operations.")


def _call(request: Request, parameters: Sequence[Parameter[Any]]) -> Call:
    assert isinstance(request.user, User)
    return Call(request, request.user, clock.now(), read_query(request.query_params, parameters))


def _refusals(*statuses: int) -> dict[int, Shape]:
    return dict.fromkeys(statuses, Errors)


def _path(id_name: str | None) -> list[OpenApiParameter]:
    """The part of the path that names one thing: a record's Id, else a number."""
    if id_name is None:
        return []
    schema = {
        "record_id": {"type": "string", "pattern": "^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$"},
        "figure": {"type": "string"},
    }.get(id_name, {"type": "integer", "minimum": 1, "maximum": (1 << 63) - 1})
    return [OpenApiParameter(id_name, schema, OpenApiParameter.PATH)]
