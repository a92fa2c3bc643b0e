"""Questions to the log, deployed, so that nobody has to write them at night.

CloudWatch Logs Insights has them under "Saved queries", in a folder named as the stack.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.stream.streaming.records import metric_names as names

from ..alarms.monitored import Service
from . import prices

_HAS_ENDED = "ispresent(outcome)"
_LATEST_FIRST = "@timestamp desc"
_A_SCREEN = 100


class LogQueries(Construct):
    """Over the lines of both functions."""

    def __init__(self, scope: Construct, construct_id: str, *, service: Service) -> None:
        super().__init__(scope, construct_id)
        self._folder = cdk.Stack.of(self).stack_name
        self._log_groups = [service.stream.log_group, service.generate.log_group]
        self._add_queries_of_one_stream()
        self._add_queries_of_all_streams(service)

    def _add_queries_of_one_stream(self) -> None:
        self._add(
            "OneStream",
            "One stream, by the id of its first event",
            fields=["@timestamp", "level", "message", "outcome", "code", "exception"],
            filter_statements=['stream_id = "STREAM_ID"'],
            sort="@timestamp",
        )
        self._add(
            "Callers",
            "Who streamed: ids of the request and its trace",
            fields=["@timestamp", "stream_id", "request_id", "trace_id", "outcome", names.STREAM_DURATION],
            filter_statements=[_HAS_ENDED],
            sort=_LATEST_FIRST,
            limit=_A_SCREEN,
        )
        self._add(
            "FailedStreams",
            "Failed streams, with their errors",
            fields=["@timestamp", "stream_id", "level", "message", "outcome", "code", "exception"],
            filter_statements=[f'ispresent(exception) or ({_HAS_ENDED} and outcome != "{names.COMPLETE}")'],
            sort=_LATEST_FIRST,
            limit=_A_SCREEN,
        )
        self._add(
            "SlowestFirstBytes",
            "Slowest first bytes",
            fields=[
                *("@timestamp", "stream_id", "service", "outcome"),
                *(names.TIME_TO_FIRST_BYTE, names.TIME_TO_FIRST_CHUNK, names.COLD_START),
            ],
            filter_statements=[f"ispresent({names.TIME_TO_FIRST_BYTE})"],
            sort=f"{names.TIME_TO_FIRST_BYTE} desc",
            limit=_A_SCREEN,
        )

    def _add_queries_of_all_streams(self, service: Service) -> None:
        self._add(
            "ColdStarts",
            "Cold starts, and what they add to the first byte",
            filter_statements=[_HAS_ENDED],
            stats_statements=[
                f"count(*) as streams, pct({names.TIME_TO_FIRST_BYTE}, 90) as first_byte_p90 "
                f"by service, {names.COLD_START}, bin(1h)"
            ],
        )
        seconds = f"sum({names.STREAM_DURATION}) / 1000"
        second = service.stream.memory_gigabytes * prices.gb_second(service.stream.function.architecture)
        self._add(
            "Cost",
            f"Cost of streams: seconds, and dollars of {prices.REGION} in {prices.AS_OF}",
            filter_statements=[_HAS_ENDED],
            stats_statements=[
                f"count(*) as streams, {seconds} as seconds, "
                f"{seconds} * {second:.10f} as dollars by service, source, outcome"
            ],
        )

    def _add(self, construct_id: str, title: str, **query: Any) -> None:
        logs.QueryDefinition(
            self,
            construct_id,
            # A name is required, and a slash makes a folder.
            query_definition_name=f"{self._folder}/{title}",
            query_string=logs.QueryString(**query),
            log_groups=self._log_groups,
        )
