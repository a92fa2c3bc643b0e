"""What the tests of the Bedrock source share."""

from __future__ import annotations

import threading

MODEL_ID = "eu.anthropic.claude-test-v1:0"
ENVIRONMENT = {"STREAM_BEDROCK_MODEL_ID": MODEL_ID, "STREAM_MAX_OUTPUT_TOKENS": "77"}


def bedrock_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("bedrock")]
