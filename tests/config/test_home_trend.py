"""Home's card *Opt-ins and opt-outs*: the last fourteen days by the ledger, as a chart, a table and a sentence."""

import datetime as dt

import pytest

from config.roles import VIEWER
from config.wellbeing import net_change
from optins.actions.opting_out import opt_out_number
from optins.trend import DAYS, Day, trend
from tests import factories
from tests.factories import TESTS, signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db

A_DAY = dt.date(2026, 11, 2)


def test_the_days_end_with_today_and_count_both_ways() -> None:
    programme = factories.opt_in_campaign()
    numbers = [factories.number() for _ in range(3)]
    for number in numbers:
        factories.subscription(programme, factories.customer(numbers=[number]))
    opt_out_number(number=numbers[0], by=TESTS, reason="Asked")
    *before, today = trend()
    assert (today.opt_ins, today.opt_outs, today.net) == (3, 1, 2)
    assert len(before) == DAYS - 1
    assert not any(day.opt_ins or day.opt_outs for day in before)


def test_the_page_draws_them_and_says_the_same_in_a_table() -> None:
    factories.subscription(factories.opt_in_campaign(), factories.customer(numbers=[factories.number()]))
    shown = signed_in(VIEWER).get(page("index")).text
    assert 'data-chart="trend-chart"' in shown
    assert shown.count('<th scope="row">') == DAYS
    assert "1 joined and 0 left in 14 days: 1 more than before." in shown


def test_where_nobody_came_or_went_there_is_no_empty_chart() -> None:
    shown = signed_in(VIEWER).get(page("index")).text
    assert "Nobody joined or left a programme in 14 days." in shown
    assert "data-chart" not in shown


@pytest.mark.parametrize(
    ("opt_ins", "opt_outs", "said"),
    [
        (0, 0, "Nobody joined or left a programme in 14 days."),
        (5, 5, "5 joined and 5 left in 14 days: as many as before."),
        (1, 1200, "1 joined and 1,200 left in 14 days: 1,199 fewer than before."),
    ],
)
def test_the_net_change_is_said_in_words(opt_ins: int, opt_outs: int, said: str) -> None:
    assert net_change([Day(A_DAY, opt_ins, opt_outs), *[Day(A_DAY, 0, 0)] * 13]) == said
