"""Fields of the options pages: keywords as chips, and the phone number that belongs to a provider."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.admin.verbs import told_by
from optins.actions.campaigns import no_letter_or_digit
from optins.keywords import fold
from optins.linter import Kind
from optins.models import MessageProvider, Sender

_BETWEEN_WORDS = re.compile(r"[,;\n]+")
_LONGEST_WORD = 40
_CHIPS = {"data-chips": "", "data-add": _("Add a word"), "data-remove": _("Remove {word}")}


def message_boxes(fields: Mapping[str, Kind]) -> dict[str, UnfoldAdminTextareaWidget]:
    """Where messages are written; a script shows what each costs and what its wording lacks."""
    return {name: UnfoldAdminTextareaWidget({"rows": 3, "data-wording": kind.value}) for name, kind in fields.items()}


class KeywordsField(forms.Field):
    """Words typed with commas between them; a script turns the text into chips.

    `fixed` words are always there: they are shown locked, beside the input, and lead the cleaned list.
    """

    def __init__(self, *, fixed: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(
            widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false", **_CHIPS}),
            **{
                "required": False,
                "help_text": _("Separate words with commas. Case and spaces do not count."),
                **kwargs,
            },
        )
        self.fixed = tuple(fixed)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            return value
        return ", ".join(word for word in value if word not in self.fixed)

    def to_python(self, value: Any) -> list[str]:
        typed = (" ".join(word.split()) for word in _BETWEEN_WORDS.split(value or ""))
        return [*self.fixed, *(word for word in typed if word)]

    def validate(self, value: list[str]) -> None:
        if self.required and not value:
            raise forms.ValidationError(gettext("Add at least one keyword."))
        for word in value:
            if not fold(word):
                raise forms.ValidationError(no_letter_or_digit(word))
            if len(word) > _LONGEST_WORD:
                raise forms.ValidationError(
                    gettext("“%(word)s…” is too long: a keyword has %(most)d at most.")
                    % {"word": word[:20], "most": _LONGEST_WORD}
                )


class AnswerWordsField(KeywordsField):
    """Words of the global options: a word that is there twice, in any spelling, counts once."""

    def to_python(self, value: Any) -> list[str]:
        words = super().to_python(value)
        once = {fold(word): word for word in reversed(words)}
        return [word for word in words if once.get(fold(word)) is word]

    def clean(self, value: Any) -> list[str]:
        return [word.upper() for word in super().clean(value)]


class _ByProvider(ModelChoiceIterator[Sender]):
    """Phone numbers under the name of their provider."""

    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        for name, senders in itertools.groupby(self.queryset, key=lambda sender: sender.provider.name):
            yield name, [self.choice(sender) for sender in senders]


class SenderField(forms.ModelChoiceField[Sender]):
    """A phone number with its kind and its label; a script narrows the list to the chosen provider's."""

    iterator = _ByProvider

    def label_from_instance(self, sender: Sender) -> str:
        return " · ".join(part for part in (sender.address, sender.get_kind_display(), sender.label) if part)


class SenderForm(forms.ModelForm[Any]):
    """What has a provider and, of it, a target phone number. With a single provider it is chosen already."""

    provider = forms.ModelChoiceField(
        MessageProvider.objects.all(),
        label=_("Message Provider"),
        empty_label=_("Choose a provider"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    sender = SenderField(
        Sender.objects.select_related("provider").order_by("provider__name", "address"),
        label=_("Target Phone Number"),
        empty_label=_("Choose a phone number"),
        required=False,
        widget=UnfoldAdminSelectWidget({"data-narrowed-by": "id_provider"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.instance.sender
        providers = list(MessageProvider.objects.all()[:2])
        self.initial["provider"] = chosen.provider if chosen else (providers[0] if len(providers) == 1 else None)

    def checks(self) -> Iterable[Callable[[], object]]:
        """What the verb refuses of texts and words, to be told beside all else that is wrong: for subclasses."""
        return ()

    def full_clean(self) -> None:
        """Tell every fault at once: the verb, which would refuse the first of them, is not called before."""
        super().full_clean()
        for check in self.checks() if self.is_bound else ():
            with told_by(self):
                check()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        provider, sender = cleaned.get("provider"), cleaned.get("sender")
        if provider and sender and sender.provider_id != provider.pk:
            foreign = gettext("%(number)s is not a number of %(provider)s. Choose one of its numbers.")
            self.add_error("sender", foreign % {"number": sender, "provider": provider})
        return cleaned
