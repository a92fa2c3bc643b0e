"""The files of the web page and the headers that it is served with.

Imports the standard library only. At synth it reads client/web and one npm package in node_modules.
"""

from __future__ import annotations

import shutil
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_OWN = _ROOT / "client" / "web"
#: An npm package, at the version and hash of package-lock.json.
_PARSER = _ROOT / "node_modules" / "eventsource-parser"
#: The path below the root of the site that the page's script imports from.
_VENDORED = "vendor/eventsource-parser"

#: The page loads nothing from other origins, runs nothing inline, and cannot be framed.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
STRICT_TRANSPORT_SECONDS = 2 * 365 * 24 * 3600
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "strict-transport-security": f"max-age={STRICT_TRANSPORT_SECONDS}; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class PageError(RuntimeError):
    """An error for a page that is not complete; the message says what was expected and what to do."""


def page_files() -> dict[str, Path]:
    """Returns the page's own files and the vendored modules by their paths below the root of the site.

    Raises PageError when the npm package is not installed.
    """
    modules = sorted((_PARSER / "dist").glob("*.js"))
    if not modules:
        raise PageError(f"Expected the modules of eventsource-parser in {_PARSER}, found none: run `make setup`.")
    # The modules import each other, and the licence of the package has to accompany them.
    vendored = [*modules, _PARSER / "LICENSE"]
    own = sorted(file for file in _OWN.iterdir() if file.is_file())
    return {file.name: file for file in own} | {f"{_VENDORED}/{file.name}": file for file in vendored}


def compose_page(folder: Path) -> None:
    """Copies the whole site into the folder. Raises PageError."""
    for name, file in page_files().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
