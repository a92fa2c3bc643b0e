"""The variables that give the Lambda Web Adapter the paths of the hooks around a snapshot. Imports nothing.

https://aws.github.io/aws-lambda-web-adapter/features/snapstart.html
"""

from __future__ import annotations

BEFORE_CHECKPOINT_PATH = "AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH"
AFTER_RESTORE_PATH = "AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH"
