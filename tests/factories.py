"""Makers of real rows for tests. Every maker has sound defaults; name only what the test is about.

    programme = opt_in_campaign(keywords=["SPRING"], double_opt_in=True)
    person = customer(numbers=["+13139711649"])

Campaigns are made, completed and launched by the product's own verbs, so that a row here is one that the
product could have made.
"""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from campaigns.actors import Actor
from campaigns.lifecycle import Kind
from campaigns.models import Customer, CustomerEvent, PhoneNumber, Segment
from campaigns.phone import country
from config.roles import sync
from messaging.actions.campaigns import launch as launch_messaging
from messaging.actions.messages import save_message
from messaging.models import MessagingCampaign, SmsMessage
from optins.actions import ledger
from optins.actions.campaigns import create_global, launch, save_global_options, save_options
from optins.actions.ledger import Evidence, Method
from optins.codes import new_app_key, secret_digest
from optins.keywords import SenderKind as SenderKind
from optins.models import (
    ApiApp,
    ConsentEvent,
    GlobalCampaign,
    GlobalOptions,
    MessageProvider,
    OptInCampaign,
    OptInOptions,
    Sender,
    Subscription,
    Suppression,
)

TESTS = Actor.system("tests")
PASSWORD = "correct horse battery staple"
SECRET = "the-secret-of-every-app-in-tests"

WELCOME = "Acme Offers: you are in. 4 msgs/month. Msg&data rates may apply. Reply HELP for help, STOP to cancel."
OPT_OUT = "Acme: you are opted out and will get no more texts. Reply START to come back."
HELP = "Acme: call 800-555-0199 or write to help@acme.example. Reply STOP to cancel."
NO_MATCH = "Acme: sorry, we did not understand that. Reply HELP for help."

_serial = itertools.count(1)


def staff(*roles: str, **fields: Any) -> User:
    """A member of staff in these role groups (`config.roles`), who logs in with `PASSWORD`."""
    username = fields.pop("username", f"staff{next(_serial)}")
    user = User.objects.create_user(username, password=PASSWORD, is_staff=True, **fields)
    if roles:
        sync()
        user.groups.set(Group.objects.filter(name__in=roles))
    return user


def number() -> str:
    """A mobile number in Michigan that no other test of the run was given."""
    return f"+1313971{next(_serial) % 10_000:04d}"


def provider(**fields: Any) -> MessageProvider:
    serial = next(_serial)
    defaults = {
        "name": f"Carrier {serial}",
        "kind": MessageProvider.Kind.SIMULATED,
        "account_sid": f"AC{serial:032x}",
        "auth_token": f"token-{serial}",
    }
    return MessageProvider.objects.create(**{**defaults, **fields})


def sender(kind: SenderKind = SenderKind.SHORT_CODE, **fields: Any) -> Sender:
    serial = next(_serial)
    addresses = {
        SenderKind.SHORT_CODE: f"{90_000 + serial % 10_000}",
        SenderKind.LONG_CODE: f"+1872666{serial % 10_000:04d}",
        SenderKind.TOLL_FREE: f"+1888666{serial % 10_000:04d}",
        SenderKind.MESSAGING_SERVICE: f"MG{serial:032x}",
    }
    if "provider" not in fields:
        fields["provider"] = provider()
    return Sender.objects.create(**{"kind": kind, "address": addresses[kind], **fields})


def segment(rule: dict[str, Any] | None = None, **fields: Any) -> Segment:
    """A segment by a rule of `campaigns.rules`; without one it has everybody."""
    return Segment.objects.create(**{"name": f"Segment {next(_serial)}", "rule": rule or {}, **fields})


def customer(*, numbers: Sequence[str] = (), verified: bool = False, **fields: Any) -> Customer:
    """A person with an `external_id` and these numbers (E.164), all verified or none."""
    serial = next(_serial)
    defaults = {"external_id": f"person-{serial}", "first_name": "Ada", "last_name": "Lovelace"}
    person = Customer.objects.create(**{**defaults, **fields})
    for address in numbers:
        phone_number(person, address, verified=verified)
    return person


def phone_number(person: Customer, address: str | None = None, *, verified: bool = False) -> PhoneNumber:
    address = address or number()
    return PhoneNumber.objects.create(
        customer=person,
        number=address,
        country=country(address),
        verified_at=timezone.now() if verified else None,
    )


def global_campaign(*, complete: bool = True, **options: Any) -> GlobalCampaign:
    """The Global SMS Opt-In, live unless `complete=False`. Keyword arguments are fields of its options."""
    campaign = create_global(name="Global SMS", by=TESTS)
    row = GlobalOptions.objects.get(campaign=campaign)
    if complete:
        texts = {
            "welcome_message": WELCOME,
            "opt_out_message": OPT_OUT,
            "help_message": HELP,
            "no_match_message": NO_MATCH,
        }
        options = {**texts, **options}
        if "sender" not in options:
            options["sender"] = row.sender or sender()
    for name, value in options.items():
        setattr(row, name, value)
    save_global_options(options=row, by=TESTS)
    campaign.refresh_from_db()
    return campaign


def opt_in_campaign(
    *,
    keywords: Sequence[str] | None = None,
    sender: Sender | None = None,
    double_opt_in: bool = False,
    confirmation_request: str = "Acme Offers: reply YES to get 4 msgs/month. Msg&data rates may apply.",
    welcome_message: str = "",
    live: bool = True,
    **fields: Any,
) -> OptInCampaign:
    """A programme, live with its keywords held. Without a Global SMS Opt-In a complete one is made first.

    Further keyword arguments are fields of the campaign (`audience`, `restriction`, `ends_at`, …).
    """
    serial = next(_serial)
    defaults = {"kind": Kind.OPT_IN, "name": f"Offers {serial}", "slug": f"offers-{serial}"}
    campaign = OptInCampaign.objects.create(**{**defaults, **fields})
    options = OptInOptions(
        campaign=campaign,
        sender=sender or _another_sender(),
        double_opt_in=double_opt_in,
        confirmation_request=confirmation_request if double_opt_in else "",
        welcome_message=welcome_message,
    )
    save_options(options=options, keywords=keywords or [f"OFFER{serial}"], by=TESTS)
    if live:
        if not GlobalCampaign.objects.exists():
            global_campaign()
        launch(campaign=campaign, by=TESTS)
        campaign.refresh_from_db()
    return campaign


def api_app(**fields: Any) -> ApiApp:
    """An API app whose secret is `SECRET`."""
    defaults = {"name": f"App {next(_serial)}", "key": new_app_key(), "secret_digest": secret_digest(SECRET)}
    return ApiApp.objects.create(**{**defaults, **fields})


def subscription(programme: OptInCampaign, person: Customer, address: str | None = None) -> Subscription:
    """An opted-in number of `person`, ledger line included: this one, else their first, else a new one."""
    held = address or person.phone_numbers.values_list("number", flat=True).first()
    chosen = held or phone_number(person).number
    evidence = Evidence(method=Method.KEYWORD, sender=programme.options.sender, customer=person)
    return ledger.opt_in(number=chosen, programme=programme, evidence=evidence)


def suppression(address: str, *, sender: Sender | None = None) -> None:
    """A standing suppression as a STOP leaves it: brand-wide, or from one sender."""
    evidence = Evidence(method=Method.STOP, sender=sender)
    ledger.suppress(number=address, sender=sender, reason=Suppression.Reason.STOP, evidence=evidence)


def ledger_of(address: str) -> list[str]:
    """The actions in the ledger of a number, oldest first: `["verified", "opted_in"]`."""
    entries = ConsentEvent.objects.of(address).order_by("sequence")
    return list(entries.values_list("action", flat=True))


def messaging_campaign(*messages: SmsMessage, live: bool = True, due: bool = True, **fields: Any) -> MessagingCampaign:
    """A messaging campaign with these messages, launched by the product's verb unless `live=False`.

    The time of its scheduled messages has come at once, unless `due=False`.
    """
    serial = next(_serial)
    defaults = {"kind": Kind.MESSAGING, "name": f"News {serial}", "slug": f"news-{serial}"}
    campaign = MessagingCampaign.objects.create(**{**defaults, **fields})
    for message in messages:
        message.campaign = campaign
        save_message(message=message, by=TESTS)
    if live:
        launch_messaging(campaign=campaign, by=TESTS)
        campaign.refresh_from_db()
    if due:
        campaign.messages.filter(delivery=SmsMessage.Delivery.SCHEDULED).update(scheduled_for=Now())
    return campaign


def scheduled(programme: OptInCampaign, body: str = "Hello from Acme", **fields: Any) -> SmsMessage:
    """An unsaved message for an hour from now; give it to `messaging_campaign`."""
    defaults = {
        "name": f"Message {next(_serial)}",
        "delivery": SmsMessage.Delivery.SCHEDULED,
        "scheduled_for": timezone.now() + dt.timedelta(hours=1),
        "sender": programme.options.sender,
        "programme": programme,
        "body": body,
    }
    return SmsMessage(**{**defaults, **fields})


def triggered(
    programme: OptInCampaign, event_name: str, body: str = "Thank you from Acme", **fields: Any
) -> SmsMessage:
    """An unsaved message that an event sends at once; give it to `messaging_campaign`."""
    return scheduled(
        programme,
        body,
        **{"delivery": SmsMessage.Delivery.TRIGGERED, "scheduled_for": None, "event_name": event_name, **fields},
    )


def event(person: Customer, name: str, **fields: Any) -> CustomerEvent:
    """Something `person` did just now."""
    serial = next(_serial)
    defaults = {"source": "tests", "event_id": f"event-{serial}", "occurred_at": timezone.now(), "digest": ""}
    return CustomerEvent.objects.create(customer=person, name=name, **{**defaults, **fields})


def forget_limits(pattern: str = "*") -> None:
    """As if an hour had passed: how often codes were asked for is forgotten."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(f"optline:limit:{pattern}"):
        client.delete(key)
    client.close()


def forget_cooldowns() -> None:
    """As if the wait between two codes were over; the hour's count stands."""
    forget_limits("*:cooldown")


def _another_sender() -> Sender:
    # `opt_in_campaign` has an argument of the name `sender`.
    return sender()


def signed_in(*roles: str) -> Client:
    """A browser in which somebody with these roles is signed in to the dashboard."""
    return browser_of(staff(*roles))


def browser_of(user: User) -> Client:
    """A browser in which this user is signed in to the dashboard."""
    client = Client()
    client.force_login(user)
    return client
