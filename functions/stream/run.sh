#!/bin/sh
# The exec wrapper: Lambda calls `run.sh INTERPRETER ARGS...` in place of the Python runtime's own client.
# We start the ASGI server that the Lambda Web Adapter talks to, and leave ARGS alone.
# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
set -eu

fail() {
    echo "run.sh: $1" >&2
    exit 1
}

[ -n "${_HANDLER:-}" ] || fail "expected _HANDLER to name the ASGI application, such as streaming.app.app; it is not set."
[ -n "${AWS_LWA_PORT:-}" ] || fail "expected AWS_LWA_PORT to be the port that the adapter calls, such as 8080; it is not set."

interpreter="${1:-python3}"
command -v "$interpreter" >/dev/null || fail "expected a Python interpreter, got '$interpreter', which cannot be run."

cd "${LAMBDA_TASK_ROOT:-$(dirname "$0")}"
exec "$interpreter" -m streaming "$_HANDLER" "$AWS_LWA_PORT"
