"""One line in the audit trail, written inside the verb's own transaction."""

from django.db import models

from campaigns.actors import Actor
from campaigns.language import english
from campaigns.models import AuditEntry


def record(*, by: Actor, act: str, of: models.Model, **detail: object) -> None:
    """`act` is a stable word such as `campaign.launch`; `detail` must be JSON and hold no secret or text.

    What it is called is kept in English, whatever the actor reads: the trail is one for all.
    """
    with english():
        label = str(of)[:255]
    AuditEntry.objects.create(
        actor_kind=by.kind,
        actor=by.label,
        user_id=by.user_id,
        act=act,
        object_type=of._meta.label_lower,
        object_id=str(of.pk),
        object_label=label,
        detail=detail,
    )
