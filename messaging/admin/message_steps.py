"""What can be done with a message from its page, launching aside: throwing it away, duplicating it."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.admin.verbs import actor, tell
from campaigns.refusals import Refused
from messaging.actions.drafts import delete_draft, duplicate_message
from messaging.models import SmsMessage


def discard(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """Throw a draft away."""
    actor(request).require("messaging.delete_smsmessage")
    return _asked(
        request, message, _("Delete draft"), [_("The draft is gone for good. Nothing was sent from it.")],
        lambda: delete_draft(message=message, by=actor(request)),
        done=_("“%(name)s” was deleted.") % {"name": message.name},
        danger=True,
    )  # fmt: skip


def duplicate(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """Copy a message and open the copy."""
    if request.method != "POST":
        return redirect("admin:messaging_smsmessage_change", message.pk)
    try:
        draft = duplicate_message(message=message, by=actor(request))
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("admin:messaging_smsmessage_change", message.pk)
    messages.success(request, _("This is the copy. Choose when it goes out, then launch it."))
    return redirect("admin:messaging_smsmessage_change", draft.pk)


def _asked(
    request: HttpRequest, message: SmsMessage, label: str, sentences: list[str],
    verb: Callable[[], object], *, done: str, danger: bool = False,
) -> HttpResponse:  # fmt: skip
    """Ask in whole words; do it when confirmed, and go back to the campaign."""
    back = reverse("admin:messaging_smsmessage_change", args=[message.pk])
    if request.method == "POST":
        if not tell(request, verb, done=done):
            return HttpResponseRedirect(back)
        return redirect("admin:messaging_messagingcampaign_change", message.campaign_id)
    context = {
        **admin.site.each_context(request),
        "title": label,
        "question": f"{label}: {message.name}",
        "sentences": sentences,
        "label": label,
        "back": back,
        "danger": danger,
    }
    return TemplateResponse(request, "admin/campaigns/campaign/confirm.html", context)
