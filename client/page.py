"""What the page consists of, and the headers that it is served with. Imports the standard library only."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PAGE = _ROOT / "client" / "web"
#: From npm, at the version and hash of package-lock.json.
_PARSER = _ROOT / "node_modules" / "eventsource-parser"

#: Nothing from elsewhere, nothing inline, nothing framed.
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
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def page_files() -> dict[str, Path]:
    """The page's own files and the vendored ones, by their paths below the root of the site.

    Raises FileNotFoundError when the npm packages are not installed.
    """
    modules = sorted((_PARSER / "dist").glob("*.js"))
    if not modules:
        raise FileNotFoundError(f"Expected the modules of {_PARSER.name} in {_PARSER}, found none: run `make setup`.")
    own = sorted(file for file in _PAGE.iterdir() if file.is_file())
    # Its modules import each other, and its licence wants to go where they go.
    vendored = [*modules, _PARSER / "LICENSE"]
    return {file.name: file for file in own} | {f"vendor/{_PARSER.name}/{file.name}": file for file in vendored}
