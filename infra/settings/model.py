"""The settings of the source `bedrock`."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Settings
from .patterns import MODEL_ID, PROFILE_ID
from .rules import require

_GLOBAL = "global."


@dataclass(frozen=True, kw_only=True)
class BedrockSettings(Settings):
    """The model that answers, which is also all that the function's role may invoke."""

    #: The id of the foundation model, also where requests go through a profile.
    model_id: str
    #: Cross-region inference through a profile that AWS defines: its id, such as `eu.MODEL_ID` or `global.MODEL_ID`.
    inference_profile_id: str | None = None
    #: Every region that a profile of a geography can send a request to; a global one may use any.
    inference_profile_regions: tuple[str, ...] = ()

    @property
    def is_global(self) -> bool:
        """Says whether the profile can send a request to any commercial region."""
        return (self.inference_profile_id or "").startswith(_GLOBAL)

    def _check(self) -> None:
        model, profile, regions = self.model_id, self.inference_profile_id, self.inference_profile_regions
        require(
            "model_id",
            model,
            bool(MODEL_ID.fullmatch(model)) and not model.startswith("arn:") and not PROFILE_ID.fullmatch(model),
            "the id of a foundation model; the id of a profile is inference_profile_id, and an ARN is neither",
        )
        require(
            "inference_profile_id",
            profile,
            profile is None or bool(PROFILE_ID.fullmatch(profile)),
            "the id of a profile that AWS defines, such as 'eu.MODEL_ID' or 'global.MODEL_ID', or None; an application "
            "inference profile is not supported",
        )
        needs_regions = profile is not None and not self.is_global
        require(
            "inference_profile_regions",
            regions,
            bool(regions) == needs_regions,
            "the regions of inference_profile_id, or () with a global one or without one",
        )
