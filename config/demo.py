"""The demo data: what a newcomer needs to walk the guide on the simulated carrier, and its removal in one step."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.customers import delete_customer, save_customer
from campaigns.actions.segments import delete_segment, save_segment
from campaigns.actors import Actor
from campaigns.models import AuditEntry, Customer, Segment
from campaigns.refusals import Refused
from config import roles
from messaging.actions.providers import delete_provider, delete_sender
from messaging.simulator.accounts import DEMO_ACCOUNTS, Account
from optins.actions.api_apps import save_app
from optins.codes import secret_digest
from optins.models import ApiApp, MessageProvider, Sender

_Row = TypeVar("_Row", bound=Model)

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

REMOVE_PERMISSION = "auth.delete_user"
_SEGMENT = "Gold customers"
_SEEDED, _REMOVED = "demo.seed", "demo.remove"


@dataclass(frozen=True, slots=True)
class Removed:
    """What of the demo data is gone, how many of each kind, and what stays: a sentence for each that is in use."""

    customers: int
    segments: int
    senders: int
    providers: int
    apps: int
    logins: int
    kept: Sequence[str]

    def __str__(self) -> str:
        gone = _(
            "Removed: %(customers)s customers, %(segments)s segments, %(senders)s phone numbers, "
            "%(providers)s providers. Switched off: %(apps)s API apps, %(logins)s logins."
        ) % {name: getattr(self, name) for name in ("customers", "segments", "senders", "providers", "apps", "logins")}
        return " ".join([gone, *self.kept])


@transaction.atomic
def seed() -> bool:
    """Write the demo data, where it is not there yet. False once it was removed: it does not come back.

    Raises Refused outside a local system, since its passwords are known.
    """
    if settings.OPTLINE_ENV != "local":
        raise Refused("not_local", "Demo data has known passwords: it is for OPTLINE_ENV=local only.")
    roles.sync()
    if AuditEntry.objects.filter(act=_REMOVED).exists():
        return False
    for username, role in LOGINS.items():
        _login(username, role)
    for account in DEMO_ACCOUNTS:
        _provider(account)
    for place, person in enumerate(PEOPLE, start=1):
        _customer(place, *person)
    for name in APPS:
        key, secret = app_credentials(name)
        ApiApp.objects.get_or_create(name=name, defaults={"key": key, "secret_digest": secret_digest(secret)})
    if not Segment.objects.filter(name=_SEGMENT).exists():
        rule = {"all": [{"field": "tier", "operator": "is", "value": "gold"}]}
        save_segment(segment=None, name=_SEGMENT, description="Tier is gold.", rule=rule, by=DEMO)
    if not AuditEntry.objects.filter(act=_SEEDED).exists():
        record(by=DEMO, act=_SEEDED, of=Group.objects.get(name=roles.ADMIN))
    return True


def is_there() -> bool:
    """Whether demo data was written here and not removed since."""
    if settings.OPTLINE_ENV != "local":
        return False
    return set(AuditEntry.objects.filter(act__in=[_SEEDED, _REMOVED]).values_list("act", flat=True)) == {_SEEDED}


@transaction.atomic
def remove(*, by: Actor) -> Removed:
    """Take the demo data away: people, segment, numbers, providers, API apps and logins.

    What your own campaigns use stays and is told. Proof of consent stays in any case, and so do logins that have a
    password of their own. Raises Refused when there is none or nobody could sign in afterwards, PermissionDenied.
    """
    by.require(REMOVE_PERMISSION)
    if not is_there():
        raise Refused("no_demo_data", _("There is no demo data here, or it was removed already."))
    known = [user for user in User.objects.filter(username__in=LOGINS, is_active=True) if user.check_password(PASSWORD)]
    if not _administrators().exclude(pk__in=[user.pk for user in known]).exists():
        sentence = _(
            "Nobody could sign in afterwards. Add a login of your own with the role Admin, or change the password "
            "of admin, and ask again."
        )
        raise Refused("nobody_left", sentence)
    kept: list[str] = []
    people = Customer.objects.filter(external_id__in=[_external_id(place) for place, _ in enumerate(PEOPLE, start=1)])
    customers = _each(people, lambda customer: delete_customer(customer=customer, by=by), kept)
    segments = _each(Segment.objects.filter(name=_SEGMENT), lambda row: delete_segment(segment=row, by=by), kept)
    accounts = [account.sid for account in DEMO_ACCOUNTS]
    senders = Sender.objects.filter(provider__account_sid__in=accounts).order_by("pool")
    numbers = _each(senders, lambda sender: delete_sender(sender=sender, by=by), kept)
    providers = MessageProvider.objects.filter(account_sid__in=accounts)
    gone = _each(providers, lambda provider: delete_provider(provider=provider, by=by), kept)
    apps = _switched_off(by)
    logins = User.objects.filter(pk__in=[user.pk for user in known]).update(is_active=False)
    record(by=by, act=_REMOVED, of=Group.objects.get(name=roles.ADMIN), customers=customers, kept=len(kept))
    return Removed(customers, segments, numbers, gone, apps, logins, kept)


def app_credentials(name: str) -> tuple[str, str]:
    """Key and secret of a demo app. The secret is derived, so that it can be shown again without being stored."""
    secret = hmac.new(settings.SECRET_KEY.encode(), f"demo app {name}".encode(), hashlib.sha256).hexdigest()
    key = hashlib.sha256(f"demo app {name}".encode()).hexdigest()[:40]
    return key, secret


def _each(rows: QuerySet[_Row], delete: Callable[[_Row], None], kept: list[str]) -> int:
    """Delete each that nothing uses. What is in use is kept, with its reason."""
    gone = 0
    for row in list(rows):
        try:
            delete(row)
        except Refused as reason:
            kept.append(str(reason))
        else:
            gone += 1
    return gone


def _administrators() -> QuerySet[User]:
    return User.objects.filter(Q(is_superuser=True) | Q(groups__name=roles.ADMIN), is_active=True, is_staff=True)


def _switched_off(by: Actor) -> int:
    """Switch the demo's API apps off: what they did stays attributed to them."""
    apps = ApiApp.objects.filter(key__in=[app_credentials(name)[0] for name in APPS], active=True)
    for app in apps:
        save_app(app=app, name=app.name, campaign=app.campaign, active=False, by=by)
    return len(apps)


def _login(username: str, role: str) -> None:
    user, created = User.objects.get_or_create(username=username, defaults={"is_staff": True})
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        user.groups.add(Group.objects.get(name=role))


def _external_id(place: int) -> str:
    return f"demo-{place:03d}"


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
    external_id = _external_id(place)
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
