"""What a start imports, and what it puts off. Imports nothing: infra takes the names from here, to compile them."""

from __future__ import annotations

#: By the entry point, or by uvicorn once it runs. The bundle holds bytecode for these and for what they import.
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

#: What a start imports beside these, by the extra of the bundle that asks for it.
EXTRA_IMPORTS = {"jwt": ("streaming.auth.token_check", "streaming.auth.tokens")}

#: The libraries among them, imported while the modules below are lazy.
LIBRARIES = ("starlette.applications", "uvicorn.config", "uvicorn.server")

#: Modules of the standard library that these import at their top and that a stream never uses.
#: Their names are called, neither subclassed nor caught.
LAZY_MODULES = (
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
