"""The settings of the source `bedrock`."""

from __future__ import annotations

from dataclasses import dataclass

from .rules import require


@dataclass(frozen=True, kw_only=True)
class BedrockSettings:
    """The model that answers, which is also all that the function's role may invoke."""

    model_id: str
    #: Cross-region inference: the id of the profile, and every region that it can send a request to.
    inference_profile_id: str | None = None
    inference_profile_regions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require("model_id", self.model_id, bool(self.model_id), "the id of a foundation model")
        require(
            "inference_profile_regions",
            self.inference_profile_regions,
            bool(self.inference_profile_id) == bool(self.inference_profile_regions),
            "the regions of inference_profile_id, or () without one",
        )
