"""Phone numbers: typed in any spelling, fixed once they are there."""

import pytest

from config.roles import ADMIN, MARKETER
from optins.models import Sender
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db


def typed(**fields: object) -> dict[str, object]:
    return {"provider": factories.provider().pk, "kind": "long_code", "address": "(313) 971-1649",
            "label": "", "pool": "", "parts_per_second": "1", **fields}  # fmt: skip


def test_a_number_is_typed_as_people_write_it() -> None:
    signed_in(ADMIN).post(page("optins_sender_add"), typed())
    assert Sender.objects.get().address == "+13139711649"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"address": "12"}, "too short"),
        ({"kind": "short_code", "address": "12"}, "A short code has 3 to 8 digits"),
        ({"parts_per_second": "0"}, "Parts per second must be more than 0."),
    ],
)
def test_what_is_no_number_is_refused(fields: dict[str, object], sentence: str) -> None:
    answer = signed_in(ADMIN).post(page("optins_sender_add"), typed(**fields))
    assert answer.status_code == 200
    assert sentence in answer.text
    assert not Sender.objects.exists()


def test_a_number_stays_what_it_is() -> None:
    sender = factories.sender(address="97865")
    signed_in(ADMIN).post(
        page("optins_sender_change", sender.pk), typed(address="12345", label="Ours", parts_per_second="50")
    )
    sender.refresh_from_db()
    assert (sender.address, sender.label, sender.parts_per_second) == ("97865", "Ours", 50.0)


def test_a_number_in_use_is_not_deleted() -> None:
    sender = factories.sender()
    factories.opt_in_campaign(sender=sender)
    answer = signed_in(ADMIN).post(page("optins_sender_delete", sender.pk), {"post": "yes"}, follow=True)
    assert "cannot be deleted, because it is in use by" in answer.text
    assert Sender.objects.filter(pk=sender.pk).exists()


def test_a_marketer_changes_no_number() -> None:
    sender = factories.sender()
    assert signed_in(MARKETER).post(page("optins_sender_change", sender.pk), typed()).status_code == 403
