"""No screen, command or job opts anybody in: only what the person did, told by text or by a code, does."""

import ast
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import RequestFactory

from config.roles import ADMIN
from optins.models import ConsentEvent, Subscription, Suppression
from tests import factories
from tests.architecture.source import PACKAGES, modules, name_of, tree

RAISES = {"opt_in", "ask"}
# A text from the handset, and a code that was texted to it and entered.
DOORS = {"optins/actions/receive.py", "optins/actions/confirming.py"}
# Only undoing an import takes back what lowered consent, and only what that import lowered.
UNDOES = {"optins/actions/undoing.py"}
# What is rehearsed is rolled back.
REHEARSALS = {"messaging/actions/rehearsing.py"}
WRITES = {"create", "update", "bulk_create", "get_or_create", "update_or_create", "delete"}
CONSENT = {"ChainHead", "ConsentEvent", "Subscription", "Suppression", "PersonalEvidence"}
# The ledger, and the repair of what is on file by what the ledger says.
WRITERS = {"optins/actions/ledger.py", "optins/actions/repairing.py"}


def _calls() -> Iterator[tuple[str, str]]:
    for path in modules(*PACKAGES):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield name_of(path), ast.unparse(node.func)


CALLS = list(_calls())


def test_only_the_persons_own_acts_raise_consent() -> None:
    raising = {path for path, called in CALLS if called in {f"ledger.{name}" for name in RAISES}}
    assert raising - REHEARSALS == DOORS


def test_only_undoing_an_import_takes_an_opt_out_back() -> None:
    assert {path for path, called in CALLS if called == "ledger.take_back"} == UNDOES


def test_only_the_ledger_writes_consent() -> None:
    written = {
        path for path, called in CALLS if called.split(".")[0] in CONSENT and called.rsplit(".", 1)[-1] in WRITES
    }
    assert written == WRITERS


@pytest.mark.django_db
@pytest.mark.parametrize("model", [ConsentEvent, Subscription, Suppression])
def test_the_dashboard_edits_no_row_of_consent(model: type[ConsentEvent | Subscription | Suppression]) -> None:
    request = RequestFactory().get("/")
    request.user = factories.staff(ADMIN, is_superuser=True)
    page = admin.site._registry[model]
    may = (page.has_add_permission(request), page.has_change_permission(request), page.has_delete_permission(request))
    assert may == (False, False, False)
