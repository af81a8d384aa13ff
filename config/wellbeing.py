"""Home's cards of how the house fares: the trend of consent, and its health."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.formats import date_format

from messaging.reports.health import Line, Pulse, Sign, Tone, health
from optins.trend import Day, trend

# The page that shows what each sign counts, and how its list is narrowed.
_PAGES: Final = {
    Sign.WAITING: ("admin:messaging_outbound_changelist", "?state__exact=queued"),
    Sign.UNCERTAIN: ("admin:messaging_outbound_changelist", "?state__exact=uncertain"),
    Sign.CALLBACKS: ("admin:messaging_outbound_changelist", "?state__exact=sent"),
    Sign.SIGNATURES: ("admin:optins_messageprovider_changelist", ""),
    Sign.REVIEWS: ("admin:optins_optoutreview_changelist", ""),
}
_LOOKS: Final = {
    Tone.FINE: ("success", "check_circle", "Fine"),
    Tone.LOOK: ("warning", "warning", "Have a look"),
    Tone.ACT: ("danger", "error", "Act"),
}


@dataclass(frozen=True, slots=True)
class HealthLine:
    """A sign as the card shows it: `tone` colours the icon, and `word` says the same without colour."""

    label: str
    text: str
    tone: str
    icon: str
    word: str
    url: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The card of opt-ins and opt-outs: its days, what the chart draws, and the net change in words.

    `chart` is None when there is nothing to draw.
    """

    days: Sequence[Day]
    chart: dict[str, object] | None
    net: str


def health_lines(pulse: Pulse) -> Sequence[HealthLine]:
    """The five signs of `messaging.reports.health`, each linked to its page."""
    return [_line(line) for line in health(pulse)]


def _line(line: Line) -> HealthLine:
    name, narrowed = _PAGES[line.sign]
    tone, icon, word = _LOOKS[line.tone]
    return HealthLine(line.label, line.text, tone, icon, word, f"{reverse(name)}{narrowed}")


def trend_card() -> Trend:
    """The last fourteen days; the table beneath the chart says the same as it."""
    days = trend()
    chart = {
        "labels": [date_format(day.on, "j M") for day in days],
        "columns": [
            {"state": "delivered", "label": "Opt-ins", "counts": [day.opt_ins for day in days]},
            {"state": "failed", "label": "Opt-outs", "counts": [-day.opt_outs for day in days]},
        ],
        "axes": {"x": "Day", "y": "Subscriptions"},
    }
    is_still = not any(day.opt_ins or day.opt_outs for day in days)
    return Trend(days, None if is_still else chart, net_change(days))


def net_change(days: Sequence[Day]) -> str:
    """What came of all the days in one sentence."""
    joined, left = sum(day.opt_ins for day in days), sum(day.opt_outs for day in days)
    if not joined and not left:
        return f"Nobody joined or left a programme in {len(days)} days."
    net = joined - left
    became = "as many as before" if net == 0 else f"{intcomma(abs(net))} {'more' if net > 0 else 'fewer'} than before"
    return f"{intcomma(joined)} joined and {intcomma(left)} left in {len(days)} days: {became}."
