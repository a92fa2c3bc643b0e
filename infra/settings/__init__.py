"""What may differ between stages. A value that cannot work fails here, before anything is built.

Imports nothing else of infra, so that everything else may import it.
"""

from .callers import JwtSettings, ThrottleSettings, UrlAuth
from .edge import EdgeSettings, FirewallSettings
from .limits import CostLimits
from .model import BedrockSettings
from .rules import SettingsError, one_of, require
from .scaling import ScalingSettings
from .stage import FUNCTION_ENTRY, LOG_RETENTION_DAYS, Bundler, StageSettings

__all__ = [
    "FUNCTION_ENTRY",
    "LOG_RETENTION_DAYS",
    "BedrockSettings",
    "Bundler",
    "CostLimits",
    "EdgeSettings",
    "FirewallSettings",
    "JwtSettings",
    "ScalingSettings",
    "SettingsError",
    "StageSettings",
    "ThrottleSettings",
    "UrlAuth",
    "one_of",
    "require",
]
