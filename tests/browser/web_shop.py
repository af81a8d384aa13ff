"""An app of the company that calls the API as its developers would, over HTTP."""

from collections.abc import Callable, Mapping

import requests

from optins.models import ApiApp
from tests import factories


class WebShop:
    """Calls with its key and secret; every call must be answered with ok."""

    def __init__(self, app: ApiApp, site: str, work: Callable[[], None]) -> None:
        self.root = f"{site}/priv/v1/apps/{app.key}"
        self.login = (app.key, factories.SECRET)
        self.work = work

    def asks_for_a_code(self, external_id: str, number: str, programme: int) -> None:
        body = {"external_id": external_id, "to_phone_number": number, "campaign_id": programme}
        self._post("messaging_events/sms/validation/request", body)

    def confirms(self, external_id: str, number: str, code: str) -> None:
        body = {"external_id": external_id, "to_phone_number": number, "validation_code": code}
        self._post("messaging_events/sms/validation/confirm", body)

    def tells(self, external_id: str, event: str, event_id: str) -> None:
        self._post(f"external/users/{external_id}/events", {"event_id": event_id, "name": event})

    def _post(self, path: str, body: Mapping[str, object]) -> None:
        answer = requests.post(f"{self.root}/{path}", json=body, auth=self.login, timeout=5)
        assert answer.json()["status"] == "ok", answer.text
        self.work()
