"""Names callers in the log."""

from __future__ import annotations

#: Callers may choose their names: a log line holds no more of one.
_MAX_CHARACTERS = 200


def caller_name(caller: str, *, hashed: bool) -> str:
    """A hash tells callers apart where the log may not say who they are."""
    if not hashed:
        return caller[:_MAX_CHARACTERS]
    import hashlib  # not in a start

    return hashlib.sha256(caller.encode(errors="replace")).hexdigest()[:32]
