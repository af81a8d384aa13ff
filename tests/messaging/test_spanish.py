"""A campaign walked through by somebody who reads Spanish: refusals, cautions, reasons, and what is kept of them."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from campaigns.models import AuditEntry
from config.roles import LAUNCHER
from messaging.launch.fingerprint import digest
from messaging.models import MessagingCampaign, Outbound, SendingHold, SmsMessage
from messaging.states import EXPLANATIONS, Explanation, Reason
from optins.models import OptInCampaign
from tests import factories
from tests.factories import signed_in
from tests.fixtures.product import Product
from tests.messaging.admin.screens import add, looked_at, page, reviewed
from tests.messaging.test_first_waves import UNREACHABLE, campaign_to, run, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> Client:
    """A launcher who chose Spanish."""
    client = signed_in(LAUNCHER)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    return client


@pytest.fixture
def programme() -> OptInCampaign:
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=["+13139710001"], first_name="Ada"), "+13139710001")
    return programme


@pytest.fixture
def message(programme: OptInCampaign) -> SmsMessage:
    """A draft for the day after tomorrow; of five customers one opted in."""
    at = timezone.now().replace(hour=16, minute=0) + dt.timedelta(days=2)
    message = factories.scheduled(programme, "Acme: hi {{ first_name }}", name="Spring", scheduled_for=at)
    for _ in range(4):
        factories.customer()
    factories.messaging_campaign(message, live=False, due=False)
    return message


def launch_of(message: SmsMessage) -> str:
    return page("messaging_messagingcampaign_move", message.campaign_id, "launch")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"body": "Hi {{ frist_name }}"}, "No existe el campo “frist_name”. ¿Quiso decir “first_name”?"),
        ({"body": "Hi {{ first_name"}, "Estas llaves no se cierran."),
        ({"body": "x" * 1602}, "El mensaje se pasa en 2 caracteres"),
        ({"delivery": "triggered", "limit_count": "2"}, "Un límite necesita ambas cosas"),
    ],
)
def test_what_makes_no_sense_is_refused_in_spanish(client: Client, typed: dict[str, Any], sentence: str) -> None:
    campaign = factories.messaging_campaign(live=False)
    assert sentence in add(client, campaign.pk, **typed).text


def test_what_is_missing_is_told_in_spanish(client: Client) -> None:
    campaign = factories.messaging_campaign(live=False)
    add(client, campaign.pk, body="Hello")
    answer = client.post(page("messaging_messagingcampaign_move", campaign.pk, "launch"), follow=True)
    assert "Elija un número de teléfono remitente (Contenido)." in answer.text


def test_cautions_are_read_in_spanish_and_kept_in_english(client: Client, message: SmsMessage) -> None:
    shown = looked_at(client, launch_of(message))
    assert "El 80 % de la audiencia queda excluido. Lo más frecuente: El cliente no tiene número" in shown
    mark = {f"mark-{message.pk}": digest(message)}
    assert "Primero marque que ha visto esto." in client.post(launch_of(message), mark, follow=True).text
    reviewed(client, launch_of(message))
    kept = AuditEntry.objects.get(act="message.review").detail["ticked"]
    assert "80 % of the audience are left out. Most frequent: The customer has no phone number." in kept


def test_a_message_is_the_same_whoever_looks_at_it(client: Client, message: SmsMessage) -> None:
    SmsMessage.objects.update(first_wave=50)
    assert f'value="{digest(SmsMessage.objects.get())}"' in looked_at(client, launch_of(message))


def test_why_not_is_answered_in_spanish(client: Client, message: SmsMessage) -> None:
    person = factories.customer(numbers=["+13139710009"])
    asked = page("messaging_smsmessage_why", message.pk)
    shown = client.get(asked, {"q": person.phone_numbers.get().number}).text
    assert "Se dio de alta en la preferencia de mensajería" in shown
    assert "El número no se ha dado de alta en la preferencia" in shown
    assert "Nobody" not in shown


def test_why_a_campaign_stopped_itself_is_read_in_spanish_and_kept_in_english(client: Client, product: Product) -> None:
    campaign: MessagingCampaign = campaign_to(product, *UNREACHABLE, first_wave=2)
    work(product)
    campaign.refresh_from_db()
    assert campaign.pause_reason.startswith("The first wave stopped itself: of 2 people 2 failed")
    told = "La primera tanda se detuvo por sí sola: de 2 personas fallaron 2 (100 %; como máximo 10 %)."
    assert told in client.get(page("messaging_smsmessage_progress", campaign.messages.get().pk)).text
    assert told in client.get(page("messaging_messagingcampaign_change", campaign.pk)).text
    assert f"{told} Si reanuda, se envía también a todos los demás." in client.get(page("index")).text
    assert run().wave_verdict.endswith("at most 10 % may).")


def test_who_stopped_all_sending_is_read_in_spanish_and_kept_in_english(client: Client) -> None:
    client.post(page("messaging_sendinghold_hold"))
    assert SendingHold.objects.get().reason.endswith(" stopped all sending.")
    for where in (page("index"), page("messaging_sendinghold_changelist")):
        assert " detuvo todos los envíos." in client.get(where).text
    assert AuditEntry.objects.get(act="sending.hold").object_label.endswith(" stopped all sending.")


def test_reasons_of_texts_are_told_with_advice_in_spanish(client: Client, product: Product) -> None:
    campaign = campaign_to(product, *UNREACHABLE, first_wave=2)
    work(product)
    shown = client.get(page("messaging_messagingcampaign_report", campaign.pk)).text
    for reason in Outbound.objects.values_list("reason", flat=True):
        with override("es"):
            assert EXPLANATIONS[Reason(reason)].sentence in shown
            assert EXPLANATIONS[Reason(reason)].advice in shown


@pytest.mark.parametrize("told", EXPLANATIONS.values(), ids=EXPLANATIONS)
def test_every_reason_has_other_words_in_spanish(told: Explanation) -> None:
    english = (told.sentence, told.advice)
    with override("es"):
        assert told.sentence != english[0]
        assert told.advice != english[1]
