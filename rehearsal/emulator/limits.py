from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The quotas of the platform; tests replace them by small ones.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
    """

    #: A request event, and a response that is not streamed.
    payload_bytes: int = 6 * MIB + 100
    streamed_bytes: int = 200 * MIB
    #: The part of a streamed response that is sent without a bandwidth cap.
    burst_bytes: int = 6 * MIB
    bytes_per_second: int = 2 * MIB
    prelude_bytes: int = 64 * 1024
    init_seconds: float = 10.0
    #: From SIGTERM to the last SIGKILL, when there is an extension; without one nothing is waited for.
    shutdown_seconds: float = 2.0
    runtime_shutdown_seconds: float = 0.3
    http_api_seconds: float = 30.0
    http_api_payload_bytes: int = 10 * MIB
    #: The limit of a regional endpoint; an edge-optimised one allows 30.
    rest_api_idle_seconds: float = 300.0
    #: Reserved concurrency: one environment serves one invocation at a time. They share the ports of one machine, so an
    #: application with a fixed port allows for one only.
    environments: int = 1
    log_lines: int = 10_000
