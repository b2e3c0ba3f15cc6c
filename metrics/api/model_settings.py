"""The lead model's settings: in force, their versions, and a check of a file that changes nothing. For operations."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from base import clock
from base.models import User
from leadmodel.models import SettingsVersion
from leadmodel.settings_file import WrongSettings, parse
from leadmodel.settings_store import latest_version
from leadmodel.settings_template import shipped_yaml
from metrics.api.bodies import YamlBytes, raw_of
from metrics.api.errors import Refused, Wrong
from metrics.api.paging import PAGED, Paged, limit_of, page, place_of
from metrics.api.parameters import read_query
from metrics.api.resource import RETRY_AFTER, Call, Errors, Resource, ops_only, reads
from metrics.api.shapes import CheckShape, InForceShape, VersionPage, VersionShape, VersionText


class Versions(Resource):
    """Versions of the settings."""

    @reads("settings_versions", VersionPage, parameters=PAGED)
    def get(self, call: Call) -> Paged:
        """Versions of the settings, the latest first; for operations."""
        ops_only(call)
        found = SettingsVersion.objects.select_related("entered_by").order_by("-pk")
        place = place_of(call, int)
        if place is not None:
            found = found.filter(pk__lt=place[0])
        return page(call, list(found[: limit_of(call) + 1]), VersionShape, lambda row: [row.pk])


class OneVersion(Resource):
    """One version of the settings."""

    @reads("settings_version", VersionText, id_name="number")
    def get(self, call: Call, number: int) -> Any:
        """A version of the settings with its text; for operations."""
        ops_only(call)
        found = SettingsVersion.objects.filter(pk=number).first()
        if found is None:
            raise Http404(f"There is no version {number} of the settings.")
        return VersionText(found).data


class InForce(Resource):
    """The settings in force."""

    @reads("settings_in_force", InForceShape)
    def get(self, call: Call) -> Any:
        """The settings in force; for operations."""
        ops_only(call)
        found = latest_version()
        number, text = (found.pk, found.text) if found is not None else (None, shipped_yaml())
        return InForceShape({"number": number, "text": text}).data


class Check(Resource):
    """A check of a settings file."""

    parser_classes = [YamlBytes]

    @extend_schema(
        operation_id="settings_check",
        parameters=[RETRY_AFTER],
        request={"application/yaml": {"description": "A settings file."}},
        responses={200: CheckShape, **dict.fromkeys((400, 401, 403, 404, 406, 413, 415, 429), Errors)},
    )
    def post(self, request: Request) -> Response:
        """What is wrong with a settings file; nothing is entered. For operations."""
        assert isinstance(request.user, User)
        ops_only(Call(request, request.user, clock.now(), read_query(request.query_params, ())))
        return Response(CheckShape({"problems": _problems(raw_of(request))}).data)


def _problems(raw: bytes) -> list[str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refused(Wrong("body", "The file is not in UTF-8.", "Save it in UTF-8.")) from error
    try:
        parse(text)
    except WrongSettings as error:
        return error.problems
    return []
