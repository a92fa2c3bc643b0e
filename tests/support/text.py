"""Texts for properties."""

from __future__ import annotations

from hypothesis import strategies as st

#: Any text of Unicode, with what readers of lines and of JSON trip over in every other example.
texts = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('\r\n\t\0 "\\\x0b\x0c\x1c\x85\u2028\u2029\ufeff😀é')
)
#: Pieces as a model may send them, halves of surrogate pairs included.
pieces = st.lists(st.text(st.sampled_from("ab \n\ud83d\ude00\udbff\udc00é") | st.characters(), max_size=8), max_size=12)


def well_formed(text: str) -> str:
    """The reference: the whole text at once."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
