"""What the runner hands to the product's processes, and what it says when it cannot start them."""

import contextlib
import os
import signal
from pathlib import Path

import pytest

from config.local import __main__ as runner
from config.local import system
from config.local.processes import Family
from config.local.refusal import Refusal
from config.local.services import Services

SECRETS = {"SECRET_KEY": "s", "FIELD_ENCRYPTION_KEYS": "f", "NUMBER_HASH_KEY": "n", "POSTGRES_PASSWORD": "p"}
ADDRESSES = Services("postgresql://h/optline", "redis://h/0")


def plan(folder: Path, **given: str) -> system.Plan:
    return system.Plan(folder, folder / "log", 8123, 8133, given)


def test_the_products_settings_name_its_servers_and_addresses(tmp_path: Path) -> None:
    settings = system.product_settings(plan(tmp_path), ADDRESSES, SECRETS)
    assert settings["DATABASE_URL"] == "postgresql://h/optline"
    assert settings["PUBLIC_BASE_URL"] == "http://127.0.0.1:8123"
    assert settings["SIMULATOR_URL"] == "http://127.0.0.1:8133"
    assert "POSTGRES_PASSWORD" not in settings


def test_what_the_operator_has_set_stands(tmp_path: Path) -> None:
    given = plan(tmp_path, PUBLIC_BASE_URL="https://sms.example.com/", SECRET_KEY="mine")
    settings = system.product_settings(given, ADDRESSES, SECRETS)
    assert settings["SECRET_KEY"] == "mine"
    assert settings["ALLOWED_HOSTS"] == "127.0.0.1,localhost,sms.example.com"


def test_the_carrier_sends_inbound_texts_to_the_webhook_of_this_system(tmp_path: Path) -> None:
    assert "http://127.0.0.1:8123/webhooks/twilio/inbound" in system.commands(plan(tmp_path))["carrier"]


def test_a_process_that_is_killed_is_named_with_its_log(tmp_path: Path) -> None:
    with Family() as family:
        child = family.spawn("beat", ["sleep", "60"], log=tmp_path / "b.log", env=os.environ, cwd=tmp_path)
        child.process.send_signal(signal.SIGKILL)
        child.process.wait()
        with pytest.raises(Refusal, match=r"The beat process ended by itself \(signal 9\)"):
            system.require_alive(family)


def test_a_second_start_in_the_same_directory_names_the_first(tmp_path: Path) -> None:
    with runner._only_one(plan(tmp_path)), pytest.raises(Refusal) as refusal, contextlib.ExitStack() as stack:
        stack.enter_context(runner._only_one(plan(tmp_path)))
    assert f"process {os.getpid()}, http://127.0.0.1:8123/" in str(refusal.value)


def test_a_port_that_is_no_number_is_refused_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTLINE_PORT", "eight")
    with pytest.raises(Refusal, match="OPTLINE_PORT is “eight”"):
        runner._port_of("OPTLINE_PORT", 8000)
