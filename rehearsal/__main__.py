"""`make rehearse`: deploys offline, runs what was deployed, and prints a line for each check."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from .adapter import NoAdapter, get_adapter
from .cdk import DeploymentFailed, Resource
from .checks import CHECKS, Check
from .deployment import Deployment, prepare_deployment
from .expectations import CheckFailed


def main() -> int:
    try:
        adapter = get_adapter()
        print(f"Adapter   {adapter.version} from {adapter.origin}")
        with tempfile.TemporaryDirectory() as work:
            deployment = prepare_deployment(adapter, Path(work))
            _print_resources(deployment.resources)
            failed = sum(not _run(name, check, deployment) for name, check in CHECKS.items())
    except (NoAdapter, DeploymentFailed) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _print_resources(resources: Iterable[Resource]) -> None:
    made = Counter(resource.kind for resource in resources if resource.is_emulated)
    missing = Counter(resource.kind for resource in resources if not resource.is_emulated)
    print("Deployed  " + ", ".join(f"{count} {kind}" for kind, count in sorted(made.items())))
    print("Not emulated, there by name only: " + ", ".join(f"{n} {kind}" for kind, n in sorted(missing.items())) + "\n")


def _run(name: str, check: Check, deployment: Deployment) -> bool:
    try:
        figures = asyncio.run(check(deployment))
    except Exception as error:  # whatever breaks, the table goes on and names it
        figures, passed = f"{error}" if isinstance(error, CheckFailed) else f"{type(error).__name__}: {error}", False
    else:
        passed = True
    print(f"{'ok  ' if passed else 'FAIL'}  {name:<40} {figures}", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main())
