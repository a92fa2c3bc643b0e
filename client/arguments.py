"""Options that both commands of the client share: the URL, the headers, the signature, the time-outs."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from .call import Credentials, Signing
from .errors import InvalidRequest
from .request import check_headers, endpoint


def program() -> str:
    """The command as its user started it: installed, or out of a checkout."""
    return "lambda-stream" if Path(sys.argv[0]).stem == "lambda-stream" else "python -m client"


def add_request_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "url",
        type=_url,
        metavar="URL",
        help="The stream's endpoint, or the root of its service, which ends in a slash or has no path. Required.",
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        type=_header,
        metavar="'NAME: VALUE'",
        help="Send this header along, such as a token. Can be given several times. Default: none.",
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="Sign with the credentials of this profile of the AWS configuration. Default: AWS_PROFILE, or the "
        "credentials of the environment.",
    )
    parser.add_argument(
        "--service",
        metavar="NAME",
        help="Sign for this AWS service, lambda or execute-api. Default: the one that the URL's host names, if any.",
    )
    parser.add_argument(
        "--region",
        metavar="NAME",
        help="Sign for this AWS region. Default: the one that the URL's host names, or AWS_REGION.",
    )
    parser.add_argument(
        "--no-sign", action="store_true", help="Never sign. Default: sign where the URL's host is AWS's."
    )


def add_seconds_argument(parser: argparse.ArgumentParser, name: str, default: float | None, sentence: str) -> None:
    parser.add_argument(
        name, type=_seconds, default=default, metavar="SECONDS", help=f"{sentence} Default: %(default)s seconds."
    )


def signing_from(options: argparse.Namespace, credentials: Credentials | None = None) -> Signing | None:
    if options.no_sign:
        return None
    return Signing(service=options.service, region=options.region, profile=options.profile, credentials=credentials)


def _url(text: str) -> str:
    try:
        endpoint(text)
    except InvalidRequest as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    # A week; a socket takes no time-out that is much longer.
    if not 0 < seconds <= 604_800:
        raise argparse.ArgumentTypeError(f"Expected more than 0 seconds and no more than 604800, got {text!r}.")
    return seconds


def _header(text: str) -> tuple[str, str]:
    name, separator, value = text.partition(":")
    if not separator:
        # It may be a token whose name was forgotten.
        raise argparse.ArgumentTypeError("Expected 'name: value', got no colon.")
    try:
        check_headers({name.strip(): value.strip()})
    except InvalidRequest as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return name.strip(), value.strip()
