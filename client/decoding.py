"""Bytes of a body to server-sent events, by httpx-sse, which reads responses of httpx and nothing else.

Two things it leaves to its caller, done here and nowhere else:
1. A byte order mark, which the specification strips and httpx-sse takes for a part of the first field's name.
2. A CR at the end of a packet. It may be half of a CRLF, so httpx-sse waits for the next packet before it ends the
   line; from a server that ends lines with CR alone, every event would come one packet late.
https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator

import httpx
import httpx_sse


class LineEnds:
    """Makes every line end an LF. A CR ends its line at once, and the LF that may follow it is dropped."""

    def __init__(self) -> None:
        self._after_cr = False

    def feed(self, data: bytes) -> bytes:
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
        if data:
            self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def server_sent_events(body: Iterable[bytes]) -> Iterator[httpx_sse.ServerSentEvent]:
    ends = LineEnds()
    return _source(ends.feed(data) for data in body).iter_sse()


def aserver_sent_events(body: AsyncIterable[bytes]) -> AsyncGenerator[httpx_sse.ServerSentEvent, None]:
    ends = LineEnds()
    return _source(ends.feed(data) async for data in body).aiter_sse()


def _source(content: Iterable[bytes] | AsyncIterable[bytes]) -> httpx_sse.EventSource:
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=content)
    response.encoding = "utf-8-sig"
    return httpx_sse.EventSource(response)
