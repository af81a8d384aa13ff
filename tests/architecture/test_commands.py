"""Every command is in the page about commands, with every argument that it takes."""

import re

import pytest
from django.core.management import load_command_class

from campaigns.commands import OperatorCommand
from tests.architecture.source import PACKAGES, ROOT

PAGE = (ROOT / "docs" / "commands.md").read_text()
COMMANDS = {
    path.stem: path.relative_to(ROOT).parts[0]
    for app in PACKAGES
    for path in sorted((ROOT / app / "management" / "commands").glob("[a-z]*.py"))
}
# Run at each release, without an answer that a program would read.
PLAIN = {"sync_roles"}


def arguments(name: str) -> set[str]:
    """The arguments of a command's own, as they are written."""
    command = load_command_class(COMMANDS[name], name)
    assert isinstance(command, OperatorCommand)
    own = (action for action in command.create_parser("manage.py", name)._actions if action.dest not in DJANGOS)
    return {action.option_strings[0] if action.option_strings else action.dest for action in own}


DJANGOS = {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color",
           "skip_checks"}  # fmt: skip


def test_the_walk_finds_the_commands() -> None:
    assert {"create_campaign", "consent_of", "import_customers", "seed_demo"} <= COMMANDS.keys()


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - PLAIN))
def test_a_command_and_its_arguments_are_documented(name: str) -> None:
    assert re.search(rf"^## .*\b{name}\b", PAGE, re.M)
    options = {argument for argument in arguments(name) if argument.startswith("--")}
    assert {option for option in options if not re.search(rf"{option}\b(?!-)", PAGE)} == set()
    assert "--json" in options


def test_the_page_names_no_command_that_does_not_exist() -> None:
    assert set(re.findall(r"manage\.py ([a-z_]+)", PAGE)) <= COMMANDS.keys()
