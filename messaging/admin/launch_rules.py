"""Launch rules: whether another person approves each launch. One row, and so no list."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect

from campaigns.admin.forms import VerbAdmin, VerbForm
from messaging.actions.approving import save_launch_rules
from messaging.models import LaunchRules


class LaunchRulesForm(VerbForm[LaunchRules]):
    """A single tick."""

    class Meta:
        model = LaunchRules
        fields = ("needs_approval",)

    def act(self) -> LaunchRules:
        save_launch_rules(rules=self.instance, by=self.by)
        return self.instance


@admin.register(LaunchRules)
class LaunchRulesAdmin(VerbAdmin):
    """The page of the only row."""

    form = LaunchRulesForm
    fields = ("needs_approval",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("admin:messaging_launchrules_change", get_object_or_404(LaunchRules).pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LaunchRules | None = None) -> bool:
        return False
