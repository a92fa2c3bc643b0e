#!/bin/sh
# The exec wrapper: Lambda calls `run.sh INTERPRETER ARGS...` in place of the Python runtime's own client.
# It starts the ASGI server that the Lambda Web Adapter talks to, and ignores ARGS.
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

# The folder of the crash records: the server keeps the last line of each stream there, and the next start prints what a
# killed process left, so this shell need not stay. (docs/architecture.md, deviation 10)
# The port names the folder, because only one process at a time has it.
export STREAM_CRASH_RECORDS="${TMPDIR:-/tmp}/stream-crash-records-$AWS_LWA_PORT"

case "$0" in
*/*) here="${0%/*}" ;;
*) here=. ;;
esac
cd "${LAMBDA_TASK_ROOT:-$here}"
exec "$interpreter" -m streaming.host "$_HANDLER" "$AWS_LWA_PORT"
