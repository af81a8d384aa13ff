"""The audience card of a message: who would be texted now, and why the others would not."""

import time

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from campaigns.rules import RuleError
from messaging.gates import audience, estimate
from messaging.models import SmsMessage
from messaging.reports import Progress
from messaging.states import State


def audience_of(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """A piece of page. It asks the same question as the sender does, about what is stored of the message."""
    began = time.monotonic()
    context: dict[str, object] = {"message": message, "at": timezone.localtime()}
    try:
        if message.programme is None or message.sender is None:
            context["meant"] = audience(message).count()
        else:
            found = estimate(message)
            skipped = {(State.SKIPPED.value, reason): number for reason, number in found.skipped.items()}
            context |= {"estimate": found, "reasons": Progress(skipped).reasons}
    except RuleError as problem:
        context["problem"] = str(problem)
    context["seconds"] = time.monotonic() - began
    return TemplateResponse(request, "admin/messaging/audience.html", context)
