"""What plain rules take Django's catalogue of sentences from, so that they need to know nothing else of Django.

A rule writes ``_("…")`` around a sentence that it makes, and a constant is made by ``gettext_lazy``: it is in the
reader's language when it is read, and in English wherever no page is being made. docs/translations.md tells the rest.
"""

from django.utils.translation import gettext, gettext_lazy, ngettext

__all__ = ["gettext", "gettext_lazy", "ngettext"]
