"""Message providers and phone numbers: saving and deleting them. Secrets are given apart and never told again."""

from collections.abc import Mapping

from django.conf import settings
from django.db import models, router, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.phone import InvalidPhoneNumber, parse_sender
from campaigns.refusals import Refused
from optins.models import MessageProvider, Sender

SECRETS = ("auth_token", "second_auth_token", "api_key_secret")
CHECK_FAULTY = "messaging.check_faulty_providers"
_TOLD = ("name", "kind", "account_sid", "api_key_sid")


@transaction.atomic
def save_provider(*, provider: MessageProvider, secrets: Mapping[str, str], by: Actor) -> None:
    """Save a provider. `secrets` holds only those that change, by field; an empty text removes one.

    What was found out about the connection is forgotten when the credentials change.
    """
    creating = provider._state.adding
    by.require("optins.add_messageprovider" if creating else "optins.change_messageprovider")
    before = None if creating else MessageProvider.objects.select_for_update().get(pk=provider.pk)
    for name in SECRETS:
        kept = "" if before is None else getattr(before, name)
        setattr(provider, name, secrets.get(name, kept).strip())
    if not provider.api_key_sid:
        provider.api_key_secret = ""
    provider.full_clean()
    changed = [name for name in (*_TOLD, *SECRETS) if getattr(before, name, None) != getattr(provider, name)]
    if set(changed) - {"name"}:
        provider.checked_at, provider.check_problem = None, ""
        ring_after_commit(CHECK_FAULTY)
    provider.save()
    record(by=by, act="provider.save", of=provider, changed=changed)


@transaction.atomic
def save_sender(*, sender: Sender, by: Actor) -> None:
    """Save a phone number. The number itself may be typed in any usual spelling."""
    by.require("optins.add_sender" if sender._state.adding else "optins.change_sender")
    sender.address = canonical_address(kind=sender.kind, address=sender.address)
    sender.full_clean()
    sender.save()
    record(by=by, act="sender.save", of=sender, provider=sender.provider.name)


def canonical_address(*, kind: str, address: str) -> str:
    """The one spelling under which a sender is kept. Raises `Refused` for what is no number."""
    if kind not in (Sender.KindChoice.LONG_CODE, Sender.KindChoice.TOLL_FREE):
        return address.strip()
    try:
        return parse_sender(address, region=settings.DEFAULT_PHONE_REGION)
    except InvalidPhoneNumber as problem:
        raise Refused("invalid_number", str(problem), field="address") from None


def in_use(thing: MessageProvider | Sender) -> str:
    """Why it cannot be deleted, as a sentence; empty when nothing refers to it."""
    collector = Collector(using=router.db_for_write(type(thing), instance=thing))
    try:
        collector.collect([thing])
    except (ProtectedError, RestrictedError) as error:
        found: set[models.Model] = (
            error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
        )
        what = ", ".join(sorted({str(row._meta.verbose_name_plural) for row in found}))
        return _("“%(thing)s” cannot be deleted, because it is in use by: %(what)s.") % {"thing": thing, "what": what}
    return ""


@transaction.atomic
def delete_provider(*, provider: MessageProvider, by: Actor) -> None:
    """Delete a provider that nothing refers to."""
    by.require("optins.delete_messageprovider")
    _delete(provider, by, act="provider.delete")


@transaction.atomic
def delete_sender(*, sender: Sender, by: Actor) -> None:
    """Delete a phone number that nothing refers to."""
    by.require("optins.delete_sender")
    _delete(sender, by, act="sender.delete")


def _delete(thing: MessageProvider | Sender, by: Actor, *, act: str) -> None:
    problem = in_use(thing)
    if problem:
        raise Refused("in_use", problem)
    record(by=by, act=act, of=thing)
    thing.delete()
