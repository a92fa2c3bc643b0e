from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import NotDeployable

ENVIRONMENT_BYTES = 4096

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
_ROOTS = re.compile(r"(?<![^:=, ])(/var/task|/var/lang|/opt)(?![^/:, ])")


@dataclass(frozen=True)
class Function:
    """What was deployed: an unpacked zip, unpacked layers and the configuration.

    Lambda mounts these at /var/task and /opt. The emulator must not own those folders, so it rewrites
    the two paths (and /var/lang, the home of the interpreter) wherever a value of the environment names
    them: AWS_LAMBDA_EXEC_WRAPPER=/var/task/run.sh becomes run.sh of `task_root`.
    """

    name: str
    task_root: Path
    handler: str
    opt_root: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    runtime: str = "python3.13"
    interpreter: Path = Path("/var/lang/bin/python3")
    memory_mebibytes: int = 256
    timeout_seconds: float = 3.0
    region: str = "eu-central-1"
    account: str = "123456789012"
    version: str = "$LATEST"
    alias: str | None = None

    def __post_init__(self) -> None:
        if taken := sorted(RESERVED & self.environment.keys()):
            raise NotDeployable(f"Expected no reserved keys in the environment, got {taken!r}; remove them")
        size = sum(len(key.encode()) + len(value.encode()) for key, value in self.environment.items())
        if size > ENVIRONMENT_BYTES:
            raise NotDeployable(
                f"Expected an environment of at most {ENVIRONMENT_BYTES} bytes, got {size!r}; move large "
                "values to a file or a parameter store"
            )

    @property
    def arn(self) -> str:
        qualifier = f":{self.alias}" if self.alias else ""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}{qualifier}"

    @property
    def is_managed(self) -> bool:
        return not self.runtime.startswith("provided")

    @property
    def extensions(self) -> tuple[Path, ...]:
        folder = self.opt_root / "extensions" if self.opt_root else None
        if folder is None or not folder.is_dir():
            return ()
        return tuple(path for path in sorted(folder.iterdir()) if path.is_file() and os.access(path, os.X_OK))

    @property
    def command(self) -> tuple[str, ...]:
        """What starts the runtime process.

        A wrapper gets the command of the managed runtime as its arguments:
        https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
        """
        if wrapper := self.environment.get("AWS_LAMBDA_EXEC_WRAPPER"):
            return (self.relocate(wrapper), str(self.interpreter), "/var/runtime/bootstrap.py")
        if self.is_managed:
            raise NotDeployable(
                f"Expected AWS_LAMBDA_EXEC_WRAPPER in the environment of {self.name!r}, got none; the client "
                f"of the managed runtime {self.runtime!r} is not emulated: set a wrapper or use a "
                "`provided` runtime with an executable `bootstrap`"
            )
        for root in filter(None, (self.task_root, self.opt_root)):
            if os.access(root / "bootstrap", os.X_OK):
                return (str(root / "bootstrap"),)
        raise NotDeployable(f"Expected an executable `bootstrap`, got none in {str(self.task_root)!r}; add it")

    def relocate(self, value: str) -> str:
        roots = {
            "/var/task": self.task_root,
            "/var/lang": self.interpreter.parent.parent,
            "/opt": self.opt_root or Path("/opt"),
        }
        return _ROOTS.sub(lambda match: str(roots[match[1]]), value)
