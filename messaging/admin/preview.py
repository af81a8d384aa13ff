"""The composer's pieces: the text as one person would get it, what it costs, what everybody would get, and fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.defaultfilters import title
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.models import Campaign, Customer, Segment
from campaigns.queries import find_customers
from campaigns.rules import RuleError
from messaging import parts, rendering
from messaging.census import sampling
from messaging.models import MessagingCampaign, SmsMessage
from messaging.parts import Offender, Parts
from messaging.queries import merge_fields, merge_values
from optins import queries
from optins.linter import Finding, Kind
from optins.models import OptInCampaign, Sender

# Somebody to show the text for while there are no customers yet.
_SOMEBODY: Mapping[str, object] = {"first_name": "Maria", "last_name": "Gonzalez", "external_id": "1001"}
_Row = TypeVar("_Row", bound=Model)
_READERS = frozenset({"messaging.view_smsmessage", "messaging.add_smsmessage"})


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the text is shown: in words, and what the merge fields hold."""

    name: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the composer shows. `text` is what the phone gets, or the text as written when it cannot be rendered."""

    text: str
    reader: str
    problems: Sequence[str]
    counted: Parts
    surplus: int
    offenders: Sequence[Offender]
    cleaned: str
    marked: SafeString

    @property
    def offenders_shown(self) -> SafeString:
        """The dear characters, each with its name and what could stand for it."""
        return format_html_join(", ", "{}", ((_shown(offender),) for offender in self.offenders))

    @property
    def too_long(self) -> bool:
        return self.counted.parts > parts.MAX_PARTS or len(self.text) > parts.MAX_LENGTH


@dataclass(frozen=True, slots=True)
class Advice:
    """A finding of the wording linter, and what the text would cost with its insertion."""

    finding: Finding
    parts: int


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """A piece of the pages on which texts are written: what is typed, rendered, counted and read."""
    draft = _draft(request)
    chosen = request.POST.get("sender", "")
    shown = preview_of(draft, _reader(request.POST, draft))
    context = {
        "preview": shown,
        "wording": advice_on(request.POST.get("kind", ""), shown.text, request.POST.get("campaign", "")),
        "sender": Sender.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None,
        "now": timezone.localtime(),
    }
    return TemplateResponse(request, "admin/messaging/preview.html", context)


@require_POST
def spread(request: HttpRequest) -> HttpResponse:
    """A piece of the composer: how many parts the text takes over the people it is meant for."""
    draft = _draft(request)
    people = _people(draft)
    found = None
    if people is not None and draft.text and not rendering.check(draft.text, merge_fields()):
        found = sampling.spread(draft.text, people)
    return TemplateResponse(request, "admin/messaging/spread.html", {"spread": found})


@require_POST
def field(request: HttpRequest) -> HttpResponse:
    """A piece of the composer: what the merge field `name` holds among the people meant."""
    draft = _draft(request)
    name = request.POST.get("name", "")
    people = _people(draft)
    known = merge_fields()
    facts = sampling.facts(name, Customer.objects.all() if people is None else people) if name in known else None
    return TemplateResponse(request, "admin/messaging/field.html", {"facts": facts, "label": known.get(name)})


def preview_of(draft: SmsMessage, reader: Reader) -> Preview:
    """The whole text of a draft as `reader` would get it, and all that is to be said of it."""
    problems = [problem.sentence for problem in rendering.check(draft.text, merge_fields())]
    text = draft.text
    if not problems:
        try:
            text = rendering.compile(text).render(reader.values)
        except rendering.MissingValue as error:
            sentence = _("%(problem)s This person is left out. Give the field a default: %(example)s.")
            example = f'{{{{ {error.field} | default: "…" }}}}'
            problems = [sentence % {"problem": error, "example": example}]
    counted = parts.count(text)
    cleaned = parts.clean(draft.body)
    offenders = _offenders(text, draft.body, cleaned)
    return Preview(
        text=text,
        reader=reader.name,
        problems=problems,
        counted=counted,
        surplus=_surplus(text, counted.parts),
        offenders=offenders,
        cleaned=cleaned if cleaned != draft.body else "",
        marked=_marked(draft.body, offenders),
    )


def advice_on(kind: str, text: str, campaign: str) -> Sequence[Advice]:
    """What a text of this kind lacks. An unknown kind lacks nothing."""
    if kind not in set(Kind):
        return ()
    about = Campaign.objects.filter(pk=int(campaign)).first() if campaign.isdecimal() else None
    found = queries.lint(Kind(kind), text, campaign=about)
    return [Advice(finding, parts.count(f"{text.rstrip()} {finding.insertion}").parts) for finding in found]


def _draft(request: HttpRequest) -> SmsMessage:
    """What stands in the form at this moment, saved or not."""
    if not any(map(request.user.has_perm, _READERS)):
        raise PermissionDenied
    given = request.POST
    draft = SmsMessage(
        opening=given.get("opening", "")[:80],
        body=given.get("body", "")[: 4 * parts.MAX_LENGTH].replace("\r\n", "\n"),
        closing=given.get("closing", "")[:80],
        programme=_chosen(OptInCampaign.objects.all(), given.get("programme")),
        segment_in=_chosen(Segment.objects.all(), given.get("segment_in")),
        segment_out=_chosen(Segment.objects.all(), given.get("segment_out")),
    )
    campaign = _chosen(MessagingCampaign.objects.select_related("audience"), given.get("campaign"))
    if campaign is not None:
        draft.campaign = campaign
    return draft


def _chosen(rows: QuerySet[_Row], key: str | None) -> _Row | None:
    return rows.filter(pk=int(key)).first() if key and key.isdecimal() else None


def _people(draft: SmsMessage) -> QuerySet[Customer] | None:
    """Whom the draft is meant for; None when there is no campaign or a segment cannot be asked."""
    if not draft.campaign_id:
        return None
    try:
        return sampling.readers(draft)
    except RuleError:
        return None


def _reader(given: QueryDict, draft: SmsMessage) -> Reader:
    """Who the text is shown for: a person looked for, anybody, the one with the longest text, or nobody known."""
    if given.get("viewing_as") == "missing":
        return Reader(_("somebody of whom nothing is known"), {})
    people = _people(draft)
    everybody = Customer.objects.exclude(first_name="").order_by("pk") if people is None else people
    wanted = given.get("find", "").strip()
    match given.get("viewing_as"):
        case "find" if wanted:
            person = find_customers(everybody, wanted).first()
            if person is None:
                return Reader(_("nobody: no person in the audience is called so"), {})
        case "random":
            person = everybody.order_by("?").first()
        case "longest" if not rendering.check(draft.text, merge_fields()):
            person = sampling.longest(rendering.compile(draft.text), everybody)
        case _:
            person = everybody.order_by("pk").first()
    return Reader(str(person), merge_values(person)) if person else Reader("Maria Gonzalez", _SOMEBODY)


def _offenders(text: str, body: str, cleaned: str) -> Sequence[Offender]:
    """Each dear character once. What cleaning would leave in the body is not offered a replacement."""
    once = {offender.character: offender for offender in parts.offenders(text)}
    stays = {found for found in once if found in body and found in cleaned}
    return [replace(found, replacement=None) if found.character in stays else found for found in once.values()]


def _shown(offender: Offender) -> SafeString:
    character = format_html('<b class="ol-code" title="{}">{}</b>', title(offender.name), offender.character)
    if not offender.replacement:
        return character
    instead = format_html('<b class="ol-code">{}</b>', offender.replacement)
    return format_html(_("{character} (write {instead})"), character=character, instead=instead)


def _marked(body: str, offenders: Sequence[Offender]) -> SafeString:
    """The body with the dear characters marked, each where it stands; blank without any."""
    if not offenders:
        return SafeString()
    dear = re.compile("|".join(re.escape(offender.character) for offender in offenders))
    pieces, found = dear.split(body), dear.findall(body)
    return format_html_join("", "{}<mark>{}</mark>", zip(pieces, found, strict=False)) + format_html("{}", pieces[-1])


def _surplus(text: str, count: int) -> int:
    """How many characters must go, from the end, for the text to take one part less; 0 when one is the least."""
    if count <= 1:
        return 0
    return next(length for length in range(1, len(text) + 1) if parts.count(text[:-length]).parts < count)
