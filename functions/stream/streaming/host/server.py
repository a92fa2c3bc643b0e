"""The server: uvicorn without its command line."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import sys

from .lean_imports import import_with_lazy
from .start_imports import LAZY_MODULES, LIBRARIES


def _skip_command_line() -> None:
    """Puts uvicorn's package in place without running its __init__, which imports the command line and click.

    click does not ship (requirements.in). (docs/architecture.md, deviation 3)
    """
    if "uvicorn" in sys.modules:
        return
    spec = importlib.util.find_spec("uvicorn")
    assert spec
    sys.modules["uvicorn"] = importlib.util.module_from_spec(spec)


_skip_command_line()

import_with_lazy(LIBRARIES, lazy=LAZY_MODULES)

from uvicorn.config import Config  # noqa: E402
from uvicorn.server import Server  # noqa: E402

# uvicorn/lifespan/on.py looks for it where __init__ would have put it.
sys.modules["uvicorn"].Config = Config  # type: ignore[attr-defined]  # the module is one that never ran

# The adapter keeps idle connections for 4 s; the server has to keep them longer.
_KEEP_ALIVE_SECONDS = 10
# The graceful shutdown timeout: how long streams may take to send their last event. Lambda kills the process earlier.
_GRACEFUL_SHUTDOWN_SECONDS = 2
# A query may carry the whole input, three bytes of percent-encoding for each of its bytes.
_REQUEST_HEAD_BYTES = 256 * 1024


def serve(application: str, port: int) -> None:
    """Serves `application`, which is `package.module:attribute`.

    Exits the process if the application cannot be imported or the port cannot be bound.
    """
    config = Config(
        application,
        host="127.0.0.1",
        port=port,
        http="h11",
        loop="asyncio",
        ws="none",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN_SECONDS,
        h11_max_incomplete_event_size=_REQUEST_HEAD_BYTES,
    )
    config.load()
    # What the imports made stays for good, so no collection has to walk it. (docs/architecture.md, deviation 4)
    gc.freeze()
    gc.enable()
    with contextlib.suppress(KeyboardInterrupt):  # which uvicorn raises again after its shutdown
        _Server(config).run()


class _Server(Server):
    async def on_tick(self, counter: int) -> bool:
        """Leaves out the date header that uvicorn makes each second, because Lambda's endpoints set one."""
        return self.should_exit
