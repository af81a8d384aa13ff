"""The way back to a list: `{% load lists %}` and `{% list_url "messaging_outbound" %}`."""

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def list_url(context: template.Context, model: str) -> str:
    """The address of a model's list, as it was narrowed when somebody went from it to this page."""
    address, narrowed = reverse(f"admin:{model}_changelist"), context["request"].GET.get("_changelist_filters", "")
    return f"{address}?{narrowed}" if narrowed else address
