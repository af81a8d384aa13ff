"""A list with nothing in it says what belongs there and how to get it, and a search in it breaks nothing."""

import pytest
from django.contrib import admin
from django.db.models import Model

from config.roles import ADMIN
from messaging.models import LaunchRules, LawfulHours, PartPrice
from tests import factories
from tests.config.test_pages import OURS, page

pytestmark = pytest.mark.django_db

# Hours and prices ship with rows; the rules of launching are one page.
NEVER_EMPTY = (LawfulHours, PartPrice, LaunchRules)


def lists() -> list[type[Model]]:
    return [model for model in admin.site._registry if model._meta.app_label in OURS and model not in NEVER_EMPTY]


@pytest.mark.parametrize("model", lists(), ids=lambda model: model._meta.model_name)
def test_an_empty_list_says_what_belongs_there(model: type[Model]) -> None:
    answer = factories.signed_in(ADMIN).get(page(model, "changelist"))
    if answer.status_code != 302:  # some kinds are listed with others
        assert "ol-empty__title" in answer.content.decode()


@pytest.mark.parametrize("model", lists(), ids=lambda model: model._meta.model_name)
def test_a_search_in_an_empty_list_breaks_nothing(model: type[Model]) -> None:
    answer = factories.signed_in(ADMIN).get(page(model, "changelist"), {"q": "+1 (313) 555-0101"}, follow=True)
    assert answer.status_code == 200
