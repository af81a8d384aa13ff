"""An app, a programme it enrols for, and a caller that speaks to the API as an app would."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from optins.models import ApiApp, Notice, OptInCampaign
from tests import factories

Answer = tuple[int, dict[str, Any]]


def basic(key: str, secret: str = factories.SECRET) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


class Caller:
    """Calls the API as `app`. Paths are relative to the app's own root."""

    def __init__(self, app: ApiApp) -> None:
        self.app = app
        self.client = Client()
        self.root = f"/priv/v1/apps/{app.key}"
        self.headers = {"Authorization": basic(app.key)}

    def raw(self, method: str, path: str, body: bytes | str = b"", **extra: Any) -> Any:
        extra.setdefault("content_type", "application/json")
        headers = {**self.headers, **extra.pop("headers", {})}
        return self.client.generic(method, self.root + path, body, headers=headers, **extra)

    def call(self, method: str, path: str, body: object = None) -> Answer:
        answer = self.raw(method, path, "" if body is None else json.dumps(body))
        return answer.status_code, answer.json()

    def post(self, path: str, body: object = None) -> Answer:
        return self.call("POST", path, body)

    def request_code(self, external_id: str, number: str, **more: object) -> Answer:
        body = {"external_id": external_id, "to_phone_number": number, **more}
        return self.post("/messaging_events/sms/validation/request", body)

    def confirm_code(self, external_id: str, number: str, code: str | None = None, **more: object) -> Answer:
        typed = texted_code(number) if code is None else code
        body = {"external_id": external_id, "to_phone_number": number, "validation_code": typed, **more}
        return self.post("/messaging_events/sms/validation/confirm", body)


def texted_code(number: str) -> str:
    """The code of the latest text to a number (any spelling with the digits in order), as its handset shows it."""
    digits = "".join(filter(str.isdigit, number))[-10:]
    notice = Notice.objects.filter(kind=Notice.Kind.CODE, number__endswith=digits).first()
    assert notice is not None, "no code was texted"
    found = re.search(r"\b\d{6}\b", notice.sealed_body)
    assert found is not None
    return found[0]


def code_of(answer: Answer) -> tuple[int, str]:
    """The HTTP status and the error code of an answer that must have the API's error shape."""
    status, body = answer
    assert body.keys() == {"status", "errors"}
    assert body["status"] == "error"
    assert body["errors"].keys() == {"code", "message"}
    return status, body["errors"]["code"]


OK: Answer = (200, {"status": "ok"})


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    factories.forget_limits()


@pytest.fixture
def programme(db: None) -> OptInCampaign:
    return factories.opt_in_campaign(welcome_message="Welcome to Acme Offers.")


@pytest.fixture
def caller(programme: OptInCampaign) -> Caller:
    return Caller(factories.api_app(campaign=programme))


@pytest.fixture
def person(db: None) -> Mapping[str, str]:
    """A customer known to apps, and a number that is not on file yet."""
    return {"external_id": str(factories.customer().external_id), "number": factories.number()}
