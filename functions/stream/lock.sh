#!/bin/sh
# Pins and hashes what ships, for the platform of the function (see infra/web_function.py).
set -eu
cd "$(dirname "$0")"
pin() {
    uv pip compile --quiet --generate-hashes --no-header --no-annotate \
        --python-version 3.14 --python-platform aarch64-manylinux_2_28 "$@"
}
pin requirements.in -o requirements.txt
pin requirements-bedrock.in -o requirements-bedrock.txt -c requirements.txt
