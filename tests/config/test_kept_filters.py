"""A list's address alone says what it shows, and each person keeps lists as they narrowed them by a name."""

import html
import re
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from campaigns.actions.filters import MOST
from campaigns.models import Campaign, Customer, KeptFilter
from config.roles import ADMIN, MARKETER, VIEWER
from messaging.models import Outbound
from optins.models import ApiApp, Subscription
from tests import factories
from tests.config.test_empty_lists import lists
from tests.config.test_pages import page

pytestmark = pytest.mark.django_db

FAILED = "state__exact=failed"
NARROWED = {"state__exact": "failed", "message": "7", "q": "5551234", "o": "1", "p": "2"}


def hidden(form: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def form_of(shown: str, mark: str) -> str:
    return shown[shown.index(mark) :].split("</form>")[0]


def keep(
    client: Client, name: str = "Failed", model: type[Model] = Outbound, query: str = "state__exact=failed"
) -> str:
    return client.post(page(model, "keep"), {"name": name, "query": query}, follow=True).text


@pytest.fixture
def marketer() -> Client:
    return factories.signed_in(MARKETER)


def test_each_form_of_a_list_keeps_what_the_others_chose(marketer: Client) -> None:
    message = factories.scheduled(factories.opt_in_campaign())
    factories.messaging_campaign(message, live=False)
    shown = marketer.get(page(Outbound, "changelist"), {**NARROWED, "message": str(message.pk)}).text
    search = hidden(form_of(shown, 'id="changelist-search"'))
    assert search == {"state__exact": "failed", "message": str(message.pk), "o": "1"}
    # The state is a field of this form itself. Another filter begins at the first page.
    filters = hidden(form_of(shown, 'id="filter-form"'))
    assert filters == {"message": str(message.pk), "q": "5551234", "o": "1"}


@pytest.mark.parametrize("model", lists(), ids=lambda model: model._meta.model_name)
def test_every_list_is_kept_by_a_name_and_shown_again(model: type[Model]) -> None:
    client = factories.signed_in(ADMIN)
    answer = client.get(page(model, "changelist"), {"o": "1", "q": "Ada", "p": "1"})
    if answer.status_code == 302:  # some kinds are listed with others
        return
    assert hidden(form_of(answer.text, 'class="ol-kept"'))["query"] == "o=1"
    kept = keep(client, "Mine", model, "o=1&q=Ada")
    assert '<a class="ol-kept__name" href="?o=1" aria-current="true">Mine</a>' in kept
    assert "Keep this filter as" not in kept
    assert ">Mine</a>" in client.get(page(model, "changelist")).text


def test_each_person_sees_their_own_of_that_list(marketer: Client) -> None:
    keep(marketer)
    assert ">Failed</a>" not in factories.signed_in(VIEWER).get(page(Outbound, "changelist")).text
    assert ">Failed</a>" not in marketer.get(page(Campaign, "changelist")).text


def test_a_name_that_is_kept_already_means_the_new_filter(marketer: Client) -> None:
    keep(marketer)
    keep(marketer, query="state__exact=uncertain")
    assert KeptFilter.objects.get().query == "state__exact=uncertain"


def test_a_search_is_not_kept_because_it_may_name_a_person(marketer: Client) -> None:
    keep(marketer, query="q=%2B13135550101&state__exact=failed&p=3")
    assert KeptFilter.objects.get().query == "state__exact=failed"


def test_it_is_forgotten_after_a_question(marketer: Client) -> None:
    keep(marketer)
    where = page(Outbound, "forget", KeptFilter.objects.get().pk)
    assert "Only you see this filter" in marketer.get(where).text
    assert "“Failed” is forgotten." in marketer.post(where, follow=True).text
    assert not KeptFilter.objects.exists()


def test_nobody_forgets_what_another_keeps(marketer: Client) -> None:
    keep(marketer)
    where = page(Outbound, "forget", KeptFilter.objects.get().pk)
    assert factories.signed_in(ADMIN).post(where).status_code == 404
    assert KeptFilter.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [({"name": " "}, "Give the filter a name"), ({"name": "x" * 61}, "Give the filter a name"),
     ({"query": f"state__exact={'x' * 1000}"}, "too long to be kept")],
)  # fmt: skip
def test_what_cannot_be_kept_says_why(marketer: Client, given: dict[str, Any], said: str) -> None:
    assert said in keep(marketer, **given)
    assert not KeptFilter.objects.exists()


def test_there_is_an_end_to_keeping(marketer: Client) -> None:
    for number in range(MOST + 1):
        answer = keep(marketer, f"Number {number}")
    assert f"You keep {MOST} filters of this list" in answer


def test_who_may_not_see_a_list_keeps_none_of_it() -> None:
    assert factories.signed_in().post(page(Outbound, "keep"), {"name": "Mine", "query": "o=1"}).status_code == 403


def test_a_page_behind_a_list_leads_back_to_it_as_it_was_narrowed() -> None:
    """The theme's own pages do it by themselves; these are ours."""
    programme = factories.opt_in_campaign(name="Spring offers")
    person = factories.customer(numbers=["+13135550101"])
    factories.subscription(programme, person)
    client = factories.signed_in(ADMIN)
    for model, narrowed in (
        (Campaign, "kind__exact=opt_in&q=spring"), (Subscription, "state__exact=opted_in"), (Customer, "q=0101"),
        (ApiApp, "active__exact=1"),
    ):  # fmt: skip
        factories.api_app()
        shown = client.get(f"{page(model, 'changelist')}?{narrowed}").text
        behind = [html.unescape(link) for link in re.findall(r'href="([^"?]+\?_changelist_filters=[^"]+)"', shown)]
        back = [client.get(link, follow=True).text for link in behind]
        leads_back = [f'href="{page(model, "changelist")}?{narrowed.replace("&", "&amp;")}"' in text for text in back]
        assert any(leads_back), (model, behind)
