"""The source `bedrock`: ConverseStream through boto3, which blocks, so each answer has one worker thread.

The thread reads an event only when one is asked for, so the bound on memory is the FrameBuffer's: a slow reader slows
the model down through the socket.
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
(docs/architecture.md, deviation 14)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ..settings import BEDROCK_MODEL_ID, MAX_OUTPUT_TOKENS, positive
from ..worker import Worker
from . import SourceFailed
from ._bedrock_refusals import refusal_of

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_bedrock_runtime.type_defs import ConverseStreamResponseTypeDef

_CONFIG = Config(
    connect_timeout=5,
    # The wait for the next event. A model that takes longer, also before its first text, counts as failed.
    read_timeout=60,
    # A client would wait for hidden retries; instead it gets the refusal and decides itself.
    retries={"total_max_attempts": 1},
    tcp_keepalive=True,
)
_BROKE_OFF = ("source_error", "The model's answer broke off.")
_USAGE = {"input_tokens": "inputTokens", "output_tokens": "outputTokens"}
_FAILURES = {
    "throttlingException": ("throttled", "The model is busy; try again later."),
    "serviceUnavailableException": ("unavailable", "The model is unavailable; try again later."),
    "validationException": ("rejected", "The model rejects this input."),
}


class BedrockGeneration:
    def __init__(self, response: ConverseStreamResponseTypeDef, worker: Worker) -> None:
        self._stream: Any = response["stream"]
        self._worker = worker
        self._usage: dict[str, object] = {}

    @property
    def usage(self) -> Mapping[str, object]:
        return self._usage

    async def __aiter__(self) -> AsyncIterator[str]:
        events = iter(self._stream)
        while (event := await self._next(events)) is not None:
            if text := self._read(event):
                yield text
        if "stop_reason" not in self._usage:
            # A connection cut between two events looks like the end of the stream to botocore.
            raise SourceFailed(*_BROKE_OFF)

    async def aclose(self) -> None:
        # Wakes a thread that waits for the model; closing the response alone leaves it in recv().
        # The method has no public way through botocore. https://github.com/urllib3/urllib3/issues/2868
        with contextlib.suppress(OSError, RuntimeError, ValueError):  # nothing left to wake
            self._stream._raw_stream.shutdown()
        closing = self._worker.submit(self._stream.close)
        self._worker.stop()
        await asyncio.wrap_future(closing)

    async def _next(self, events: Any) -> Mapping[str, Any] | None:
        try:
            return await asyncio.wrap_future(self._worker.submit(next, events, None))
        except ClientError as error:  # EventStreamError is one
            raise SourceFailed(*_FAILURES.get(error.response["Error"]["Code"], _BROKE_OFF)) from error
        except Exception as error:  # urllib3's for a cut connection, botocore's for a damaged frame
            raise SourceFailed(*_BROKE_OFF) from error

    def _read(self, event: Mapping[str, Any]) -> str:
        match event:
            case {"contentBlockDelta": {"delta": {"text": str(text)}}}:
                return text
            case {"messageStop": {"stopReason": reason}}:
                self._usage["stop_reason"] = reason
            case {"metadata": {"usage": usage}}:
                for field, name in _USAGE.items():
                    if name in usage:
                        self._usage[field] = usage[name]
        return ""


class BedrockSource:
    def __init__(self, client: BedrockRuntimeClient, model_id: str, max_output_tokens: int) -> None:
        self._client = client
        self._model_id = model_id
        self._max_output_tokens = max_output_tokens

    async def open(self, prompt: str) -> BedrockGeneration:
        worker = Worker("bedrock")
        opening = worker.submit(self._converse, prompt)
        try:
            return BedrockGeneration(await asyncio.wrap_future(opening), worker)
        except BaseException as error:
            opening.add_done_callback(_discard)
            worker.stop()
            if isinstance(error, Exception) and (refusal := refusal_of(error)) is not error:
                raise refusal from error
            raise

    def _converse(self, prompt: str) -> ConverseStreamResponseTypeDef:
        return self._client.converse_stream(
            modelId=self._model_id,
            messages=[{"role": "user", "content": [{"text": prompt}]}],
            inferenceConfig={"maxTokens": self._max_output_tokens},
        )


def _discard(opening: Future[ConverseStreamResponseTypeDef]) -> None:
    """Closes the response of an answer that has ended before it was opened."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result()["stream"].close()


def create_source(environment: Mapping[str, str]) -> BedrockSource:
    model_id = environment.get(BEDROCK_MODEL_ID, "")
    if not model_id:
        raise ValueError(f"Expected {BEDROCK_MODEL_ID} to name a model or an inference profile; it is not set.")
    max_output_tokens = positive(environment, MAX_OUTPUT_TOKENS, 2048, int)
    # A session of its own, because boto3's default one would keep the credentials of the first source for all others.
    client = boto3.Session().client("bedrock-runtime", config=_CONFIG)
    return BedrockSource(client, model_id, max_output_tokens)
