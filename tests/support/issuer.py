"""An issuer of tokens: its keys, what it signs with them, and the two documents that it publishes."""

from __future__ import annotations

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from functions.stream.streaming.auth.public_keys import PublicKey, read_keys

from .json_server import JsonServer

AUDIENCE = "stream"
SCOPE = "stream/write"

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class Issuer:
    def __init__(self, url: str = "https://issuer.example") -> None:
        self.url = url
        self.published: list[Any] = []
        self._private: dict[str, PrivateKey] = {}
        self.rotate("first")

    def rotate(self, key_id: str, *, key: PrivateKey | None = None) -> None:
        """From now on the one key that is published, and signs."""
        self._private = {key_id: key or ec.generate_private_key(ec.SECP256R1())}

    @property
    def jwks(self) -> dict[str, Any]:
        """The document of the keys. `published` stands in it for them where a test says so."""
        return {"keys": self.published or [public_jwk(key, kid=key_id) for key_id, key in self._private.items()]}

    @property
    def pem(self) -> bytes:
        """Of its public key, as anyone may have it."""
        (key,) = self._private.values()
        return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def keys(self) -> tuple[PublicKey, ...]:
        """As the function holds them."""
        return read_keys(self.jwks)

    def token(self, *, algorithm: str | None = None, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good one, with the claims and headers changed; None leaves one out."""
        ((key_id, key),) = self._private.items()
        good = {"iss": self.url, "aud": AUDIENCE, "exp": time.time() + 300, "scope": f"openid {SCOPE}"}
        payload = _given(good | claims)
        header = _given({"kid": key_id, **(headers or {})})
        return jwt.encode(payload, key, algorithm=algorithm or _algorithm(key), headers=header)


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def public_jwk(key: PrivateKey, **members: Any) -> dict[str, Any]:
    """As an issuer publishes it, with the members changed; None leaves one out."""
    public = key.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        jwk = ECAlgorithm.to_jwk(public, as_dict=True)
    elif isinstance(public, rsa.RSAPublicKey):
        jwk = RSAAlgorithm.to_jwk(public, as_dict=True)
    else:
        jwk = OKPAlgorithm.to_jwk(public, as_dict=True)
    return _given(jwk | {"alg": _algorithm(key), **members})


def _algorithm(key: PrivateKey) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {256: "ES256", 384: "ES384", 521: "ES512"}[key.key_size]
    return "RS256" if isinstance(key, rsa.RSAPrivateKey) else "EdDSA"


class IssuerServer(JsonServer):
    """Serves the documents of its issuer."""

    def __init__(self) -> None:
        super().__init__()
        self.issuer = Issuer(self.url)
        self.discovery: dict[str, Any] = {"issuer": self.issuer.url, "jwks_uri": f"{self.issuer.url}/keys"}

    def document(self, path: str) -> object:
        documents = {"/.well-known/openid-configuration": self.discovery, "/keys": self.issuer.jwks}
        return documents[path]
