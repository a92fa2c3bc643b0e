"""Names, addresses, ARNs and expressions that would deploy and then never match, or be refused by a service later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infra.settings import (
    AlarmSettings,
    EdgeSettings,
    JwtSettings,
    ScheduledRange,
    StageSettings,
)
from tests.infrastructure.support import assert_refused_by_name, setting_cases

LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:{}"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/{}"


def stage(**changes: Any) -> StageSettings:
    return StageSettings(**{"name": "test", **changes})


def jwt(**changes: Any) -> JwtSettings:
    return JwtSettings(**{"issuer": "https://issuer.example", "audience": ("app",), **changes})


def edge(**changes: Any) -> EdgeSettings:
    return EdgeSettings(**{"domain_names": ("a.example",), "certificate_arn": CERTIFICATE.format("one"), **changes})


def schedule(**changes: Any) -> ScheduledRange:
    morning = {"min_environments": 1, "max_environments": 1, "schedule": "cron(0 7 ? * MON-FRI *)"}
    return ScheduledRange(**{**morning, **changes})


# Of each setting, how it is built, the values that work, and those that cannot.
TEXTS: list[tuple[str, Callable[..., object], list[object], list[object]]] = [
    (
        "name",
        stage,
        ["dev", "my-stage", "eu1", "a" * 117],
        ["", "my_stage", "feature/x", "1dev", "-dev", "pr\xf6d", "a b", "dev.", "dev\n", "d\u0435v", "a" * 118],
    ),
    (
        "cors_origins",
        stage,
        [
            ("*",),
            ("https://example.com", "http://localhost:3000", "https://app.example.com:8443"),
            ("http://127.0.0.1:8080", "http://[::1]:8080", "https://xn--mnchen-3ya.example"),
            ("capacitor://localhost", "chrome-extension://abcdefghijklmnop"),
        ],
        [
            ("example.com",),
            ("https://example.com/",),
            ("https://APP.example.com/app",),
            ("https://App.example.com",),
            ("HTTPS://example.com",),
            ("https://example.com?x",),
            ("https://example.com#x",),
            ("https://user@example.com",),
            ("https://*.example.com",),
            ("https://example.com:*",),
            ("https://example.com:443",),
            ("http://example.com:80",),
            ("https://example.com:",),
            ("https://example.com:0",),
            ("https://example.com:65536",),
            ("https://m\xfcnchen.example",),
            ("https://a.example https://b.example",),
            ("https://a.example,https://b.example",),
            (" https://a.example",),
            ("https://a.example\n",),
            ("https://a..example",),
            ("https://example.com.",),
            ("https://127.1",),
            ("https://256.0.0.1",),
            ("https://[0:0:0:0:0:0:0:1]",),
            ("https://::1",),
            ("https:///",),
            ("https:example.com",),
            ("://",),
            ("//example.com",),
            ("null",),
            ("",),
            ("*", "https://example.com"),
            ("https://example.com", "https://example.com"),
            tuple(f"https://a{number}.example" for number in range(101)),
            (f"https://{'.'.join(['a' * 60] * 5)}",),
        ],
    ),
    (
        "adapter_layer_arn",
        stage,
        [None, LAYER.format("adapter-X86_64:12"), LAYER.format("LambdaAdapterLayerArm64:30")],
        [
            "",
            "x",
            "adapter-arm64:1",
            LAYER.format("adapter-arm64"),
            LAYER.format("adapter-arm64:"),
            LAYER.format("adapter-arm64:0"),
            LAYER.format("adapter-arm64:latest"),
            LAYER.format("adapter-arm64:1 "),
            LAYER.format("adapter:1"),
            LAYER.format("arm64-adapter:1"),
            LAYER.format("adapter-arm64:1").replace("123456789012", "1234"),
            LAYER.format("adapter-arm64:1").replace("eu-west-1", "*"),
            LAYER.format("adapter-arm64:1").replace(":layer:", ":function:"),
            LAYER.format("adapter-arm64:\u0663"),
        ],
    ),
    (
        "alarm_email",
        stage,
        [None, "first.last+stream@mail.example.com"],
        ["", "ops", "ops@", "a@example.com, b@example.com", "ops@example.com\n", "Ops <ops@example.com>", "ops@host"],
    ),
    (
        "runbook_url",
        AlarmSettings,
        ["docs/runbook.md", "https://wiki.example/runbook?version=2"],
        ["", "https://wiki.example/#runbook", "our runbook.md", "https://wiki.example/" + "a" * 500],
    ),
    (
        "issuer",
        jwt,
        ["https://issuer.example", "https://issuer.example/", "https://login.example:8443/tenant/v2.0"],
        [
            "",
            "issuer.example",
            "http://issuer.example",
            "https://",
            "https:///path",
            "https://issuer.example?tenant=1",
            "https://issuer.example#here",
            "https://user@issuer.example",
            "https://issuer.example/a b",
            " https://issuer.example",
        ],
    ),
    ("audience", jwt, [("app", "urn:other")], [(), ("two words",), ("a", "a"), ("a\0",), ("",)]),
    (
        "certificate_arn",
        edge,
        [CERTIFICATE.format("12345678-1234-1234-1234-123456789012")],
        [
            "",
            "arn:aws:acm:us-east-1:",
            CERTIFICATE.format(""),
            CERTIFICATE.format("one "),
            CERTIFICATE.format("one/two"),
            CERTIFICATE.format("one").replace("us-east-1", "eu-west-1"),
            CERTIFICATE.format("one").replace("123456789012", ""),
            "arn:aws:iam::123456789012:server-certificate/one",
        ],
    ),
    (
        "domain_names",
        edge,
        [("stream.example.com", "*.example.com", "xn--mnchen-3ya.example")],
        [
            ("",),
            ("example",),
            ("https://stream.example.com",),
            ("stream.example.com/",),
            ("Stream.example.com",),
            ("stream.example.com.",),
            ("a.*.example.com",),
            ("*",),
            ("m\xfcnchen.example",),
            ("a.example, b.example",),
            ("a_b.example",),
            ("-a.example",),
            ("a.example", "a.example"),
        ],
    ),
    (
        "schedule",
        schedule,
        [
            "cron(0 10 * * ? *)",
            "cron(0 8 1 * ? *)",
            "cron(0/10 * ? * MON-FRI *)",
            "cron(0/5 8-17 ? * mon-fri *)",
            "cron(15,45 0 ? JAN,JUL 2 2026-2030)",
            "cron(0 0 L * ? *)",
            "cron(0 0 15W * ? *)",
            "cron(0 0 ? * 6L *)",
            "cron(0 0 ? * 2#1 *)",
            "cron(*/15 * * * ? *)",
        ],
        [
            "",
            "0 7 ? * MON-FRI *",
            "rate(1 hour)",
            "cron(0 7 * * *)",
            "cron(0 7 * * * *)",
            "cron(0 7 ? * ? *)",
            "cron(60 7 ? * MON-FRI *)",
            "cron(0 24 ? * MON-FRI *)",
            "cron(0 7 0 * ? *)",
            "cron(0 7 32 * ? *)",
            "cron(0 7 ? 13 MON *)",
            "cron(0 7 ? * 0 *)",
            "cron(0 7 ? * MONDAY *)",
            "cron(0 7 ? * MON-WED-FRI *)",
            "cron(0 7 ? * MON-FRI 1969)",
            "cron(0/0 7 ? * MON-FRI *)",
            "cron(x x x x x x)",
            "cron(0  7 ? * MON-FRI *)",
            "cron(0 7 ? * MON-FRI *) ",
            "cron(0,, 7 ? * MON-FRI *)",
        ],
    ),
    ("time_zone", schedule, ["UTC", "Europe/Berlin", "America/Port-au-Prince", "Etc/GMT+1"], ["", "+01:00", "UTC "]),
]


@pytest.mark.parametrize(("key", "build", "value"), setting_cases(TEXTS, works=True))
def test_text_that_works_is_taken(key: str, build: Callable[..., Any], value: object) -> None:
    assert getattr(build(**{key: value}), key) == value


@pytest.mark.parametrize(("key", "build", "value"), setting_cases(TEXTS, works=False))
def test_text_that_cannot_work_is_refused_by_name(key: str, build: Callable[..., Any], value: object) -> None:
    assert_refused_by_name(key, build, value)
