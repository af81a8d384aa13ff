"""Texts of which no rule is sure: put before a person, who reads them as an opt-out or not."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.phone import mask
from campaigns.refusals import Refused
from optins.actions import ledger
from optins.actions.ledger import Evidence, Method
from optins.actions.stopping import stop_number
from optins.models import OptOutReview, Sender

DECIDE = "optins.decide_review"
_WAITING = OptOutReview.State.WAITING


def put_to_review(*, number: str, sender: Sender, text: str, sid: str) -> None:
    """Let a person decide about this text, in the caller's transaction. From now on its number gets no marketing."""
    OptOutReview.objects.create(number=number, sender=sender, text=text, inbound_sid=sid)


@transaction.atomic
def read_as_opt_out(*, review: OptOutReview, by: Actor, reason: str = "") -> None:
    """The text asks to stop: it does what a STOP to that sender does, save the answer.

    Nothing is answered: a confirmation is presumed to be wanted within five minutes of the text only
    (47 CFR 64.1200(a)(12)). Other texts of the number that wait are settled with it.
    """
    by.require(DECIDE)
    ledger.lock_number(review.number)
    _decide(review, OptOutReview.State.OPTED_OUT, by, reason)
    evidence = Evidence(
        method=Method.STOP,
        sender=review.sender,
        inbound_sid=review.inbound_sid,
        inbound_text=review.text,
        staff=by.label,
        reason=reason,
    )
    stop_number(number=review.number, sender=review.sender, evidence=evidence, carrier_blocks=False)
    record(by=by, act="review.opt_out", of=review, number=mask(review.number), reason=reason)


@transaction.atomic
def read_as_no_opt_out(*, review: OptOutReview, by: Actor, reason: str) -> None:
    """The text asks for something else. Marketing goes on, unless another text of the number waits.

    Raises `Refused` without a reason: who texts a person that may have said stop has to say why.
    """
    by.require(DECIDE)
    if not reason.strip():
        raise Refused("missing_data", _("Say why this text is not an opt-out."), field="reason")
    _decide(review, OptOutReview.State.KEPT, by, reason)
    record(by=by, act="review.keep", of=review, number=mask(review.number), reason=reason)


def _decide(review: OptOutReview, state: OptOutReview.State, by: Actor, reason: str) -> None:
    waiting = OptOutReview.objects.filter(pk=review.pk, state=_WAITING)
    if not waiting.update(state=state, decided_at=Now(), decided_by=by.label, reason=reason.strip()[:255]):
        raise Refused(
            "wrong_state", _("Somebody has decided about this text already, or the person texted STOP since.")
        )
