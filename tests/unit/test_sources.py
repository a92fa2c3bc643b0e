from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given

from functions.stream.streaming import sources
from functions.stream.streaming.sources import load_source, local
from tests.support.clock import now, run_on_virtual_clock
from tests.support.text import texts


async def answer(prompt: str) -> list[tuple[float, str]]:
    generation = await load_source("local", {}).open(prompt)
    pieces = [(now(), piece) async for piece in generation]
    await generation.aclose()
    return pieces


@given(texts)
def test_local_source_answers_with_the_prompt_for_any_prompt(prompt: str) -> None:
    assert "".join(piece for _, piece in run_on_virtual_clock(answer(prompt))) == prompt


def test_local_source_answers_five_words_at_a_time_fifty_milliseconds_apart() -> None:
    pieces = run_on_virtual_clock(answer("one two three four five six seven  eight\nnine ten eleven"))
    assert [piece for _, piece in pieces] == [
        "one two three four five ",
        "six seven  eight\nnine ten ",
        "eleven",
    ]
    assert [when for when, _ in pieces] == pytest.approx([0, 0.05, 0.1])


def test_local_source_answers_with_white_space_when_the_prompt_is_nothing_else() -> None:
    assert [piece for _, piece in run_on_virtual_clock(answer(" \n "))] == [" \n "]


def test_local_source_reports_no_usage() -> None:
    assert local.LocalGeneration("a").usage == {}


def test_load_source_passes_the_environment_to_the_module_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    source, given = local.LocalSource(), list[Mapping[str, str]]()

    def create_source(environment: Mapping[str, str]) -> local.LocalSource:
        given.append(environment)
        return source

    module = ModuleType("mine")
    monkeypatch.setattr(module, "create_source", create_source, raising=False)
    monkeypatch.setitem(sys.modules, f"{sources.__name__}.mine", module)
    assert load_source("mine", {"A": "1"}) is source
    assert given == [{"A": "1"}]


def test_load_source_names_the_file_to_write_when_the_source_is_unknown() -> None:
    with pytest.raises(ValueError, match=r"got 'bedrok': write streaming/sources/bedrok\.py or correct the settings"):
        load_source("bedrok", {})


@pytest.mark.parametrize("name", ["", "../local", "local.x", "os path", ".local"])
def test_load_source_refuses_what_cannot_be_a_module(name: str) -> None:
    with pytest.raises(ValueError, match="Expected the name of a module in streaming/sources, got"):
        load_source(name, {})


def test_load_source_lets_the_source_s_own_missing_dependency_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "needy.py").write_text("import a_dependency_that_is_not_installed\n")
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with pytest.raises(ModuleNotFoundError, match="a_dependency_that_is_not_installed"):
        load_source("needy", {})
