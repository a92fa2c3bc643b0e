"""Spares a start the modules that its libraries import at their top and that a stream never uses: a fifth of it.

Meanwhile `import_lightly` puts something light in the place of each. What a library takes from that imports the real
module once it is called. Later imports, such as a source's, get the real one from the beginning.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from types import ModuleType
from typing import Any

logger = logging.getLogger(__name__)


def import_lightly(*modules: str, without: Collection[str]) -> None:
    """`without` are modules of the standard library whose names are called, neither subclassed nor caught.

    Where they are not, as may come to be in a later Python or library, the start takes longer and nothing else happens.
    """
    before = set(sys.modules)
    try:
        with _standing_in_for(without):
            _import(modules)
    except Exception:
        logger.warning("The server is imported whole.", exc_info=True)
        for name in set(sys.modules) - before:
            del sys.modules[name]
        _import(modules)


def _import(modules: Iterable[str]) -> None:
    for module in modules:
        importlib.import_module(module)


@contextlib.contextmanager
def _standing_in_for(names: Iterable[str]) -> Iterator[None]:
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
