"""An issuer of tokens: its keys, what it signs with them, and the two documents that it publishes."""

from __future__ import annotations

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from .json_server import JsonServer

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


class IssuerServer(JsonServer):
    """Serves the documents of its issuer."""

    def __init__(self) -> None:
        super().__init__()
        self.issuer = Issuer(self.url)
        self.discovery: dict[str, Any] = {"issuer": self.issuer.url, "jwks_uri": f"{self.issuer.url}/keys"}

    def document(self, path: str) -> object:
        documents = {"/.well-known/openid-configuration": self.discovery, "/keys": self.issuer.jwks}
        return documents[path]
