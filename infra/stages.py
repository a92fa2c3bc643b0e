"""The stages, as values in code; a new environment is one more of them."""

from __future__ import annotations

from collections.abc import Sequence

from .settings import CanarySettings, CostLimits, StageSettings, one_of, require


def stages() -> Sequence[StageSettings]:
    """Returns the stages in the order of their deployment."""
    return (
        StageSettings(name="dev", limits=CostLimits(max_stream_seconds=300), log_retention_days=7),
        StageSettings(
            name="prod",
            memory_mebibytes=1024,
            # Reservations bound the bill, but a new account has a quota of 10 in all: raise that quota first.
            limits=CostLimits(reserved_concurrency=100, buffered_reserved_concurrency=50),
            canary=CanarySettings(),
            log_retention_days=90,
            keep_logs=True,
        ),
    )


def select_stages(name: str | None) -> Sequence[StageSettings]:
    """Returns the stage of that name, or all of them for None. Raises SettingsError for an unknown name."""
    known = {stage.name: stage for stage in stages()}
    if name is None:
        return tuple(known.values())
    require("stage", name, name in known, one_of(known))
    return (known[name],)
