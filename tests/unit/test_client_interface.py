"""What a programmer finds out about the client without opening its files."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable

import pytest

import client
from client import Retries, Signing, Timeouts, astream, command, stream
from client.doctor import command as doctor

PUBLIC = [getattr(client, name) for name in client.__all__ if inspect.isclass(getattr(client, name))]


@pytest.mark.parametrize("function", [stream, astream])
def test_signature_shows_every_option_and_its_default(function: Callable[..., object]) -> None:
    parameters = inspect.signature(function).parameters
    assert list(parameters) == ["url", "prompt", "method", "headers", "signing", "timeouts", "retries"]
    options = [parameter for parameter in parameters.values() if parameter.kind is inspect.Parameter.KEYWORD_ONLY]
    assert [option.default for option in options] == ["POST", None, Signing(), Timeouts(), Retries()]


def test_docstring_describes_every_argument_what_is_raised_and_an_example() -> None:
    described = inspect.getdoc(stream) or ""
    for name in inspect.signature(stream).parameters:
        assert f"    {name}: " in described
    for section in ("Args:", "Raises:", "Example:"):
        assert section in described
    assert "seconds" in described


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__name__)
def test_class_has_a_docstring_of_its_own(kind: type) -> None:
    assert not (vars(kind)["__doc__"] or f"{kind.__name__}(").startswith(f"{kind.__name__}(")


def test_number_carries_its_unit() -> None:
    names = [name for kind in (Timeouts, Retries) for name in inspect.signature(kind).parameters]
    assert [name for name in names if not name.endswith("_seconds")] == ["limit"]


def test_secrets_stay_out_of_what_is_printed() -> None:
    credentials = client.Credentials(access_key_id="AKID", secret_access_key="hidden", session_token="hidden")
    assert "hidden" not in repr(Signing(credentials=credentials))


@pytest.mark.parametrize("parser", [command.build_parser(), doctor.build_parser()], ids=["client", "doctor"])
def test_help_of_every_argument_is_a_sentence_with_its_default(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions[1:]:
        text = (action.help or "") % {"default": action.default}
        assert re.fullmatch(r"[A-Z].*\. (.*\. )?(Default: .*\.|Required\.)", text), action.dest
        if action.dest.endswith("_seconds"):
            assert text.endswith(f"Default: {action.default} seconds.")
