"""Home's cards of how the house fares: the trend of consent, and its health."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

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
    Tone.FINE: ("success", "check_circle", gettext_lazy("Fine")),
    Tone.LOOK: ("warning", "warning", gettext_lazy("Have a look")),
    Tone.ACT: ("danger", "error", gettext_lazy("Act")),
}


@dataclass(frozen=True, slots=True)
class HealthLine:
    """A sign as the card shows it: `tone` colours the icon, and `word` says the same without colour."""

    label: str
    text: str
    tone: str
    icon: str
    word: StrOrPromise
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
        "labels": [date_format(day.on, "MONTH_DAY_FORMAT") for day in days],
        "columns": [
            {"state": "delivered", "label": _("Opt-ins"), "counts": [day.opt_ins for day in days]},
            {"state": "failed", "label": _("Opt-outs"), "counts": [-day.opt_outs for day in days]},
        ],
        "axes": {"x": _("Day"), "y": _("Subscriptions")},
    }
    is_still = not any(day.opt_ins or day.opt_outs for day in days)
    return Trend(days, None if is_still else chart, net_change(days))


def net_change(days: Sequence[Day]) -> str:
    """What came of all the days in one sentence."""
    joined, left = sum(day.opt_ins for day in days), sum(day.opt_outs for day in days)
    if not joined and not left:
        return _("Nobody joined or left a programme in %(days)s days.") % {"days": len(days)}
    net = joined - left
    if net == 0:
        sentence = _("%(joined)s joined and %(left)s left in %(days)s days: as many as before.")
    elif net > 0:
        sentence = _("%(joined)s joined and %(left)s left in %(days)s days: %(net)s more than before.")
    else:
        sentence = _("%(joined)s joined and %(left)s left in %(days)s days: %(net)s fewer than before.")
    figures = {"joined": intcomma(joined), "left": intcomma(left), "net": intcomma(abs(net)), "days": len(days)}
    return sentence % figures
