from __future__ import annotations

import pytest
from hypothesis import given

from functions.stream.streaming.answers.text import SurrogateJoiner
from tests.support.text import pieces, well_formed


@given(pieces)
def test_joiner_yields_what_the_whole_text_decodes_to_for_any_pieces(parts: list[str]) -> None:
    joiner = SurrogateJoiner()
    fed = [joiner.feed(part) for part in parts]
    assert "".join([*fed, joiner.flush()]) == well_formed("".join(parts))


@given(pieces)
def test_joiner_yields_only_what_utf8_can_encode_for_any_pieces(parts: list[str]) -> None:
    joiner = SurrogateJoiner()
    for whole in [*(joiner.feed(part) for part in parts), joiner.flush()]:
        assert whole.encode().decode() == whole


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["\ud83d", "\ude00"], ["", "😀", ""]),
        (["a\ud83d", "\ude00b"], ["a", "😀b", ""]),
        (["\ud83d", "a"], ["", "\ufffda", ""]),
        (["\ude00"], ["\ufffd", ""]),
        (["\ud83d"], ["", "\ufffd"]),
        (["\ud83d\ud83d", "\ude00"], ["\ufffd", "😀", ""]),
        (["\ud83d", "", "\ude00"], ["", "", "😀", ""]),
    ],
)
def test_joiner_holds_a_first_half_until_its_other_half_comes(parts: list[str], whole: list[str]) -> None:
    joiner = SurrogateJoiner()
    assert [*(joiner.feed(part) for part in parts), joiner.flush()] == whole


def test_joiner_is_empty_after_a_flush() -> None:
    joiner = SurrogateJoiner()
    joiner.feed("\ud83d")
    joiner.flush()
    assert joiner.flush() == ""
    assert joiner.feed("\ude00") == "\ufffd"
