"""Events of customers, told by apps."""

from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions.persons import known_as
from messaging.actions.events import record_event
from messaging.api.forms import Event
from optins.api.base import ApiView
from optins.api.documents import APP_KEY, EXTERNAL_ID, documented
from optins.api.forms import Ok


class EventView(ApiView):
    @documented(
        id="user_event",
        tag="Events",
        summary="Tell what a customer did",
        description="Triggered messages that listen to `name` are sent to the customer, once per event. The same "
        "`event_id` with the same body answers as before; with another body it is refused.",
        request=Event,
        ok=Ok,
        errors=["user_not_found", "event_id_conflict"],
        parameters=(APP_KEY, EXTERNAL_ID),
    )
    def post(self, _request: Request, external_id: str, **_path: str) -> Response:
        fields = self.fields(Event)
        record_event(
            source=self.app.key,
            customer=known_as(external_id=external_id),
            event_id=fields["event_id"],
            name=fields["name"],
            occurred_at=fields.get("occurred_at"),
            properties=fields.get("properties"),
        )
        return Response({"status": "ok"})
