"""The base class of every group of settings: it compares each value with the type of its field.

mypy sees the same faults, but not everybody who edits a stage runs it. Without the check `audience="api"` would be the
three audiences "a", "p" and "i".
"""

from __future__ import annotations

import types
from dataclasses import dataclass, fields
from typing import Literal, Union, final, get_args, get_origin, get_type_hints

from .rules import one_of, require

_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "True or False", types.NoneType: "None"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A group of settings. Raises SettingsError for a value of another type, then for what `_check` refuses."""

    @final
    def __post_init__(self) -> None:
        for key, hint in _hints(type(self)).items():
            value = getattr(self, key)
            require(key, value, _fits(value, hint), _described(hint))
        self._check()

    def _check(self) -> None:
        """Checks the values, which have the types of their fields."""


def _hints(group: type[Settings]) -> dict[str, object]:
    hints = get_type_hints(group)
    return {field.name: hints[field.name] for field in fields(group)}


def _fits(value: object, hint: object) -> bool:
    arguments = get_args(hint)
    if get_origin(hint) is Literal:
        return value in arguments
    if get_origin(hint) in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(_fits(item, arguments[0]) for item in value)
    if isinstance(value, bool):
        # A bool is an int for Python.
        return hint is bool
    return isinstance(value, int | float if hint is float else hint)  # type: ignore[arg-type]


def _described(hint: object) -> str:
    arguments = get_args(hint)
    if get_origin(hint) is Literal:
        return one_of(arguments)
    if get_origin(hint) in (Union, types.UnionType):
        return ", or ".join(_described(argument) for argument in arguments)
    if get_origin(hint) is tuple:
        example = "('one',)" if arguments[0] is str else "(one,)"
        return f"a tuple, even of one, as in {example}, where each is {_described(arguments[0])}"
    assert isinstance(hint, type)
    return _NAMES.get(hint, f"{hint.__name__}(...)")
