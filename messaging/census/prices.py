"""What texts cost: message parts by country, at the prices of the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from messaging.models import PartPrice


@dataclass(frozen=True, slots=True)
class Line:
    """The parts to one country. `price` and `amount` are None where the table has no price."""

    country: str
    parts: int
    price: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Cost:
    """`amount` is that of the parts that have a price; `is_example` says that nobody has replaced the examples yet."""

    currency: str
    lines: Sequence[Line]
    is_example: bool

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @property
    def parts(self) -> int:
        return sum(line.parts for line in self.lines)

    @property
    def unpriced(self) -> Sequence[str]:
        """The countries that have no price: what goes there is not in `amount`."""
        return [line.country for line in self.lines if line.price is None]


def cost(parts: Mapping[str, int]) -> Cost:
    """What so many parts to each country cost, in one query. A country is ``US``; blank where none is known."""
    prices = PartPrice.objects.in_bulk([country for country, count in parts.items() if count])
    lines = []
    for country, count in sorted(parts.items(), key=lambda item: -item[1]):
        row = prices.get(country)
        price = row.price if row else None
        if count:
            lines.append(Line(country or "unknown", count, price, None if price is None else price * count))
    return Cost(settings.CURRENCY, lines, any(row.is_example for row in prices.values()))
