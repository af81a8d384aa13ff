"""Bodies are written as urllib writes them."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.gateway import forms

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = _TEXTS | st.integers() | st.booleans() | st.lists(_TEXTS, min_size=1)


@given(st.dictionaries(_TEXTS, _VALUES))
def test_a_form_reads_as_urllib_writes_it(fields: dict[str, object]) -> None:
    assert forms.encode(fields) == urlencode(fields, doseq=True).encode()


def test_half_a_character_cannot_be_written() -> None:
    with pytest.raises(UnicodeEncodeError):
        forms.encode({"Body": "\ud800"})
