"""Sentences that are stored in English, as their reader reads them."""

from django import template

from campaigns.language import retold

register = template.Library()
register.filter("retold", retold)
