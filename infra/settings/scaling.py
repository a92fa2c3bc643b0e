"""How the streaming function starts its environments."""

from __future__ import annotations

from dataclasses import dataclass

from .rules import require


@dataclass(frozen=True, kw_only=True)
class ScalingSettings:
    provisioned_concurrency: int = 0
    snap_start: bool = False

    def __post_init__(self) -> None:
        require("provisioned_concurrency", self.provisioned_concurrency, self.provisioned_concurrency >= 0, "0 or more")
        require(
            "snap_start",
            self.snap_start,
            not (self.snap_start and self.provisioned_concurrency),
            "False while provisioned_concurrency is set: Lambda refuses both on one function",
        )
