"""Whatever is sent, the answer is JSON of one shape: never HTML, never a framework's own words, never a 500."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from campaigns.profile import FIELDS
from optins.models import Notice
from tests import factories
from tests.optins.api.conftest import Caller, code_of

REQUEST = "/messaging_events/sms/validation/request"
CONFIRM = "/messaging_events/sms/validation/confirm"
GOOD = {"external_id": "ada", "to_phone_number": "+13139711649"}


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    factories.customer(external_id="ada")


def _told(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/json"
    return code_of((answer.status_code, answer.json()))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "missing_data"),
        (b"{}", "missing_data"),
        (b"[]", "argument_error"),
        (b'"text"', "argument_error"),
        (b"null", "argument_error"),
        (b"{", "argument_error"),
        (b'{"external_id": "ada"}', "missing_data"),
        (b'{"external_id": "", "to_phone_number": "1"}', "missing_data"),
        (b'{"external_id": "a", "external_id": "b"}', "argument_error"),
        (b'{"external_id": "\xff"}', "argument_error"),
        (b'{"external_id": "a\\u0000"}', "argument_error"),
        (b'{"external_id": "\\ud800"}', "argument_error"),
        (b'{"external_id": NaN}', "argument_error"),
        (b'{"external_id": 1e999}', "argument_error"),
        (b'{"external_id": ' + b"9" * 5000 + b"}", "argument_error"),
        (b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}", "argument_error"),
        (b"[" * 30_000, "argument_error"),
        (b'{"a":' * 10_000, "argument_error"),
    ],
)
def test_a_body_that_is_no_use_is_a_400(caller: Caller, body: bytes, code: str) -> None:
    assert _told(caller.raw("POST", REQUEST, body)) == (400, code)


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], {}, ["ada"], {"a": 1}, "x" * 300])
@pytest.mark.parametrize("field", ["external_id", "to_phone_number", "validation_code"])
def test_a_field_of_the_wrong_type_is_an_argument_error(caller: Caller, field: str, value: object) -> None:
    body = {**GOOD, "validation_code": "123456", field: value}

    status, told = caller.post(CONFIRM, body)

    assert code_of((status, told)) == (400, "argument_error")
    assert told["errors"]["message"].startswith(f"{field}: ")


@pytest.mark.parametrize("value", ["12", 0, -1, 2**63, True, 1.5, [], {}])
def test_a_campaign_id_is_a_whole_number(caller: Caller, value: object) -> None:
    assert code_of(caller.post(REQUEST, {**GOOD, "campaign_id": value})) == (400, "argument_error")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


_PATHS = {
    ("POST", REQUEST): [*GOOD, "campaign_id", "message_text", "ip_address"],
    ("POST", CONFIRM): [*GOOD, "validation_code", "ip_address"],
    ("PUT", "/external/users/ada"): [*FIELDS, "attributes", "phone_numbers", "user"],
    ("POST", "/external/users/ada/opt_out"): ["to_phone_number", "campaign_id", "reason"],
    ("POST", "/external/users/ada/events"): ["event_id", "name", "occurred_at", "properties"],
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("call", _PATHS)
def test_no_json_whatsoever_is_a_fault_of_ours(caller: Caller, call: tuple[str, str], data: st.DataObject) -> None:
    body = data.draw(st.dictionaries(st.sampled_from(_PATHS[call]), _JSON))

    answer = caller.raw(*call, json.dumps(body))

    assert answer.status_code < 500


@pytest.mark.parametrize("path", ["%FF", "%ED%A0%80", "a" * 5000, "%F0%9F%98%80", "%2e%2e", "a%0Ab", "%20"])
def test_no_address_whatsoever_is_a_fault_of_ours(caller: Caller, path: str) -> None:
    for method in ("GET", "PUT"):
        assert caller.raw(method, f"/external/users/{path}", "{}").status_code < 500


@pytest.mark.parametrize("limit", [10_000, 100_000])
def test_a_body_that_is_too_large_is_not_read(caller: Caller, settings: Settings, limit: int) -> None:
    settings.API_BODY_LIMIT = limit
    body = json.dumps({**GOOD, "padding": "x" * limit})

    assert _told(caller.raw("POST", REQUEST, body)) == (413, "payload_too_large")


@pytest.mark.parametrize(("padding", "status"), [("", 200), ("x" * 70_000, 413)])
def test_a_body_in_chunks_is_read_up_to_the_limit(caller: Caller, padding: str, status: int) -> None:
    body = json.dumps({**GOOD, "padding": padding}).encode()
    chunked: dict[str, Any] = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": BytesIO(body)}

    assert caller.raw("POST", REQUEST, body, **chunked).status_code == status


def test_a_form_is_an_unsupported_media_type(caller: Caller) -> None:
    form = "application/x-www-form-urlencoded"

    assert _told(caller.raw("POST", REQUEST, "external_id=ada", content_type=form)) == (415, "unsupported_media_type")


def test_a_browsers_wish_for_html_is_answered_in_json(caller: Caller) -> None:
    assert _told(caller.raw("POST", REQUEST, "{}", headers={"Accept": "text/html"})) == (400, "missing_data")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_not_allowed(caller: Caller, method: str) -> None:
    assert _told(caller.raw(method, REQUEST)) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["", "/", "/messaging_events", "/external/users", "/external/users/a/b/c"])
def test_a_path_that_leads_nowhere_is_not_found(caller: Caller, path: str) -> None:
    assert _told(caller.raw("POST", path, "{}")) == (404, "not_found")


@pytest.mark.parametrize("path", ["/priv", "/priv/", "/priv/v1", "/priv/v2/apps/x/users"])
def test_so_is_every_other_path_under_priv(path: str) -> None:
    assert _told(Client().get(path)) == (404, "not_found")


def test_a_nul_in_the_address_is_an_argument_error(caller: Caller) -> None:
    assert _told(caller.raw("GET", "/external/users/a%00b")) == (400, "argument_error")


def test_a_fault_of_ours_is_told_without_its_words(caller: Caller, settings: Settings) -> None:
    settings.ALLOWED_COUNTRIES = None

    answer = caller.raw("POST", REQUEST, json.dumps(GOOD))

    assert _told(answer) == (500, "internal_server_error")
    assert "NoneType" not in answer.content.decode()
    assert not Notice.objects.exists()


def test_no_answer_ever_shows_the_code(caller: Caller) -> None:
    answer = caller.raw("POST", REQUEST, json.dumps(GOOD))

    assert answer.content == b'{"status":"ok"}'
