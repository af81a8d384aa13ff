"""`manage.py seed_demo`: what a newcomer needs to walk the guide on the simulated carrier."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction

from campaigns.actions.customers import save_customer
from campaigns.actions.segments import save_segment
from campaigns.actors import Actor
from campaigns.commands import Answer, OperatorCommand
from campaigns.models import Customer, Segment
from campaigns.refusals import Refused
from config import roles
from messaging.simulator.accounts import DEMO_ACCOUNTS, Account
from optins.codes import secret_digest
from optins.models import ApiApp, MessageProvider, Sender

DEMO = Actor.system("demo data")
PASSWORD = "optline-demo"  # noqa: S105  local demo only; production refuses this command
LOGINS = {"admin": roles.ADMIN, "launcher": roles.LAUNCHER, "marketer": roles.MARKETER, "viewer": roles.VIEWER}
APPS = ("Web shop", "Mobile app")
# The simulated carrier grants what the real one would, but nobody wants to wait for a long code in a demo.
PARTS_PER_SECOND = {"short_code": 100.0, "long_code": 10.0, "toll_free": 10.0, "messaging_service": 10.0}

PEOPLE = (
    ("Ada", "Lovelace", "TX", "America/Chicago", 1985, "gold"),
    ("Bob", "Marsh", "MI", "America/Detroit", 1992, "silver"),
    ("Carmen", "Ortiz", "CA", "America/Los_Angeles", 2001, "gold"),
    ("Dmitri", "Sokolov", "NY", "America/New_York", 1978, ""),
    ("Eve", "Nakamura", "CA", "America/Los_Angeles", 1999, "silver"),
    ("Farid", "Haddad", "FL", "America/New_York", 2012, "gold"),
    ("Grace", "Okafor", "IL", "America/Chicago", 1969, "gold"),
    ("Henrik", "Lund", "WA", "America/Los_Angeles", 1988, ""),
    ("Inés", "Bartholomew-Featherstonehaugh", "CT", "America/New_York", 1990, "silver"),
    ("Jo", "Li", "TX", "America/Chicago", 1995, "silver"),
    ("Kofi", "Mensah", "GA", "America/New_York", 1983, "gold"),
    ("Lena", "Fischer", "OR", "America/Los_Angeles", 2003, ""),
)


class Command(OperatorCommand):
    help = "Seed users, providers, numbers, API apps and customers for trying Optline out. Run again, it adds nothing."

    @transaction.atomic
    def answer(self, **_: Any) -> Answer:
        if settings.OPTLINE_ENV != "local":
            raise Refused("not_local", "Demo data has known passwords: it is for OPTLINE_ENV=local only.")
        roles.sync()
        for username, role in LOGINS.items():
            self._login(username, role)
        for account in DEMO_ACCOUNTS:
            _provider(account)
        for place, person in enumerate(PEOPLE, start=1):
            _customer(place, *person)
        if not Segment.objects.exists():
            rule = {"all": [{"field": "tier", "operator": "is", "value": "gold"}]}
            save_segment(segment=None, name="Gold customers", description="Tier is gold.", rule=rule, by=DEMO)
        return {
            "users": [{"username": name, "password": PASSWORD, "role": role} for name, role in LOGINS.items()],
            "apps": [_app(name) for name in APPS],
            "providers": [{"name": account.friendly_name, "account_sid": account.sid} for account in DEMO_ACCOUNTS],
        }

    def in_words(self, answer: Any) -> str:
        width = max(map(len, LOGINS))
        users = [
            f"  {row['username']:<{width}}  password {row['password']}   ({row['role']})" for row in answer["users"]
        ]
        apps = [f"  API app “{row['name']}”: key {row['key']}, secret {row['secret']}" for row in answer["apps"]]
        return "\n".join([*users, *apps])

    def _login(self, username: str, role: str) -> None:
        user, created = User.objects.get_or_create(username=username, defaults={"is_staff": True})
        if created:
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
            user.groups.add(Group.objects.get(name=role))


def _provider(account: Account) -> None:
    provider, _ = MessageProvider.objects.get_or_create(
        account_sid=account.sid,
        defaults={
            "name": account.friendly_name,
            "kind": MessageProvider.Kind.SIMULATED,
            "auth_token": account.auth_token,
        },
    )
    pools = {service.sid: _service(provider, service.sid, service.friendly_name) for service in account.services}
    for number in account.numbers:
        Sender.objects.get_or_create(
            provider=provider,
            address=number.address,
            defaults={
                "kind": number.kind,
                "label": number.friendly_name,
                "pool": pools.get(number.service_sid or ""),
                "parts_per_second": PARTS_PER_SECOND[number.kind],
            },
        )


def _service(provider: MessageProvider, sid: str, name: str) -> Sender:
    sender, _ = Sender.objects.get_or_create(
        provider=provider,
        address=sid,
        defaults={
            "kind": "messaging_service",
            "label": name,
            "advanced_opt_out": True,
            "parts_per_second": PARTS_PER_SECOND["messaging_service"],
        },
    )
    return sender


def _customer(place: int, first: str, last: str, state: str, zone: str, born: int, tier: str) -> None:
    external_id = f"demo-{place:03d}"
    if Customer.objects.filter(external_id=external_id).exists():
        return
    save_customer(
        external_id=external_id,
        profile={
            "first_name": first,
            "last_name": last,
            "state": state,
            "country": "US",
            "time_zone": zone,
            "birth_date": f"{born}-06-15",
        },
        # The numbers that films use: no telephone has them.
        phone_numbers=[{"phone_number": f"+131355501{place:02d}"}],
        attributes={"tier": tier} if tier else {},
        by=DEMO,
    )


def _app(name: str) -> dict[str, str]:
    """The app with its key and secret. The secret is derived, so that it can be shown again without being stored."""
    secret = hmac.new(settings.SECRET_KEY.encode(), f"demo app {name}".encode(), hashlib.sha256).hexdigest()
    key = hashlib.sha256(f"demo app {name}".encode()).hexdigest()[:40]
    ApiApp.objects.get_or_create(name=name, defaults={"key": key, "secret_digest": secret_digest(secret)})
    return {"name": name, "key": key, "secret": secret}
