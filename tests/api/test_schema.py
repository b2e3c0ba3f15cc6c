"""Whatever the schema allows, and whatever it forbids: no fault of ours, and every answer as the schema says.

Schemathesis makes requests up from the API's own schema and asks the app itself, as each role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema

from config.wsgi import application
from leadmodel.models import Exclusion, SettingsVersion
from tests.api.conftest import Act, Program
from tests.pages.world import World

load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    )
]


def load(program: Program) -> BaseSchema:
    """The API's schema, as the app serves it."""
    headers = {"Authorization": f"Bearer {program.token}", "Host": "localhost"}
    return schemathesis.openapi.from_wsgi("/api/schema/", application, headers=headers)


def ask_everything(program: Program, known: Mapping[str, object], *, examples: int) -> set[str]:
    """Ask each operation `examples` times with what its schema allows, and as often with what it forbids.

    What is allowed is asked about things that are there: `known` names them. Returns the operations asked.
    """
    schema, asked = load(program), set()
    headers = {"Authorization": f"Bearer {program.token}", "Host": "localhost"}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        there = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
        for strategy in (
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=there or None),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        ):

            @settings(
                max_examples=examples,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=strategy)
            def ask(case: Any) -> None:
                case.call_and_validate(headers=headers, checks=CHECKED)

            ask()
        asked.add(operation.label)
    return asked


@pytest.fixture
def _connection_kept(known: Mapping[str, object]) -> Iterator[None]:
    """The app, asked over WSGI, leaves the test's own database connection open.

    Django's test client sees to that for what is asked through it, which must be over by then.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def known(world: World, alice: Program) -> Mapping[str, object]:
    """A person, and a request, an exception and a version of the settings of one number."""
    person = world.ids["answered"]
    request = alice.post("requests/", {"record_id": person, "why": "a test"}).json()["number"]
    Exclusion.objects.update(id=request)
    SettingsVersion.objects.update(id=request)
    return {"record_id": person, "number": request, "figure": "sla_attainment"}


ROLES = pytest.mark.parametrize("name", ["alice", "mona", "otto"])


@pytest.mark.usefixtures("_connection_kept")
@ROLES
def test_no_request_finds_a_fault(act_as: Act, known: Mapping[str, object], name: str) -> None:
    assert len(ask_everything(act_as(name), known, examples=2)) > 20


@pytest.mark.soak
@pytest.mark.usefixtures("_connection_kept")
@ROLES
def test_no_request_of_many_finds_a_fault(act_as: Act, known: Mapping[str, object], name: str) -> None:
    ask_everything(act_as(name), known, examples=200)
