"""`make compare`: prints how the templates of two cloud assemblies differ, as Markdown. Needs no account."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aws_cdk import cx_api

# Longer than any fence inside a template.
_FENCE = "`" * 8


class ComparisonFailed(Exception):
    """`cdk diff` failed. The message is its output."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path, help="The assembly before the change, a cdk.out.")
    parser.add_argument("head", type=Path, help="The assembly after the change.")
    options = parser.parse_args()
    try:
        sections = list(compare(options.base, options.head))
    except ComparisonFailed as error:
        sys.stderr.write(f"Expected `cdk diff` to compare two templates, got an error: {error}\n")
        return 1
    sys.stdout.write("\n\n".join(["## Templates", *(sections or ["No template differs."])]) + "\n")
    return 0


def compare(base: Path, head: Path) -> Iterator[str]:
    before, after = _templates(base), _templates(head)
    for stack in sorted({*before, *after}):
        if stack not in after:
            yield f"### {stack}\n\nIt is no longer in the app. Only `cdk destroy` deletes what is deployed of it."
        elif _content(before.get(stack)) != _content(after[stack]):
            diff = _diff(stack, before.get(stack), head)
            yield f"### {stack}{'' if stack in before else ', new'}\n\n{_FENCE}text\n{diff}\n{_FENCE}"


def _templates(assembly: Path) -> Mapping[str, Path]:
    """The templates by the names that `cdk deploy` takes, such as dev/Stream."""
    stacks = cx_api.CloudAssembly(str(assembly)).stacks_recursively
    return {stack.hierarchical_id: Path(stack.template_full_path) for stack in stacks}


def _content(template: Path | None) -> Any:
    return json.loads(template.read_text()) if template else {}


def _diff(stack: str, before: Path | None, head: Path) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as empty:
        empty.write("{}")
        empty.flush()
        command = ["cdk", "diff", stack, "--app", str(head), "--template", str(before or empty.name)]
        finished = subprocess.run(
            [*command, "--no-color", "--no-notices"],
            env=_environment(),
            capture_output=True,
            text=True,
        )
    if finished.returncode:
        raise ComparisonFailed(finished.stderr.strip() or finished.stdout.strip())
    return finished.stdout.strip()


def _environment() -> Mapping[str, str]:
    """An environment in which the CLI finds no account and writes the diff to its standard output."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    return {
        **inherited,
        **nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
    }


if __name__ == "__main__":
    sys.exit(main())
