"""What the page consists of, and the headers that it is served with. Imports the standard library only."""

from __future__ import annotations

import shutil
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_OWN = _ROOT / "client" / "web"
#: From npm, at the version and hash of package-lock.json.
_PARSER = _ROOT / "node_modules" / "eventsource-parser"
#: Below the root of the site, where the page's script imports from.
_VENDORED = "vendor/eventsource-parser"

#: Nothing from elsewhere, nothing inline, nothing framed.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:"),
        *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"),
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
    """The page cannot be put together; the message says what was expected and what to do."""


def page_files() -> dict[str, Path]:
    """The page's own files and the vendored modules, by their paths below the root of the site. Raises PageError."""
    modules = sorted((_PARSER / "dist").glob("*.js"))
    if not modules:
        raise PageError(f"Expected the modules of eventsource-parser in {_PARSER}, found none: run `make setup`.")
    # Its modules import each other, and its licence wants to go where they go.
    vendored = [*modules, _PARSER / "LICENSE"]
    own = sorted(file for file in _OWN.iterdir() if file.is_file())
    return {file.name: file for file in own} | {f"{_VENDORED}/{file.name}": file for file in vendored}


def compose_page(folder: Path) -> None:
    """Copies the whole site into the folder."""
    for name, file in page_files().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
