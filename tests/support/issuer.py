"""An issuer of tokens: its keys, what it signs with them, and the two documents that it publishes."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "stream"
SCOPE = "stream/write"

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Issuer:
    def __init__(self, url: str = "https://issuer.example") -> None:
        self.url = url
        self._private: dict[str, PrivateKey] = {}
        self.rotate("first")

    def rotate(self, key_id: str, *, key: PrivateKey | None = None) -> None:
        """From now on the one key that is published, and signs."""
        self._private = {key_id: key or ec.generate_private_key(ec.SECP256R1())}

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**_public(key), "kid": key_id} for key_id, key in self._private.items()]}

    @property
    def pem(self) -> bytes:
        """Of its public key, as anyone may have it."""
        (key,) = self._private.values()
        return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def keys(self) -> dict[str, jwt.PyJWK]:
        """As the function holds them."""
        return {str(key.key_id): key for key in jwt.PyJWKSet.from_dict(self.jwks)}

    def token(self, *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good one, with the claims and headers changed; None leaves one out."""
        ((key_id, key),) = self._private.items()
        good = {"iss": self.url, "aud": AUDIENCE, "exp": time.time() + 300, "scope": f"openid {SCOPE}"}
        payload = _given(good | claims)
        algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
        return jwt.encode(payload, key, algorithm=algorithm, headers=_given({"kid": key_id, **(headers or {})}))


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _public(key: PrivateKey) -> dict[str, Any]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"alg": "ES256"}
    return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"alg": "RS256"}


class IssuerServer(ThreadingHTTPServer):
    """Serves the documents of its issuer on loopback; `paths` are those asked for."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = Issuer(f"http://127.0.0.1:{self.server_port}")
        self.paths: list[str] = []
        self.discovery: dict[str, Any] = {"issuer": self.issuer.url, "jwks_uri": f"{self.issuer.url}/keys"}
        self.is_down = False
        #: Cleared, answers wait for it.
        self.may_answer = threading.Event()
        self.may_answer.set()

    def document(self, path: str) -> object:
        documents = {"/.well-known/openid-configuration": self.discovery, "/keys": self.issuer.jwks}
        return documents[path]


class _Handler(BaseHTTPRequestHandler):
    server: IssuerServer

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.server.may_answer.wait(10)
        body = json.dumps(self.server.document(self.path)).encode()
        self.send_response(503 if self.server.is_down else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet: the tests read the paths."""


@contextlib.contextmanager
def running_issuer() -> Iterator[IssuerServer]:
    with IssuerServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="issuer")
        thread.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join()
