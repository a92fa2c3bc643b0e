"""The modules that a start imports, and those that it defers. Imports nothing: infra compiles what is named here."""

from __future__ import annotations

#: The entry point and uvicorn import these. The bundle holds bytecode for them and for what they import.
START_IMPORTS = (
    "streaming.host.__main__",
    "streaming.app",
    "starlette.applications",
    "uvicorn.config",
    "uvicorn.server",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.h11_impl",
)

#: The further modules that a start imports, by the extra of the bundle.
EXTRA_IMPORTS = {"jwt": ("streaming.auth.token_check", "streaming.auth.tokens")}

#: The libraries among them, which are imported while LAZY_MODULES are deferred.
LIBRARIES = ("starlette.applications", "uvicorn.config", "uvicorn.server")

#: Modules that these import at their top and that a stream never uses.
#: Their names are called, neither subclassed nor caught. A package comes before its modules.
LAZY_MODULES = (
    # Starlette: threads and task groups, for endpoints that are no coroutines and for files.
    "anyio",
    "anyio.abc",
    "anyio.to_thread",
    # uvicorn: logging as a file says, a date for a header, reloading, workers.
    "configparser",
    "copy",
    "email.utils",
    "logging.config",
    "pathlib",
    "platform",
    "random",
    # Starlette: cookies, forms, files, ids in paths, the phrases of its own errors.
    "hashlib",
    "html",
    "http.client",
    "http.cookies",
    "mimetypes",
    "secrets",
    "shlex",
    "tempfile",
    "uuid",
)
