"""What the audit trail calls a thing does not depend on who did something to it."""

import pytest
from django.utils.translation import override

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.models import AuditEntry
from messaging.models import LaunchRules

pytestmark = pytest.mark.django_db


def test_a_label_is_english_whatever_the_actor_reads() -> None:
    rules = LaunchRules()
    with override("es"):
        assert str(rules) != "Launch rules"
        record(by=Actor.system("test"), act="launch_rules.change", of=rules)
    assert AuditEntry.objects.get().object_label == "Launch rules"
