"""Which metrics there are, for whoever reads some: an alarm, or the dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from functions.stream.streaming import settings
from functions.stream.streaming.records import metric_names
from tests.infrastructure.support import JsonObject

#: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and urls-monitoring.html,
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
#: and api-gateway-metrics-and-dimensions.html
_METRICS_OF_AWS = {
    "AWS/Lambda": {
        "Errors",
        "Throttles",
        "Invocations",
        "Duration",
        "ConcurrentExecutions",
        "ClaimedAccountConcurrency",
        "ProvisionedConcurrencySpilloverInvocations",
        "UrlRequestCount",
        "Url4xxCount",
        "Url5xxCount",
    },
    "AWS/ApiGateway": {"Count", "4xx", "5xx", "4XXError", "5XXError"},
}
_DIMENSION_VARIABLES = {
    "service": settings.SERVICE,
    "stage": settings.STAGE,
    "source": settings.SOURCE,
}


class Metrics:
    """Those that the functions of a stage write, by its templates, and those that AWS is known to."""

    def __init__(self, templates: Mapping[str, JsonObject]) -> None:
        self._written = [
            {dimension: variables[_DIMENSION_VARIABLES[dimension]] for dimension in metric_names.DIMENSIONS}
            for template in templates.values()
            for resource in template["Resources"].values()
            if settings.SERVICE in (variables := _variables(resource))
        ]

    def complaints(self, namespace: str, name: str, dimensions: Mapping[str, object]) -> Iterator[str]:
        if namespace == metric_names.NAMESPACE:
            if name not in metric_names.UNITS:
                yield f"reads {name}, which the function does not write"
            if dimensions not in self._written:
                yield f"reads {name} of {dimensions}, as which no function writes"
        elif name not in _METRICS_OF_AWS.get(namespace, ()):
            yield f"reads {namespace} {name}, which is not known"


def _variables(resource: JsonObject) -> JsonObject:
    found: JsonObject = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
    return found
