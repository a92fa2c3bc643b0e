"""Options that every command of the client has: what is sent along, and who signs."""

from __future__ import annotations

import argparse

from .call import Signing
from .request import endpoint


def add_request_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", type=_url, help="the stream's endpoint, or the service's root")
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        type=_header,
        metavar="'NAME: VALUE'",
        help="sent along, such as a token",
    )
    parser.add_argument("--profile", help="of the AWS configuration, to sign with")
    parser.add_argument("--service", help="to sign for: lambda or execute-api; by default what the host says")
    parser.add_argument("--region", help="to sign for; by default what the host says")
    parser.add_argument("--no-sign", action="store_true", help="never sign")


def signing_from(options: argparse.Namespace) -> Signing | None:
    if options.no_sign:
        return None
    return Signing(service=options.service, region=options.region, profile=options.profile)


def _url(text: str) -> str:
    try:
        endpoint(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _header(text: str) -> tuple[str, str]:
    name, separator, value = text.partition(":")
    if not separator or not name.strip():
        raise argparse.ArgumentTypeError(f"Expected 'name: value', got {text!r}.")
    return name.strip(), value.strip()
