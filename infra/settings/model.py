"""The settings of the source `bedrock`."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Settings
from .patterns import MODEL_ID, PROFILE_ARN, PROFILE_ID, REGION
from .rules import require

#: Among the regions of a profile: all of them, whose models IAM knows under one ARN without a region.
GLOBAL = "global"


@dataclass(frozen=True, kw_only=True)
class BedrockSettings(Settings):
    """The model that answers, which is also all that the function's role may invoke."""

    #: The id of the foundation model, also where requests go through a profile.
    model_id: str
    #: The profile that requests go through: one that AWS defines, by its id such as `eu.MODEL_ID` or `global.MODEL_ID`,
    #: or by its ARN; or an application inference profile of yours, by its ARN.
    inference_profile_id: str | None = None
    #: Every region that the profile can send a request to. A global one may use any and has none here; an application
    #: inference profile that was made from a global one has ('global',).
    inference_profile_regions: tuple[str, ...] = ()

    @property
    def is_global(self) -> bool:
        """Says whether the profile can send a request to any commercial region."""
        return (self._profile_id or "").startswith(f"{GLOBAL}.") or GLOBAL in self.inference_profile_regions

    @property
    def inference_profile_arn(self) -> str | None:
        """The ARN of the profile where the settings name it by one."""
        profile = self.inference_profile_id
        return profile if profile and profile.startswith("arn:") else None

    @property
    def _profile_id(self) -> str | None:
        """The id of a profile that AWS defines, which is also the end of its ARN."""
        found = PROFILE_ARN.fullmatch(self.inference_profile_id or "")
        return found["id"] if found else self.inference_profile_id

    def _check(self) -> None:
        model, profile, regions = self.model_id, self.inference_profile_id, self.inference_profile_regions
        require(
            "model_id",
            model,
            bool(MODEL_ID.fullmatch(model)) and not model.startswith("arn:") and not PROFILE_ID.fullmatch(model),
            "the id of a foundation model; the id of a profile is inference_profile_id, and an ARN is neither",
        )
        is_profile = profile is None or bool(PROFILE_ARN.fullmatch(profile) or PROFILE_ID.fullmatch(profile))
        # What AWS defines is named by a geography and the model; with another model every call would be denied.
        is_of_model = self._profile_id is None or self._profile_id.partition(".")[2] == model
        require(
            "inference_profile_id",
            profile,
            is_profile and is_of_model,
            f"the id of a profile of that model, such as 'eu.{model}' or 'global.{model}', its ARN, the ARN of an "
            "application inference profile, or None",
        )
        are_regions = all(region == GLOBAL or REGION.fullmatch(region) for region in regions)
        require(
            "inference_profile_regions",
            regions,
            are_regions and len(set(regions)) == len(regions),
            f"names of regions, each once, or '{GLOBAL}'",
        )
        needs_regions = profile is not None and not (self._profile_id or "").startswith(f"{GLOBAL}.")
        require(
            "inference_profile_regions",
            regions,
            bool(regions) == needs_regions,
            "the regions of inference_profile_id, or () with a global one or without one",
        )
