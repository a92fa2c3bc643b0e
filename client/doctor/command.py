"""`python -m client doctor URL`: measures whether an endpoint streams. Exit code 0 only when it does."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ..arguments import add_request_arguments, signing_from
from ..call import Call, Timeouts
from ..request import endpoint
from .diagnosis import diagnose
from .facts import Facts
from .probe import observe
from .timeline import read_timeline
from .verdict import Verdict

# A hundred words: twenty pieces of the local source, one second.
_PROMPT = (
    "Please tell me, in a hundred words, the story of a function that answered all at once, while everyone waited "
    "for the last word before they saw the first. One day it learned to stream: a few words left as soon as they were "
    "known, the next ones followed, and nobody counted the seconds any more. Tell how it felt to let go of a sentence "
    "before the end of the story was known, who was the first to notice, what the clock on the wall said about it, and "
    "why in the end even the patient readers did not want to go back to the days of waiting for the whole."
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    print(f"POST {endpoint(options.url)}, {len(options.prompt.split())} words", flush=True)
    verdict = _measure(options)
    if verdict.ask_again and not verdict.streams:
        print("\nMeasuring again: the first answer may have waited for a cold start.", flush=True)
        verdict = _measure(options)
    print(f"\n{verdict.what}")
    if verdict.change:
        print(f"Change: {verdict.change}")
    return 0 if verdict.streams else 1


def _measure(options: argparse.Namespace) -> Verdict:
    call = Call(
        url=options.url,
        prompt=options.prompt,
        # As a browser would, so that a compressor in the way shows itself.
        headers={"accept-encoding": "gzip, deflate", **dict(options.header)},
        signing=signing_from(options),
        timeouts=Timeouts(first_byte=options.silence_seconds, between_frames=options.silence_seconds),
    )
    facts = observe(call)
    _print_facts(facts)
    return diagnose(facts)


def _print_facts(facts: Facts) -> None:
    if facts.status is None:
        return
    print(f"  head        {_milliseconds(facts.head_seconds)}  {facts.status}, {facts.media_type or 'no content-type'}")
    timeline = read_timeline(facts.arrivals)
    if not timeline.pieces:
        return
    print(f"  first byte  {_milliseconds(timeline.first_seconds)}")
    print(f"  first text  {_milliseconds(timeline.pieces[0])}")
    print(
        f"  last text   {_milliseconds(timeline.pieces[-1])}  {len(timeline.pieces)} pieces in {timeline.lumps} lumps"
    )
    if timeline.gaps:
        shortest, longest = min(timeline.gaps), max(timeline.gaps)
        print(
            f"  gaps        {_milliseconds(timeline.median_gap)}  median, "
            f"{shortest * 1000:.0f} to {longest * 1000:.0f} ms"
        )


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:7.0f} ms"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m client doctor", description=__doc__)
    add_request_arguments(parser)
    parser.add_argument("--prompt", default=_PROMPT, help="what to send; its answer should take a second or more")
    # A function that answers whole may take until the limit of what is in front of it.
    parser.add_argument("--silence-seconds", type=float, default=60.0, help="give up after this long without a byte")
    return parser
