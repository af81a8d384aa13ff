"""Customers as apps see them: created, updated, read, and taken off texts."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions.customers import save_customer
from campaigns.actions.persons import known_as
from campaigns.models import Customer
from campaigns.profile import FIELDS
from optins import queries
from optins.actions.opting_out import opt_out_customer
from optins.api import bodies
from optins.api.base import ApiView
from optins.api.documents import APP_KEY, EXTERNAL_ID, documented
from optins.api.errors import ApiError
from optins.api.forms import OptedOut, OptOut, User, UserUpdate
from optins.models import Subscription, Suppression, digest_of

_TAG: Final = "Customers"
_PATH: Final = (APP_KEY, EXTERNAL_ID)


class UserView(ApiView):
    @documented(
        id="user_save",
        tag=_TAG,
        summary="Create or update a customer",
        description="Creates the customer when the external_id is new. Nothing here opts anybody in or marks a "
        "number as verified. The fields may also stand in an object named `user`.",
        request=UserUpdate,
        ok=User,
        errors=["invalid_phone_number"],
        parameters=_PATH,
    )
    def put(self, _request: Request, external_id: str, **_path: str) -> Response:
        fields = _unwrapped(bodies.read(self.request._request))
        if fields.pop("external_id", external_id) != external_id:
            raise ApiError("argument_error", "external_id: this is not the one in the path.")
        customer, _ = save_customer(
            external_id=external_id,
            attributes=_taken(fields, "attributes", dict, "an object"),
            phone_numbers=_taken(fields, "phone_numbers", list, "a list"),
            profile=fields,
            by=self.by,
        )
        return Response(_shown(customer))

    @documented(
        id="user_read",
        tag=_TAG,
        summary="Read a customer, with consent",
        description="Each number with whether it is verified and where it stands in each opt-in campaign.",
        ok=User,
        errors=["user_not_found"],
        parameters=_PATH,
    )
    def get(self, _request: Request, external_id: str, **_path: str) -> Response:
        return Response(_shown(known_as(external_id=external_id)))


class OptOutView(ApiView):
    @documented(
        id="user_opt_out",
        tag=_TAG,
        summary="Opt a customer out",
        description="Ends the subscriptions of the customer's numbers. Without `campaign_id` no text goes to them "
        "any more, until the person texts START. Safe to repeat.",
        request=OptOut,
        ok=OptedOut,
        errors=["user_not_found", "not_found", "invalid_phone_number"],
        parameters=_PATH,
    )
    def post(self, _request: Request, external_id: str, **_path: str) -> Response:
        fields = self.fields(OptOut)
        ended = opt_out_customer(
            customer=known_as(external_id=external_id),
            number=fields.get("to_phone_number") or None,
            programme_id=fields.get("campaign_id"),
            reason=fields.get("reason") or "",
            by=self.by,
            ip=self.ip,
        )
        return Response({"status": "ok", "ended": ended})


def _unwrapped(body: dict[str, Any]) -> dict[str, Any]:
    inner = body.get("user", body)
    if not isinstance(inner, dict):
        raise ApiError("argument_error", "user: give an object.")
    return dict(inner)


def _taken(fields: dict[str, Any], name: str, kind: type, said: str) -> Any:
    """The field, taken out of `fields`, when it is of that JSON type; None when it is not there."""
    if name not in fields:
        return None
    value = fields.pop(name)
    if not isinstance(value, kind):
        raise ApiError("argument_error", f"{name}: give {said}.")
    return value


def _shown(customer: Customer) -> Mapping[str, object]:
    profile = {field: getattr(customer, field) for field in FIELDS}
    return {
        "status": "ok",
        "user": {**profile, "attributes": customer.attributes, "phone_numbers": _numbers(customer)},
    }


def _numbers(customer: Customer) -> list[Mapping[str, object]]:
    """The customer's numbers in the shape of the API; the primary one is what consent by app counts for."""
    phones = list(customer.phone_numbers.all())
    numbers = [phone.number for phone in phones]
    primary = queries.first_verified_number(customer.pk) or next(iter(numbers), None)
    stopped = Suppression.objects.standing_for(*numbers).filter(sender__isnull=True)
    suppressed = set(stopped.values_list("number_digest", flat=True))
    consents = _consents(numbers)
    return [
        {
            "phone_number": phone.number,
            "phone_type": "mobile",
            "preference_flags": ["primary"] if phone.number == primary else [],
            "verified_ownership": phone.verified_at is not None,
            "opted_out": digest_of(phone.number) in suppressed,
            "consents": consents[phone.number],
        }
        for phone in phones
    ]


def _consents(numbers: list[str]) -> Mapping[str, list[Mapping[str, object]]]:
    found: defaultdict[str, list[Mapping[str, object]]] = defaultdict(list)
    standing = Subscription.objects.filter(number__in=numbers).select_related("programme").order_by("programme_id")
    for row in standing:
        programme = row.programme
        entry = {"campaign_id": programme.pk, "preference": programme.preference, "state": row.state}
        found[row.number].append(entry)
    return found
