"""No row points up: import contracts cannot see a relation that names its model by a string."""

import pytest
from django.apps import apps
from django.db.models import Model

# From the ground to the roof. An app may point to itself and to what stands before it.
STACK = ("campaigns", "optins", "messaging", "config")


def relations(model: type[Model]) -> list[tuple[str, str]]:
    """The relations a model declares, with the app each points to; tables between two models are models too."""
    found = []
    for field in model._meta.get_fields(include_hidden=True):
        target = getattr(field, "remote_field", None) and field.related_model
        if not field.auto_created and isinstance(target, type) and issubclass(target, Model):
            found.append((field.name, target._meta.app_label))
    return found


OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in STACK]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_relation_points_to_a_higher_app(model: type[Model]) -> None:
    height = STACK.index(model._meta.app_label)
    upward = [(name, app) for name, app in relations(model) if app in STACK[height + 1 :]]
    assert upward == []


def test_the_walk_sees_relations() -> None:
    seen = {name for model in OURS for name, _ in relations(model)}
    assert {"campaign", "customer", "programme", "run", "consent_event", "notice"} <= seen
