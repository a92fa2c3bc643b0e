"""The proxy and the certificates that the environment names for a connection.

httpx reads the same variables. Read here, they are checked before it sees them, because it raises errors of its own
and of Python for values that it cannot use; and loopback never goes through a proxy.
"""

from __future__ import annotations

import functools
import importlib.util
import ipaddress
import os
import ssl
import urllib.request
from dataclasses import dataclass
from typing import TypedDict

import httpx

from .errors import EnvironmentUnusable

_SOCKS = ("socks5", "socks5h")


@dataclass(frozen=True)
class Proxy:
    """The proxy for a URL, and the variable that names it. Its text leaves out the user and the password."""

    variable: str
    url: str

    def __str__(self) -> str:
        scheme, _, rest = " ".join(self.url.split()).partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]} ({self.variable})"


class ClientOptions(TypedDict):
    """Arguments of httpx.Client and httpx.AsyncClient."""

    verify: ssl.SSLContext | bool
    proxy: httpx.Proxy | None
    trust_env: bool


def client_options(url: httpx.URL) -> ClientOptions:
    """Raises EnvironmentUnusable where a variable that matters to this URL cannot be used."""
    found = find_proxy(url)
    return {
        "verify": _certificates() if url.scheme == "https" else False,
        "proxy": _usable(found) if found else None,
        "trust_env": False,
    }


def find_proxy(url: httpx.URL) -> Proxy | None:
    """The proxy that the environment names for this URL, whether usable or not; None for a direct connection."""
    if _is_loopback(url.host) or _is_exempt(url):
        return None
    proxies = urllib.request.getproxies()
    for kind in (url.scheme, "all"):
        if value := proxies.get(kind):
            return Proxy(_variable(kind, value), value if "://" in value else f"http://{value}")
    return None


def certificates_variable() -> str | None:
    """The variable that names the certificates to trust; None where those of certifi are."""
    return next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), None)


def _is_loopback(host: str) -> bool:
    name = host.lower().rstrip(".")
    # https://www.rfc-editor.org/rfc/rfc6761#section-6.3
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    # Servers print the unspecified address as theirs, and a connection to it is one to loopback.
    own = getattr(address, "ipv4_mapped", None) or address
    return bool(own.is_loopback or own.is_unspecified)


def _is_exempt(url: httpx.URL) -> bool:
    """Whether NO_PROXY names the host. An entry that is none, as for httpx `[::1]` or `10.0.0.0/8`, names nothing."""
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    hosts = {f"[{url.host}]"} if ":" in url.host else {url.host, url.raw_host.decode("ascii")}
    names = {url.host, *hosts, *(f"{host}:{port}" for host in hosts)}
    entries = {entry.strip() for entry in urllib.request.getproxies().get("no", "").split(",")}
    # httpx takes these two as well, and urllib does not.
    if entries & {"*", *(f"{scheme}://{name}" for scheme in (url.scheme, "all") for name in names)}:
        return True
    return any(urllib.request.proxy_bypass(name) for name in names)


def _variable(kind: str, value: str) -> str:
    names = [name for name in os.environ if name.lower() == f"{kind}_proxy" and os.environ[name] == value]
    # urllib prefers the lower case, and asks macOS and Windows where the environment is silent.
    return min(names, key=str.isupper, default="the system's settings")


def _usable(proxy: Proxy) -> httpx.Proxy:
    try:
        url = httpx.URL(proxy.url)
        url.raw_host.decode("ascii").encode("idna")
        usable = url.scheme in ("http", "https", *_SOCKS) and bool(url.host) and (url.port or 0) < 2**16
    except (httpx.InvalidURL, UnicodeError):
        usable = False
    if not usable:
        raise EnvironmentUnusable(
            proxy.variable, f"Expected the URL of a proxy, such as http://proxy.example:3128, got {proxy}"
        )
    if url.scheme in _SOCKS and importlib.util.find_spec("socksio") is None:
        raise EnvironmentUnusable(
            proxy.variable, f"Expected the package socksio for the proxy {proxy}, found none: install 'httpx[socks]'"
        )
    return httpx.Proxy(url, ssl_context=_certificates() if url.scheme == "https" else None)


def _certificates() -> ssl.SSLContext:
    return _load(*(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")))


@functools.cache
def _load(file: str | None, folder: str | None, key_log: str | None) -> ssl.SSLContext:
    """Loaded once: it takes longer than a service's first byte. The arguments are what httpx and ssl read."""
    if folder and not file and not any(map(os.path.isdir, folder.split(os.pathsep))):
        raise EnvironmentUnusable("SSL_CERT_DIR", f"Expected SSL_CERT_DIR to name a folder, got {folder!r}")
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        if file and not _is_certificate_file(file):
            what = f"Expected SSL_CERT_FILE to name a file of certificates, got {file!r} ({error})"
            raise EnvironmentUnusable("SSL_CERT_FILE", what) from error
        if key_log:
            what = f"Expected SSLKEYLOGFILE to name a file that can be written, got {key_log!r} ({error})"
            raise EnvironmentUnusable("SSLKEYLOGFILE", what) from error
        raise


def _is_certificate_file(path: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError:
        return False
    return True
