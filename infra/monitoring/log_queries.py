"""Saved queries of CloudWatch Logs Insights, so that nobody has to write them during an incident.

The console shows them under "Saved queries", in a folder named like the stack.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.stream.streaming.records import metric_names

from ..alarms.monitored import Service
from . import prices

_HAS_ENDED = "ispresent(outcome)"
_LATEST_FIRST = "@timestamp desc"
_MAX_LINES = 100


class LogQueries(Construct):
    """The queries over the log lines of both functions."""

    def __init__(self, scope: Construct, construct_id: str, *, service: Service) -> None:
        super().__init__(scope, construct_id)
        self._folder = cdk.Stack.of(self).stack_name
        self._log_groups = [service.stream.log_group, service.generate.log_group]
        self._add_stream_queries()
        self._add_statistics(service)

    def _add_stream_queries(self) -> None:
        self._add(
            "OneStream",
            "One stream, by the id in its first event",
            fields=["@timestamp", "level", "message", "outcome", "code", "exception"],
            filter_statements=['stream_id = "STREAM_ID"'],
            sort="@timestamp",
        )
        self._add(
            "Callers",
            "Callers: request and trace ids of streams",
            fields=["@timestamp", "stream_id", "request_id", "trace_id", "outcome", metric_names.STREAM_DURATION],
            filter_statements=[_HAS_ENDED],
            sort=_LATEST_FIRST,
            limit=_MAX_LINES,
        )
        self._add(
            "FailedStreams",
            "Failed streams and their errors",
            fields=["@timestamp", "stream_id", "level", "message", "outcome", "code", "exception"],
            filter_statements=[f'ispresent(exception) or ({_HAS_ENDED} and outcome != "{metric_names.COMPLETE}")'],
            sort=_LATEST_FIRST,
            limit=_MAX_LINES,
        )
        self._add(
            "SlowestFirstBytes",
            "Slowest first bytes",
            fields=[
                "@timestamp",
                "stream_id",
                "service",
                "outcome",
                metric_names.TIME_TO_FIRST_BYTE,
                metric_names.TIME_TO_FIRST_CHUNK,
                metric_names.COLD_START,
            ],
            filter_statements=[f"ispresent({metric_names.TIME_TO_FIRST_BYTE})"],
            sort=f"{metric_names.TIME_TO_FIRST_BYTE} desc",
            limit=_MAX_LINES,
        )

    def _add_statistics(self, service: Service) -> None:
        self._add(
            "ColdStarts",
            "Cold starts and the time to first byte",
            filter_statements=[_HAS_ENDED],
            stats_statements=[
                f"count(*) as streams, pct({metric_names.TIME_TO_FIRST_BYTE}, 90) as first_byte_p90 "
                f"by service, {metric_names.COLD_START}, bin(1h)"
            ],
        )
        seconds = f"sum({metric_names.STREAM_DURATION}) / 1000"
        second = service.stream.memory_gigabytes * prices.GB_SECOND[service.stream.architecture]
        self._add(
            "Cost",
            f"Cost of streams: seconds and USD ({prices.REGION}, {prices.AS_OF})",
            filter_statements=[_HAS_ENDED],
            stats_statements=[
                f"count(*) as streams, {seconds} as seconds, "
                f"{seconds} * {second:.10f} as dollars by service, source, outcome"
            ],
        )

    def _add(self, construct_id: str, title: str, **query: Any) -> None:
        """`query` holds the parameters of logs.QueryString."""
        logs.QueryDefinition(
            self,
            construct_id,
            # A name is required, and a slash in it makes a folder.
            query_definition_name=f"{self._folder}/{title}",
            query_string=logs.QueryString(**query),
            log_groups=self._log_groups,
        )
