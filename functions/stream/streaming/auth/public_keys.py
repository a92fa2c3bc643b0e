"""Reads the public keys that an issuer publishes as a JWK Set.

https://datatracker.ietf.org/doc/html/rfc7517
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import jwt

if TYPE_CHECKING:
    from jwt.algorithms import AllowedPublicKeys

logger = logging.getLogger(__name__)

#: An issuer, or a token that nobody has verified, chooses these texts: a log line holds no more of each.
MAX_LOGGED_CHARACTERS = 200

_RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
#: Signatures by key pairs alone: with a shared secret, whoever can check a token can also make one.
ALGORITHMS = (*_RSA_ALGORITHMS, "ES256", "ES384", "ES512", "EdDSA")


class PublicKey(NamedTuple):
    key_id: str
    #: Those that it verifies.
    algorithms: tuple[str, ...]
    key: AllowedPublicKeys


def read_keys(document: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """Raises ValueError when no key is of use; one that is not stands in the log and disturbs no other."""
    published = document.get("keys")
    if not isinstance(published, list):
        raise ValueError(f"Expected a list of keys, got {type(published).__name__}.")
    keys = []
    for jwk in published:
        try:
            keys.append(_read_key(jwk))
        except Exception as error:
            fields = {"reason": str(error)[:MAX_LOGGED_CHARACTERS]}
            logger.info("A key of the issuer is not used.", extra={"fields": fields})
    if not keys:
        raise ValueError(f"Expected a key that verifies tokens, got {len(published)} others.")
    return tuple(keys)


def _read_key(jwk: Mapping[str, Any]) -> PublicKey:
    """Raises whatever PyJWT and cryptography raise for values of the wrong types."""
    key_id = jwk.get("kid")
    if not isinstance(key_id, str):
        raise ValueError(f"Expected the name of a key to be a string, got {key_id!r}.")
    if "d" in jwk:
        raise ValueError(f"Expected a public key, got the private key {key_id!r}: the issuer has to replace it.")
    use, operations = jwk.get("use"), jwk.get("key_ops")
    if use not in (None, "sig") or (operations is not None and "verify" not in operations):
        raise ValueError(f"Expected a key for signatures, got {key_id!r} for something else.")
    algorithms, algorithm = _algorithms(jwk), jwk.get("alg")
    if algorithm is not None:
        algorithms = tuple(name for name in algorithms if name == algorithm)
    if not algorithms:
        raise ValueError(f"Expected a type of key and an algorithm that fit, got others with {key_id!r}.")
    key: Any = jwt.PyJWK(dict(jwk), algorithms[0]).key
    return PublicKey(key_id, algorithms, key)


def _algorithms(jwk: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that a key of this type serves where it names none; a shared secret serves none."""
    match jwk:
        case {"kty": "RSA"}:
            return _RSA_ALGORITHMS
        case {"kty": "EC", "crv": "P-256"}:
            return ("ES256",)
        case {"kty": "EC", "crv": "P-384"}:
            return ("ES384",)
        case {"kty": "EC", "crv": "P-521"}:
            return ("ES512",)
        case {"kty": "OKP", "crv": "Ed25519" | "Ed448"}:
            return ("EdDSA",)
    return ()
