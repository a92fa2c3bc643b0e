"""The command that measures whether an endpoint streams and prints the verdict."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

import httpx

from ..arguments import add_request_arguments, add_seconds_argument, program, signing_from
from ..call import Call, Credentials, Timeouts
from ..request import endpoint
from ..showing import show
from . import layers
from .diagnosis import diagnose
from .facts import Facts, Verdict
from .probe import observe
from .timeline import read_timeline

# A hundred words make twenty chunks of the local source, which take one second.
_PROMPT = (
    "Please tell me, in a hundred words, the story of a function that answered all at once, while everyone waited "
    "for the last word before they saw the first. One day it learned to stream: a few words left as soon as they were "
    "known, the next ones followed, and nobody counted the seconds any more. Tell how it felt to let go of a sentence "
    "before the end of the story was known, who was the first to notice, what the clock on the wall said about it, and "
    "why in the end even the patient readers did not want to go back to the days of waiting for the whole."
)


def main(arguments: Sequence[str], *, credentials: Credentials | None = None) -> int:
    """Returns the exit code. `credentials` sign instead of those that the environment or a profile names."""
    options = build_parser().parse_args(arguments)
    _say(f"POST {_shown(options.url)}, {len(options.prompt.split())} words")
    verdict = _measure(options, credentials)
    if verdict.ask_again and not verdict.streams:
        _say("\nMeasuring again: the first answer may have waited for a cold start.")
        verdict = _measure(options, credentials)
    _say(f"\n{verdict.what}")
    if verdict.change:
        _say(f"Change: {verdict.change}")
    return 0 if verdict.streams else 1


def _measure(options: argparse.Namespace, credentials: Credentials | None) -> Verdict:
    call = Call(
        url=options.url,
        prompt=options.prompt,
        # The browsers' own value, so that a compressor between here and the service shows itself.
        headers={"accept-encoding": "gzip, deflate", **dict(options.header)},
        signing=signing_from(options, credentials),
        timeouts=Timeouts(first_byte_seconds=options.read_seconds, read_seconds=options.read_seconds),
    )
    facts = observe(call)
    _print_facts(facts)
    verdict = diagnose(facts)
    if verdict.streams and layers.is_cloudfront(facts):
        # A blank prompt is refused with 422. CloudFront keeps errors of a GET, not those of a POST.
        refused = replace(call, method="GET", prompt=" ")
        observe(refused)
        return layers.find_cached_error(observe(refused)) or verdict
    return verdict


def _print_facts(facts: Facts) -> None:
    if facts.status is None:
        return
    _say(f"  head        {_milliseconds(facts.head_seconds)}  {facts.status}, {facts.media_type or 'no content-type'}")
    timeline = read_timeline(facts.arrivals)
    if not timeline.chunk_seconds:
        return
    counted = f"{len(timeline.chunk_seconds)} chunks in {timeline.bursts} bursts"
    _say(f"  first byte  {_milliseconds(timeline.first_byte_seconds)}")
    _say(f"  first text  {_milliseconds(timeline.chunk_seconds[0])}")
    _say(f"  last text   {_milliseconds(timeline.chunk_seconds[-1])}  {counted}")
    if timeline.gap_seconds:
        shortest, longest = min(timeline.gap_seconds), max(timeline.gap_seconds)
        _say(
            f"  gaps        {_milliseconds(timeline.median_gap_seconds)}  median, "
            f"{shortest * 1000:.0f} to {longest * 1000:.0f} ms"
        )


def _say(line: str) -> None:
    show(line, sys.stdout)


def _shown(url: str) -> str:
    """The endpoint without user, password and query, which have no place in a log."""
    return str(httpx.URL(endpoint(url)).copy_with(userinfo=b"", query=None))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:7.0f} ms"


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"{program()} doctor",
        description="Sends one request, or a second one where the first is unclear, and measures when the answer "
        "arrives. Prints whether the endpoint streams. Where it does not, prints which layer holds the text or which "
        "permission is missing, and what to change.",
        epilog="The exit code is 0 when the endpoint streams, and 1 otherwise.",
    )
    add_request_arguments(parser)
    parser.add_argument(
        "--prompt",
        default=_PROMPT,
        metavar="TEXT",
        help="The text to send; its answer should take a second or more. Default: a text of a hundred words.",
    )
    # An endpoint that buffers can take as long as the time-out of the layer in front of it.
    add_seconds_argument(parser, "--read-seconds", 60.0, "Give up when no byte arrives for this long.")
    return parser
