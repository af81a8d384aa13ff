"""What a text becomes for the people it is meant for: who gets how many parts, and what merge fields hold.

The composer asks while somebody writes, so it looks at a sample of a large audience; the longest text is looked for
among all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import CharField, Exists, Expression, F, Func, IntegerField, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, Length, Mod, Trim

from campaigns.models import Customer, PhoneNumber
from campaigns.profile import FIELDS
from messaging import parts, rendering
from messaging.gates import Estimate, audience
from messaging.models import SmsMessage
from messaging.queries import has_merge_value, merge_values
from optins.models import Subscription

SAMPLE = 4_000
"""So many people are rendered while somebody waits: about a tenth of a second."""

_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Spread:
    """How one text comes out. `by_parts` counts the `looked_at` people by parts; `missing` of them get none.

    `people` are all who are meant; when more than `looked_at`, the shares are a sample's. `worst` has the most parts.
    """

    people: int
    looked_at: int
    by_parts: Mapping[int, int]
    missing: int
    worst: Customer | None
    worst_parts: int

    @property
    def fewest(self) -> int:
        return min(self.by_parts, default=self.worst_parts)

    @property
    def most(self) -> int:
        return max(self.worst_parts, *self.by_parts, 0)

    @property
    def is_sample(self) -> bool:
        return self.looked_at < self.people

    @property
    def usual_parts(self) -> int:
        """What most people get; 0 when nobody gets any."""
        return max(self.by_parts, key=lambda size: self.by_parts[size], default=0)

    @property
    def usual_share(self) -> int:
        """In whole percent, of those who get the text; never rounded up to all."""
        sent = sum(self.by_parts.values())
        return 100 * self.by_parts.get(self.usual_parts, 0) // sent if sent else 0


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What a merge field holds among the people meant: `share` in whole percent, an example, the longest value."""

    share: int
    example: str
    longest: str


def readers(message: SmsMessage) -> QuerySet[Customer]:
    """The people a message is meant for; once it has a programme, those of them with a number that opted in to it."""
    people = audience(message)
    if message.programme is None:
        return people
    standing = Subscription.objects.filter(
        number=OuterRef("number"), programme=message.programme, state=Subscription.State.OPTED_IN
    )
    return people.filter(Exists(PhoneNumber.objects.filter(Exists(standing), customer=OuterRef("pk"))))


def spread(text: str, people: QuerySet[Customer]) -> Spread:
    """Render a text that compiles for a sample of `people`, and for those whose values are the longest."""
    template, total = rendering.compile(text), people.count()
    if not template.fields:
        return Spread(total, total, {parts.count(text).parts: total} if total else {}, 0, None, 0)
    by_parts = Counter(_sizes(template, sample(people, total)))
    looked_at, missing = by_parts.total(), by_parts.pop(0, 0)
    worst = longest(template, people)
    worst_parts = max(_sizes(template, [worst])) if worst else 0
    return Spread(total, looked_at, dict(sorted(by_parts.items())), missing, worst, worst_parts)


def parts_by_country(message: SmsMessage, found: Estimate) -> Mapping[str, int]:
    """About how many parts the people whom an estimate counts would get, by country: their number by a sample's mean.

    Raises TemplateError for a text that does not compile.
    """
    template, people = rendering.compile(message.text), readers(message)
    if template.fields:
        sizes = [size for size in _sizes(template, sample(people, people.count())) if size]
        mean = sum(sizes) / len(sizes) if sizes else 0.0
    else:
        mean = float(parts.count(message.text).parts)
    return {country: round(number * mean) for country, number in found.countries.items()}


def sample(people: QuerySet[Customer], total: int) -> QuerySet[Customer]:
    """About `SAMPLE` of `total` people, spread evenly over them; all when they are few."""
    if total <= SAMPLE:
        return people
    scattered = Func(F("pk"), function="hashint8", output_field=IntegerField())
    return people.annotate(place=Mod(scattered, Value(total // SAMPLE))).filter(place=0)


def longest(template: rendering.Template, people: QuerySet[Customer]) -> Customer | None:
    """The person for whom the text comes out longest, who gets it; None when nobody does."""
    if not template.fields:
        return people.first()
    size: Expression | Value = Value(0)
    for name in {field.name for field in template.fields}:
        size = size + Length(_stored(name))
    candidates = people.annotate(size=size).order_by("-size", "pk")[:_CANDIDATES]
    lengths = [(_length(template, person), -person.pk, person) for person in candidates]
    return max(lengths)[2] if lengths and max(lengths)[0] else None


def facts(name: str, people: QuerySet[Customer]) -> FieldFacts:
    """What a merge field holds among a sample of `people`; its longest value among all."""
    chosen = sample(people, people.count())
    looked_at, known = chosen.count(), chosen.filter(has_merge_value(name)).count()
    having = people.filter(has_merge_value(name))
    long = having.annotate(size=Length(_stored(name))).order_by("-size").first()
    template = rendering.compile(f"{{{{ {name} }}}}")
    first, most = (template.render(merge_values(person)) if person else "" for person in (having.first(), long))
    return FieldFacts(100 * known // looked_at if looked_at else 0, first, most)


def _sizes(template: rendering.Template, people: Iterable[Customer]) -> Iterable[int]:
    """The parts of each person's text; 0 for who has no value for a field that needs one."""
    for person in people:
        try:
            yield parts.count(template.render(merge_values(person))).parts
        except rendering.MissingValue:
            yield 0


def _length(template: rendering.Template, person: Customer) -> int:
    try:
        return parts.count(template.render(merge_values(person))).units
    except rendering.MissingValue:
        return 0


def _stored(name: str) -> Expression:
    """A merge field's value as text, blank when there is none."""
    if name in FIELDS:
        return Coalesce(Trim(Func(F(name), template="(%(expressions)s)::text", output_field=CharField())), Value(""))
    path = (F("attributes"), Value(name))
    return Coalesce(Func(*path, function="jsonb_extract_path_text", output_field=CharField()), Value(""))
