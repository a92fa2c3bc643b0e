"""Spares a start the modules that its libraries import at their top and that a stream never uses: a fifth of it.

While it lasts, `standing_in_for` puts something light in the place of each. What a library takes from that imports the
real module once it is called. Later imports, such as a source's, get the real one from the beginning.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def standing_in_for(*names: str) -> Iterator[None]:
    """Modules of the standard library whose names are called by whoever imports them, neither subclassed nor caught."""
    stand_ins = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


class _StandIn(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        package, _, module = name.rpartition(".")
        if package:
            # Where `import http.cookies` looks for it; the real one will take its place.
            setattr(importlib.import_module(package), module, self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            return _late(self.__name__, name)  # for `from hashlib import md5`
        return getattr(importlib.import_module(self.__name__), name)


def _late(module: str, name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **kwargs)

    return call
