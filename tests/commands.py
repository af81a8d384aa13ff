"""Calling a command as an operator does: what it wrote, as an object or as text, and how it failed."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def said(command: str, *arguments: object) -> str:
    """What a command wrote for people."""
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


def told(command: str, *arguments: object) -> Any:
    """The object that a command wrote for programs."""
    return json.loads(said(command, *arguments, "--json"))


def refused(command: str, *arguments: object) -> Any:
    """The object by which a command says what is wrong; stderr gets the same sentence."""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(command, *map(str, arguments), "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["status"] == "error"
    assert answer["message"] == str(error.value)
    assert error.value.returncode == 1
    return answer
