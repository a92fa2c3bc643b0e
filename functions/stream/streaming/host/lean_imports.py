"""Lazy imports: defers standard library modules that uvicorn and Starlette import but a stream never uses.

A small placeholder takes the place of each meanwhile. A function that a library takes from a placeholder imports the
real module when it is called; later imports, such as a source's, get the real one. (docs/architecture.md, deviation 2)
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


def import_with_lazy(modules: Iterable[str], *, lazy: Collection[str]) -> None:
    """Imports the modules while those of `lazy` are deferred.

    If that fails, as it may in a later Python or library, everything is imported as usual, which takes longer.
    """
    before = set(sys.modules)
    try:
        with _lazy(lazy):
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
def _lazy(names: Iterable[str]) -> Iterator[None]:
    lazy_modules = []
    try:
        for name in names:
            if name not in sys.modules:
                sys.modules[name] = _LazyModule(name)
                lazy_modules.append(name)
        yield
    finally:
        for name in lazy_modules:
            del sys.modules[name]


class _LazyModule(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        package, _, module = name.rpartition(".")
        if package:
            # `import http.cookies` looks for it there; the real module will take its place.
            setattr(importlib.import_module(package), module, self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            return _lazy_call(self.__name__, name)  # for `from hashlib import md5`
        return getattr(importlib.import_module(self.__name__), name)


def _lazy_call(module: str, name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **kwargs)

    return call
