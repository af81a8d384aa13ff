"""The Handsets page, its live news, and the control API."""

import json
import re
import threading
from pathlib import Path

import requests

from messaging.simulator import handsets
from messaging.simulator.accounts import DEMO_ACCOUNTS
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import PHONE, SHORT_CODE, Webhook

STATIC = Path(handsets.__file__).parent / "static"


def test_the_page_allows_nothing_from_elsewhere(simulator: Simulator) -> None:
    for path in ("/", "/handsets"):
        answer = requests.get(simulator.url + path, timeout=5)
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_page_holds_no_inline_script_or_style(simulator: Simulator) -> None:
    page = requests.get(simulator.url, timeout=5).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert requests.get(simulator.url + name, timeout=5).status_code == 200


def test_the_script_never_writes_html() -> None:
    script = (STATIC / "handsets.js").read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", script)


def test_every_number_can_be_chosen(simulator: Simulator) -> None:
    senders = requests.get(f"{simulator.url}/handsets/senders", timeout=5).json()
    expected = [number.address for account in DEMO_ACCOUNTS for number in account.numbers]
    assert [sender["address"] for sender in senders] == expected


def test_an_open_page_hears_of_its_phones_only(simulator: Simulator, webhook: Webhook) -> None:
    url = f"{simulator.url}/handsets/events?number=%2B13135550142"
    with requests.get(url, stream=True, timeout=5) as stream:
        lines = stream.iter_lines()
        assert next(lines) == b"retry: 1000"
        send_other_then_ours = threading.Thread(
            target=lambda: [simulator.text_in(p, SHORT_CODE, "Hi") for p in ("+12125550123", PHONE)]
        )
        send_other_then_ours.start()
        heard = next(line for line in lines if line.startswith(b"data:"))
        send_other_then_ours.join()
    assert json.loads(heard.removeprefix(b"data: ")) == PHONE


def test_a_reset_forgets_texts_and_blocks(simulator: Simulator, webhook: Webhook) -> None:
    simulator.text_in(PHONE, SHORT_CODE, "Hi")
    assert requests.post(f"{simulator.url}/control/reset", timeout=5).json() == {"status": "ok"}
    assert simulator.messages() == []
    assert simulator.texts(PHONE) == []


def test_the_demo_credentials_can_be_looked_up(simulator: Simulator) -> None:
    accounts = requests.get(f"{simulator.url}/control/accounts", timeout=5).json()
    assert [account["sid"] for account in accounts] == [account.sid for account in DEMO_ACCOUNTS]
