"""Callbacks that were put aside: people see what is wrong with each, and try it again or discard it."""

import pytest
from django.test import Client
from django.utils.html import escape

from campaigns.models import AuditEntry
from config.dashboard import needs
from config.roles import LAUNCHER, MARKETER, VIEWER
from messaging.actions.listening.callbacks import merge_callbacks, store_callback
from messaging.models import Outbound, PendingCallback, StatusCallback
from messaging.reports.health import pulse
from optins.models import Sender
from tests.factories import signed_in
from tests.messaging.admin.screens import page
from tests.messaging.test_merging_callbacks import on_the_wire, sid

pytestmark = pytest.mark.django_db

LIST = "messaging_pendingcallback_changelist"
MISSING = "such as the message SID"


@pytest.fixture
def text(short_code: Sender) -> Outbound:
    """On the wire; a callback about it, without the SID that every callback has, has just been put aside."""
    (text,) = on_the_wire(1, short_code)
    account = text.sender.provider.account_sid
    store_callback(account_sid=account, attempt_id=text.attempt_id, sid="", status="sent", error_code=None)
    merge_callbacks(seconds=5)
    return text


def do(client: Client, action: str, *chosen: PendingCallback) -> str:
    form = {"action": action, "_selected_action": [callback.pk for callback in chosen]}
    return client.post(page(LIST), form, follow=True).text


def test_the_list_says_what_is_wrong_and_which_text_it_is_about(text: Outbound) -> None:
    shown = signed_in(VIEWER).get(page(LIST)).text
    assert MISSING in shown
    assert page("messaging_outbound_change", text.pk) in shown


def test_one_that_waits_for_its_turn_is_not_shown(text: Outbound) -> None:
    PendingCallback.objects.update(problem="")
    assert MISSING not in signed_in(VIEWER).get(page(LIST)).text


def test_what_has_no_text_of_ours_says_so(text: Outbound) -> None:
    PendingCallback.objects.update(attempt_id=None, sid="SM404")
    viewer = signed_in(VIEWER)
    assert "No text of ours (SM404)" in viewer.get(page(LIST), {"q": "SM404"}).text
    assert "No text of ours (SM404)" not in viewer.get(page(LIST), {"q": "SM405"}).text


def test_one_that_is_mended_is_tried_again_and_moves_its_text(text: Outbound) -> None:
    PendingCallback.objects.update(sid=sid(text))
    told = do(signed_in(LAUNCHER), "try_them_again", PendingCallback.objects.get())
    assert "1 callback was tried again." in told
    assert merge_callbacks(seconds=5) == {"moved": 1}
    assert StatusCallback.objects.get().sid == sid(text)
    assert list(AuditEntry.objects.values_list("act", "detail__problem")) == [("callback.retry", "CheckViolation")]


def test_one_that_is_as_bad_as_before_is_put_aside_anew(text: Outbound) -> None:
    do(signed_in(LAUNCHER), "try_them_again", PendingCallback.objects.get())
    assert merge_callbacks(seconds=5) == {"put_aside": 1}
    assert MISSING in signed_in(VIEWER).get(page(LIST)).text


def test_one_is_discarded(text: Outbound) -> None:
    assert "1 callback was discarded." in do(signed_in(LAUNCHER), "discard_them", PendingCallback.objects.get())
    assert not PendingCallback.objects.exists()
    assert AuditEntry.objects.get().act == "callback.discard"


def test_who_may_not_send_may_look_and_do_nothing(text: Outbound) -> None:
    marketer = signed_in(MARKETER)
    assert "discard_them" not in marketer.get(page(LIST)).text
    do(marketer, "discard_them", PendingCallback.objects.get())
    assert PendingCallback.objects.exists()


def test_the_home_page_leads_to_them_until_they_are_decided(text: Outbound) -> None:
    (need,) = (need for need in needs(pulse()) if "put aside" in need.title)
    assert (need.title, need.url) == ("1 callback was put aside", page(LIST))
    assert escape(need.title) in signed_in(VIEWER).get(page("index")).text
    PendingCallback.objects.all().delete()
    assert not [need for need in needs(pulse()) if "put aside" in need.title]
