"""The OpenAPI description: whole, without a warning, and true to what the calls answer."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from optins.api.documents import ALWAYS, MEANING
from optins.api.errors import STATUS_OF


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    found: dict[str, Any] = yaml.safe_load(out.getvalue())
    return found


def _answers(schema: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Status and code of every error in the description."""
    for calls in schema["paths"].values():
        for call in calls.values():
            for status, answer in call["responses"].items():
                for example in answer["content"]["application/json"].get("examples", {}).values():
                    yield int(status), example["value"]["errors"]["code"]


def test_every_call_is_described_once(schema: dict[str, Any]) -> None:
    described = [path.removeprefix("/priv/v1/apps/{app_key}") for path in schema["paths"]]

    assert sorted(described) == [
        "/external/users/{external_id}",
        "/external/users/{external_id}/events",
        "/external/users/{external_id}/opt_out",
        "/messaging_events/sms/validation/confirm",
        "/messaging_events/sms/validation/request",
    ]


def test_every_error_code_has_its_status_and_its_meaning(schema: dict[str, Any]) -> None:
    described = set(_answers(schema))

    assert {code for _, code in described} == set(STATUS_OF) == set(MEANING)
    assert all(STATUS_OF[code] == status for status, code in described)
    assert set(ALWAYS) <= {code for _, code in described}


def test_schema_and_page_are_served_to_anybody() -> None:
    for path in ("/api/schema", "/api/docs"):
        assert Client().get(path).status_code == 200
