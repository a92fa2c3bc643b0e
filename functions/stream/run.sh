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

# A process that is killed writes nothing any more, so this shell stays, to print the last lines of the streams that
# died with it. The port names the folder: whoever had it before is gone.
export STREAM_CRASH_RECORDS="${TMPDIR:-/tmp}/stream-crash-records-$AWS_LWA_PORT"

print_crash_records() {
    for record in "$STREAM_CRASH_RECORDS"/*; do
        if [ -f "$record" ]; then
            cat "$record"
            rm -f "$record"
        fi
    done
}

case "$0" in
*/*) here="${0%/*}" ;;
*) here=. ;;
esac
cd "${LAMBDA_TASK_ROOT:-$here}"
print_crash_records
"$interpreter" -m streaming.host "$_HANDLER" "$AWS_LWA_PORT" &
server=$!
trap 'kill -TERM "$server"' TERM
trap 'kill -INT "$server"' INT

# A signal that is trapped ends `wait` early, so it is asked again for as long as there is a server.
while :; do
    status=0
    wait "$server" 2>/dev/null || status=$?  # without the shell's own "Killed"
    kill -0 "$server" 2>/dev/null || break
done
print_crash_records
rmdir "$STREAM_CRASH_RECORDS" 2>/dev/null || :
exit "$status"
