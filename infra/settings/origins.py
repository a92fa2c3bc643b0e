"""The check of the origins of CORS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from .rules import require

#: The origin that stands for all of them. https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html
_ANY = "*"
_MAX_ORIGINS = 100
_MAX_CHARACTERS = 253
_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def require_origins(origins: Sequence[str]) -> None:
    """Raises SettingsError for an origin that no browser sends, and that therefore never matches one."""
    for origin in origins:
        require(
            "cors_origins",
            origin,
            origin == _ANY or _is_origin(origin),
            "'*', or scheme://host[:port] as a browser writes it: lower case, no path, no slash at the end, no default "
            "port, such as 'https://example.com'",
        )
    distinct = len(set(origins)) == len(origins) <= _MAX_ORIGINS
    require("cors_origins", origins, distinct, f"at most {_MAX_ORIGINS} origins, each once")
    require("cors_origins", origins, _ANY not in origins or len(origins) == 1, "either ('*',) or origins")


def _is_origin(text: str) -> bool:
    """Says whether the text is an origin in the only form that browsers serialise. https://url.spec.whatwg.org/#origin"""
    found = _ORIGIN.fullmatch(text)
    if found is None or len(text) > _MAX_CHARACTERS:
        return False
    port = found["port"]
    is_port = port is None or (int(port) <= 65535 and port != _DEFAULT_PORTS.get(found["scheme"]))
    return is_port and _is_host(found["host"])


def _is_host(host: str) -> bool:
    last_label = host.rpartition(".")[2]
    is_address = host.startswith("[") or last_label[0].isdigit()
    if not is_address:
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return host == (f"[{address}]" if address.version == 6 else str(address))
