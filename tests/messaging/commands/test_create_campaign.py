"""`manage.py create_campaign`: a campaign of any kind, complete and launched, in one call."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from campaigns.lifecycle import Kind
from campaigns.models import AuditEntry, Campaign
from messaging.admin.message_form import SmsMessageForm
from messaging.management.drafting import USED
from messaging.models import SmsMessage
from optins.models import GlobalOptions, OptInCampaign
from tests import factories
from tests.commands import refused, said, told

pytestmark = pytest.mark.django_db

ANSWERS = (
    "--welcome-message", factories.WELCOME, "--opt-out-message", factories.OPT_OUT,
    "--help-message", factories.HELP, "--no-match-message", factories.NO_MATCH,
)  # fmt: skip


def test_a_complete_global_campaign_is_live() -> None:
    sender = factories.sender()
    answer = told("create_campaign", "--kind=global", "--sender", sender, "--help-keyword=AIDE", *ANSWERS)
    assert (answer["kind"], answer["state"], answer["message"]) == ("global", "live", None)
    assert "AIDE" in GlobalOptions.objects.get().help_keywords


def test_the_global_campaign_is_changed_when_it_exists() -> None:
    factories.global_campaign()
    told("create_campaign", "--kind=global", "--help-message=Acme: call us. Reply STOP to cancel.")
    options = GlobalOptions.objects.get()
    assert (options.help_message, options.opt_out_message) == (
        "Acme: call us. Reply STOP to cancel.", factories.OPT_OUT,
    )  # fmt: skip


def test_an_opt_in_campaign_is_created_complete_and_launched() -> None:
    factories.global_campaign()
    arguments = ["--sender", factories.sender(), "--keyword=SPRING", "--keyword=FLOWERS", "--double-opt-in"]
    request = "--confirmation-request=Acme: reply YES. Msg&data rates may apply."
    answer = told("create_campaign", "--kind=opt_in", "--name=Spring offers", *arguments, request, "--launch")
    assert answer["state"] == "live"
    assert answer["preference"] == f"sms - {answer['campaign']} spring-offers"
    programme = OptInCampaign.objects.get(pk=answer["campaign"])
    assert list(programme.keywords.values_list("word", "held")) == [("SPRING", True), ("FLOWERS", True)]
    assert programme.options.double_opt_in


def test_a_message_for_now_is_due_at_once() -> None:
    programme = factories.opt_in_campaign()
    factories.customer()
    arguments = ["--sender", programme.options.sender, "--programme", programme, "--body=Hi", "--schedule=now"]
    answer = told("create_campaign", "--kind=messaging", "--name=News", *arguments, "--launch", "--by=ada")
    message = SmsMessage.objects.get(pk=answer["message"])
    assert (answer["state"], message.state, answer["missing"]) == ("live", "launched", [])
    assert message.scheduled_for is not None
    assert message.scheduled_for <= timezone.now()
    assert set(AuditEntry.objects.filter(actor="ada").values_list("act", flat=True)) == {
        "campaign.create", "message.save", "campaign.launch",
    }  # fmt: skip


def test_a_triggered_message_takes_its_window_delay_and_limit() -> None:
    factories.segment(name="Gold")
    arguments = [
        "--event=order_shipped", "--window-from=2026-11-01", "--window-until=2126-12-24T18:00", "--delay-amount=2",
        "--delay-unit=hours", "--limit-count=3", "--limit-days=7", "--segment-in=Gold",
        "--time-zone=America/New_York", "--audience=Gold", "--outside-hours=skip", "--late-after-hours=5",
    ]  # fmt: skip
    answer = told("create_campaign", "--kind=messaging", "--name=Shipped", *arguments)
    message = SmsMessage.objects.get()
    assert (message.outside_hours, message.late_after) == ("skip", dt.timedelta(hours=5))
    assert (message.delivery, message.delay, message.limit_count) == ("triggered", dt.timedelta(hours=2), 3)
    assert message.window_until == dt.datetime(2126, 12, 24, 23, tzinfo=dt.UTC)
    assert str(message.segment_in) == str(message.campaign.audience) == "Gold"
    assert answer["state"] == "draft"
    assert answer["missing"][0] == "Choose a target phone number (Creative)."


def test_a_document_says_what_arguments_say_and_arguments_win(tmp_path: Path) -> None:
    sender = factories.sender()
    document = {"kind": "opt_in", "name": "From a file", "keyword": ["A1", "B2"], "sender": sender.address,
                "minimum_age": 18, "double_opt_in": False, "notes": None}  # fmt: skip
    file = tmp_path / "campaign.json"
    file.write_text(json.dumps(document))
    answer = told("create_campaign", "--document", file, "--name=From the line")
    programme = OptInCampaign.objects.get(pk=answer["campaign"])
    assert (answer["name"], programme.minimum_age) == ("From the line", 18)
    assert list(programme.keywords.values_list("word", flat=True)) == ["A1", "B2"]


def test_people_read_what_was_made_and_what_it_lacks() -> None:
    text = said("create_campaign", "--kind=messaging", "--name=News", "--body=Hi")
    assert text.startswith(f"“News” (messaging campaign {Campaign.objects.get().pk}) is draft.")
    assert "Choose a messaging preference" in text


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--name=News"], "argument_error", "--kind"),
        (["--kind=messaging"], "missing_data", "Give the campaign a name."),
        (["--kind=messaging", "--name=N", "--keyword=A"], "argument_error", "--keyword is not for"),
        (["--kind=messaging", "--name=N", "--schedule=soon"], "argument_error", "“soon” is no time."),
        (["--kind=messaging", "--name=N", "--schedule=now"], "argument_error", "add --launch"),
        (["--kind=messaging", "--name=N", "--schedule=now", "--event=e"], "argument_error", "--schedule"),
        (["--kind=messaging", "--name=N", "--sender=97"], "not_found", "There is no phone number “97”"),
        (["--kind=messaging", "--name=N", "--programme=sms - 7 x"], "not_found", "There is no opt-in campaign"),
        (["--kind=messaging", "--name=N", "--segment-in=X"], "not_found", "There is no segment “X”."),
        (["--kind=messaging", "--name=N", "--time-zone=Mars"], "argument_error", "no time zone “Mars”"),
        (["--kind=messaging", "--name=N", "--body={{ nose }}"], "bad_text", "nose"),
        (["--kind=messaging", "--name=N", "--delay-amount=9999999"], "argument_error", "--delay-amount"),
        (["--kind=messaging", "--name=N", "--limit-count=0"], "argument_error", "limit"),
        (["--kind=messaging", "--name=N", "--slug=Not a slug"], "argument_error", "slug: "),
        (["--kind=messaging", "--name=N", "--by= "], "argument_error", "--by"),
        (["--document=/nowhere"], "argument_error", "/nowhere cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(arguments: list[str], code: str, sentence: str) -> None:
    answer = refused("create_campaign", *arguments)
    assert answer["code"] == code
    assert sentence in answer["message"]
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("nothing", "does not hold a JSON object"),
        ("[]", "does not hold a JSON object"),
        ('{"nmae": "x"}', "A campaign has no “nmae”"),
        ('{"kind": "blast"}', "invalid choice"),
        ('{"minimum_age": "old"}', "invalid int value"),
        ('{"name": {}}', "“name” takes a text"),
        ('{"body": "\\u0000"}', "“body” takes a text"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(tmp_path: Path, document: str, sentence: str) -> None:
    file = tmp_path / "campaign.json"
    file.write_text(document)
    assert sentence in refused("create_campaign", "--document", file)["message"]


def test_two_providers_with_one_number_are_told_apart() -> None:
    ours, theirs = factories.sender(address="97865"), factories.sender(address="97865")
    assert refused("create_campaign", "--kind=opt_in", "--name=A", "--sender=97865")["code"] == "ambiguous"
    arguments = ["--kind=opt_in", "--name=A", "--sender=97865", "--keyword=A1"]
    answer = told("create_campaign", *arguments, "--provider", theirs.provider.account_sid)
    assert OptInCampaign.objects.get(pk=answer["campaign"]).options.sender == theirs != ours


def test_a_first_wave_and_notes_are_set(tmp_path: Path) -> None:
    file = tmp_path / "message.json"
    wave = {"first_wave": 200, "first_wave_unit": "people", "first_wave_wait": 45, "first_wave_failed": 7.5}
    file.write_text(
        json.dumps({"kind": "messaging", "name": "News", "body": "Hi", "message_notes": "Ask Ada.", **wave})
    )
    told("create_campaign", "--document", file, "--first-wave-opt-outs=1")
    message = SmsMessage.objects.get()
    assert (message.first_wave, message.first_wave_unit, message.first_wave_wait) == (200, "people", 45)
    assert (message.first_wave_failed, message.first_wave_opt_outs) == (Decimal("7.5"), Decimal(1))
    assert message.notes == "Ask Ada."


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--first-wave=100"], "A first wave is 1 to 99 % of the people"),
        (["--first-wave=5", "--first-wave-unit=dozens"], "first_wave_unit: Value 'dozens' is not a valid choice."),
        (["--first-wave=5", "--first-wave-failed=101"], "first_wave_failed: Ensure this value is less than or equal"),
        (["--first-wave=5", "--event=paid"], "--first-wave is for scheduled messages"),
    ],
)
def test_a_first_wave_that_makes_no_sense_is_refused(arguments: list[str], sentence: str) -> None:
    assert sentence in refused("create_campaign", "--kind=messaging", "--name=News", *arguments)["message"]
    assert not Campaign.objects.exists()


def test_whatever_a_marketer_sets_on_screen_has_an_argument() -> None:
    on_screen = {field for field in SmsMessageForm.base_fields if field not in ("name", "notes")}
    on_screen |= {f"message_{field}" for field in ("name", "notes")}
    # A message is triggered when an event is named, else scheduled; other words mean the same thing.
    named = {"scheduled_for": "schedule", "event_name": "event"}
    assert {named.get(field, field) for field in on_screen - {"delivery"}} <= USED[Kind.MESSAGING]
