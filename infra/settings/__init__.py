"""The settings that may differ between stages. A value that cannot work fails here, before anything is built.

The package imports nothing else of infra, so that everything else can import it.
"""

from .alarms import FAILURE_WINDOW_MINUTES, RATE_PERIOD_MINUTES, RATE_PERIODS, AlarmSettings
from .base import Settings
from .callers import JwtSettings, ThrottleSettings, UrlAuth
from .canary import CanarySettings
from .edge import CLOUDFRONT_REGION, EdgeSettings, FirewallSettings
from .limits import CostLimits
from .model import BedrockSettings
from .rules import SettingsError, one_of, require
from .scaling import AutoScalingSettings, ScalingSettings, ScheduledRange
from .stage import FUNCTION_ENTRY, LOG_RETENTION_DAYS, Bundler, StageSettings

__all__ = [
    "CLOUDFRONT_REGION",
    "FAILURE_WINDOW_MINUTES",
    "FUNCTION_ENTRY",
    "LOG_RETENTION_DAYS",
    "RATE_PERIODS",
    "RATE_PERIOD_MINUTES",
    "AlarmSettings",
    "AutoScalingSettings",
    "BedrockSettings",
    "Bundler",
    "CanarySettings",
    "CostLimits",
    "EdgeSettings",
    "FirewallSettings",
    "JwtSettings",
    "ScalingSettings",
    "ScheduledRange",
    "Settings",
    "SettingsError",
    "StageSettings",
    "ThrottleSettings",
    "UrlAuth",
    "one_of",
    "require",
]
