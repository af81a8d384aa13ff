"""From a provider's row to the wire, and what staff ask of a carrier: test the connection, fetch numbers."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.language import retold
from campaigns.refusals import Refused
from messaging.actions.upkeep.resuming import resume_mended
from messaging.gateway.twilio import Account, ProviderProblem, TwilioGateway
from messaging.gateway.twilio import gateway_for as gateway_of_account
from optins.models import MessageProvider, Sender

CHANGE_PROVIDER = "optins.change_messageprovider"

# What carriers grant as a rule, until the operator writes the real figure.
_USUAL_PARTS_PER_SECOND = {"short_code": 100.0, "toll_free": 3.0}


def gateway_for(provider: MessageProvider) -> TwilioGateway:
    """The gateway of a provider. One per set of credentials, so that connections are kept between chunks."""
    if provider.kind == MessageProvider.Kind.SIMULATED:
        if not settings.SIMULATOR_URL:
            raise Refused("no_simulator", _("This provider is the simulated carrier, and SIMULATOR_URL is not set."))
        base_url = settings.SIMULATOR_URL
    else:
        base_url = settings.TWILIO_API_BASE_URL
    return gateway_of_account(
        Account(
            sid=provider.account_sid,
            username=provider.api_key_sid or provider.account_sid,
            password=provider.api_key_secret or provider.auth_token,
            base_url=base_url or None,
            timeout_seconds=settings.TWILIO_TIMEOUT,
            most_at_once=settings.SEND_CONNECTIONS,
        )
    )


def check_connection(*, provider: MessageProvider, by: Actor) -> str:
    """Ask the carrier whether the credentials work, and keep the answer. Returns the sentence for staff.

    When they do, campaigns that were paused because they did not go on. Raises `Refused` when they do not. No
    transaction is open while the carrier is on the line.
    """
    by.require(CHANGE_PROVIDER)
    gateway = gateway_for(provider)
    check = gateway.check()
    problem = "" if check.ok else check.sentence
    with transaction.atomic():
        MessageProvider.objects.filter(pk=provider.pk).update(checked_at=Now(), check_problem=problem[:255])
        record(by=by, act="provider.check", of=provider, ok=check.ok)
    if problem:
        raise Refused("provider_refused", retold(problem))
    resume_mended(provider=provider, numbers=lambda: {number.address for number in gateway.numbers()})
    return retold(check.sentence)


def fetch_numbers(*, provider: MessageProvider, by: Actor) -> Sequence[Sender]:
    """Add the account's numbers, short codes and messaging services that are not here yet. Returns the new ones."""
    by.require("optins.add_sender")
    try:
        found = gateway_for(provider).numbers()
    except ProviderProblem as problem:
        raise Refused("provider_refused", retold(str(problem))) from None
    added: list[Sender] = []
    with transaction.atomic():
        # Services first: the numbers in their pools point to them.
        for number in sorted(found, key=lambda number: number.kind != "messaging_service"):
            pool = Sender.objects.filter(provider=provider, address=number.messaging_service_sid or "").first()
            sender, created = Sender.objects.get_or_create(
                provider=provider,
                address=number.address,
                defaults={
                    "kind": number.kind,
                    "label": number.friendly_name[:100],
                    "pool": pool,
                    "parts_per_second": _USUAL_PARTS_PER_SECOND.get(number.kind, 1.0),
                },
            )
            if created:
                added.append(sender)
        record(by=by, act="provider.fetch_numbers", of=provider, added=[sender.address for sender in added])
    return added
