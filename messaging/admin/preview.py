"""The composer's preview: the text as one person would get it, and what it costs, from the one counter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from campaigns.models import Campaign, Customer
from messaging import parts, rendering
from messaging.parts import Offender, Parts
from messaging.queries import merge_fields, merge_values
from optins import queries
from optins.linter import Finding, Kind
from optins.models import Sender

# Somebody to show the text for while there are no customers yet.
_SOMEBODY: Mapping[str, object] = {"first_name": "Maria", "last_name": "Gonzalez", "external_id": "1001"}
_READERS = frozenset({"messaging.view_smsmessage", "messaging.add_smsmessage"})


@dataclass(frozen=True, slots=True)
class Preview:
    """What the composer shows. `text` is what the phone gets, or the body as written when it cannot be rendered."""

    text: str
    reader: str
    problems: Sequence[str]
    counted: Parts
    surplus: int
    offenders: Sequence[Offender]
    cleaned: str

    @property
    def too_long(self) -> bool:
        return self.counted.parts > parts.MAX_PARTS or len(self.text) > parts.MAX_LENGTH


def preview_of(body: str, *, missing: bool = False) -> Preview:
    """Render `body` for a sample person, or (`missing`) for somebody of whom nothing is known."""
    reader, values = ("somebody of whom nothing is known", {}) if missing else _sample()
    problems = [problem.sentence for problem in rendering.check(body, merge_fields())]
    text = body
    if not problems:
        try:
            text = rendering.compile(body).render(values)
        except rendering.MissingValue as error:
            problems = [f"{error} This person is left out. Give the field a default: {{{{ {error.field} | default: "
                        f'"…" }}}}.']  # fmt: skip
    counted = parts.count(text)
    cleaned = parts.clean(body)
    return Preview(
        text=text,
        reader=reader,
        problems=problems,
        counted=counted,
        surplus=_surplus(text, counted.parts),
        offenders=_offenders(text, body, cleaned),
        cleaned=cleaned if cleaned != body else "",
    )


def _sample() -> tuple[str, Mapping[str, object]]:
    customer = Customer.objects.exclude(first_name="").order_by("pk").first()
    return (str(customer), merge_values(customer)) if customer else ("Maria Gonzalez", _SOMEBODY)


def _offenders(text: str, body: str, cleaned: str) -> Sequence[Offender]:
    """Each dear character once. What cleaning would leave in the body is not offered a replacement."""
    once = {offender.character: offender for offender in parts.offenders(text)}
    stays = {found for found in once if found in body and found in cleaned}
    return [replace(found, replacement=None) if found.character in stays else found for found in once.values()]


def _surplus(text: str, count: int) -> int:
    """How many characters must go, from the end, for the text to take one part less; 0 when one is the least."""
    if count <= 1:
        return 0
    return next(length for length in range(1, len(text) + 1) if parts.count(text[:-length]).parts < count)


@dataclass(frozen=True, slots=True)
class Advice:
    """A finding of the wording linter, and what the text would cost with its insertion."""

    finding: Finding
    parts: int


def advice_on(kind: str, text: str, campaign: str) -> Sequence[Advice]:
    """What a text of this kind lacks. An unknown kind lacks nothing."""
    if kind not in set(Kind):
        return ()
    about = Campaign.objects.filter(pk=int(campaign)).first() if campaign.isdecimal() else None
    found = queries.lint(Kind(kind), text, campaign=about)
    return [Advice(finding, parts.count(f"{text.rstrip()} {finding.insertion}").parts) for finding in found]


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """A piece of the pages on which texts are written: for `body`, `sender` and `viewing_as`, `kind` and `campaign`."""
    if not any(map(request.user.has_perm, _READERS)):
        raise PermissionDenied
    body = request.POST.get("body", "")[: 4 * parts.MAX_LENGTH].replace("\r\n", "\n")
    chosen = request.POST.get("sender", "")
    shown = preview_of(body, missing=request.POST.get("viewing_as") == "missing")
    context = {
        "preview": shown,
        "wording": advice_on(request.POST.get("kind", ""), shown.text, request.POST.get("campaign", "")),
        "sender": Sender.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None,
        "now": timezone.localtime(),
    }
    return TemplateResponse(request, "admin/messaging/preview.html", context)
