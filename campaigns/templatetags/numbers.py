"""Phone numbers in templates: `{% load numbers %}` and `{{ text.number|shown_number }}`."""

from django import template

from campaigns.seeing import number_shown, sees_whole_numbers

register = template.Library()


@register.filter
def shown_number(number: str) -> str:
    """As whoever looks may see it; blank stays blank."""
    return number_shown(number) if number else ""


@register.simple_tag
def whole_numbers() -> bool:
    """Whether whoever looks may follow a link that has a number in it."""
    return sees_whole_numbers()
