"""How the model's failures look from outside: codes of the contract, and nothing of the provider's words."""

from __future__ import annotations

import pytest

from functions.stream.streaming.sources import Source, SourceFailed, SourceRefused, load_source
from tests.support import eventstream
from tests.support.model_server import ModelCall, ModelServer, Script, answer_with
from tools.local import free_port

pytestmark = pytest.mark.anyio

SECRET = "arn:aws:bedrock:eu-west-1:123456789012:secret"
WORD = eventstream.start() + eventstream.text("word")


def refuse_with(status: int, code: str) -> Script:
    return lambda call: call.refuse(status, code, SECRET)


def hang_up(call: ModelCall) -> None:
    call.cut()


async def refusal_of(source: Source) -> SourceRefused:
    with pytest.raises(SourceRefused) as caught:
        await source.open("prompt")
    return caught.value


async def failure_of(source: Source) -> tuple[list[str], SourceFailed]:
    pieces = []
    generation = await source.open("prompt")
    try:
        async for piece in generation:
            pieces.append(piece)
    except SourceFailed as failure:
        return pieces, failure
    finally:
        await generation.aclose()
    pytest.fail(f"Expected the answer to break off, got all of {pieces}.")


@pytest.mark.parametrize(
    ("script", "status", "retry_after_seconds"),
    [
        (refuse_with(429, "ThrottlingException"), 429, 5),
        (refuse_with(403, "AccessDeniedException"), 500, None),
        (refuse_with(403, "ExpiredTokenException"), 500, None),
        (refuse_with(403, "UnrecognizedClientException"), 500, None),
        (refuse_with(400, "ValidationException"), 422, None),
        (refuse_with(404, "ResourceNotFoundException"), 500, None),
        (refuse_with(400, "ServiceQuotaExceededException"), 429, None),
        (lambda call: call.refuse(429, "ThrottlingException", "Too many tokens per day, please wait."), 429, None),
        (refuse_with(424, "ModelErrorException"), 502, None),
        (refuse_with(408, "ModelTimeoutException"), 503, 15),
        (refuse_with(429, "ModelNotReadyException"), 503, 15),
        (refuse_with(500, "InternalServerException"), 503, 15),
        (refuse_with(503, "ServiceUnavailableException"), 503, 15),
        (hang_up, 503, 15),
    ],
    ids=[
        "throttled",
        "denied",
        "expired",
        "unrecognized",
        "invalid",
        "unknown",
        "quota",
        "daily",
        "model-error",
        "timeout",
        "not-ready",
        "internal",
        "unavailable",
        "hung-up",
    ],
)
async def test_source_refuses_when_the_model_does(
    script: Script, status: int, retry_after_seconds: int | None, source: Source, model: ModelServer
) -> None:
    model.script = script
    refusal = await refusal_of(source)
    assert (refusal.status, refusal.retry_after_seconds) == (status, retry_after_seconds)
    assert SECRET not in refusal.detail
    assert refusal.__cause__ is not None
    assert len(model.calls) == 1


async def test_source_refuses_when_nobody_listens(
    source: Source, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", f"http://127.0.0.1:{free_port()}")
    refusal = await refusal_of(load_source("bedrock", {"STREAM_BEDROCK_MODEL_ID": "m"}))
    assert refusal.status == 503
    assert model.calls == []


@pytest.mark.parametrize(
    ("exception", "code"),
    [
        ("internalServerException", "source_error"),
        ("modelStreamErrorException", "source_error"),
        ("validationException", "rejected"),
        ("throttlingException", "throttled"),
        ("serviceUnavailableException", "unavailable"),
    ],
)
async def test_answer_breaks_off_with_a_code_when_the_model_reports_an_exception(
    exception: str, code: str, source: Source, model: ModelServer
) -> None:
    model.script = answer_with(WORD, eventstream.exception(exception, SECRET))
    pieces, failure = await failure_of(source)
    assert pieces == ["word"]
    assert failure.code == code
    assert SECRET not in failure.message
    assert SECRET in str(failure.__cause__)


async def test_answer_breaks_off_when_the_model_reports_an_exception_of_the_future(
    source: Source, model: ModelServer
) -> None:
    model.script = answer_with(WORD, eventstream.exception("anExceptionOfTheFuture", SECRET))
    pieces, failure = await failure_of(source)
    assert (pieces, failure.code) == (["word"], "source_error")


async def test_answer_breaks_off_when_a_frame_is_damaged(source: Source, model: ModelServer) -> None:
    model.script = answer_with(WORD, eventstream.damaged(eventstream.text("broken")), eventstream.stop())
    pieces, failure = await failure_of(source)
    assert (pieces, failure.code) == (["word"], "source_error")


@pytest.mark.parametrize("cut_bytes", [0, 1, 20], ids=["between-chunks", "in-the-prelude", "in-the-payload"])
async def test_answer_breaks_off_when_the_connection_is_cut(cut_bytes: int, source: Source, model: ModelServer) -> None:
    def script(call: ModelCall) -> None:
        call.open()
        call.send(WORD + eventstream.text("lost")[:cut_bytes])
        call.cut()

    model.script = script
    pieces, failure = await failure_of(source)
    assert (pieces, failure.code) == (["word"], "source_error")


@pytest.mark.parametrize("rest", [b"", eventstream.text("lost")[:20]], ids=["between-frames", "in-a-frame"])
async def test_answer_breaks_off_when_the_body_ends_before_the_model_stopped(
    rest: bytes, source: Source, model: ModelServer
) -> None:
    model.script = answer_with(*filter(None, [WORD, rest]))
    pieces, failure = await failure_of(source)
    assert (pieces, failure.code) == (["word"], "source_error")


async def test_answer_breaks_off_when_the_model_stopped_but_its_connection_is_cut(
    source: Source, model: ModelServer
) -> None:
    def script(call: ModelCall) -> None:
        call.open()
        call.send(WORD + eventstream.stop())
        call.cut()

    model.script = script
    pieces, failure = await failure_of(source)
    assert (pieces, failure.code) == (["word"], "source_error")
