"""Logs: one JSON object a line, with ids, and never a text, a code, a token or a whole number."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pytest
import structlog

from config import logs
from messaging.simulator.accounts import JAN
from optins.actions.asking import request_code
from optins.actions.confirming import confirm_code
from optins.actions.verification import Asker
from tests import factories
from tests.fixtures.product import Product

NUMBER = "+13135550142"


@contextmanager
def logged(level: str = "INFO") -> Iterator[io.StringIO]:
    """What is logged on stdout until the block ends."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        with redirect_stdout(io.StringIO()) as out:
            logs.configure({"level": level})
            yield out
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])


def test_our_own_and_the_libraries_lines_are_json_alike() -> None:
    with logged() as out:
        structlog.get_logger("messaging").info("run_started", run=7)
        logging.getLogger("django").warning("Not found: %s", "/x")
    ours, theirs = map(json.loads, out.getvalue().splitlines())
    assert (ours["event"], ours["run"], ours["level"], ours["logger"]) == ("run_started", 7, "info", "messaging")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("Not found: /x", "warning", "django")
    assert ours["timestamp"].endswith("Z")


def test_an_exception_stays_on_one_line() -> None:
    with logged() as out:
        try:
            raise ValueError("broken")
        except ValueError:
            structlog.get_logger("messaging").exception("post_failed", outbound=1)
    (line,) = out.getvalue().splitlines()
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_below_the_level_nothing_is_logged() -> None:
    with logged("WARNING") as out:
        logging.getLogger("messaging").info("run_started")
    assert out.getvalue() == ""


def walk(product: Product) -> list[str]:
    """Joins by keyword, writes to us, asks for a code and confirms it. Returns what no log may hold."""
    programme = factories.opt_in_campaign(sender=product.short_code, keywords=["SPRING"])
    product.text_in(NUMBER, "spring")
    product.text_in(NUMBER, "my private words")
    request_code(asker=Asker(), to_phone_number=NUMBER, campaign_id=programme.pk)
    product.work()
    received = product.received(NUMBER)
    code = re.findall(r"\b\d{6}\b", received[-1])[0]
    confirm_code(asker=Asker(), to_phone_number=NUMBER, code=code)
    return [*received, "my private words", code, NUMBER, NUMBER[1:], NUMBER[2:], JAN.auth_token]


@pytest.mark.django_db(transaction=True)
def test_no_text_number_code_or_token_is_logged(product: Product) -> None:
    with logged() as out:
        secrets = walk(product)
    lines = out.getvalue()
    assert {"inbound", "callbacks_merged"} <= {json.loads(line)["event"] for line in lines.splitlines()}
    assert [secret for secret in secrets if secret in lines] == []
