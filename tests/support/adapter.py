"""The real adapter for tests. REQUIRE_ADAPTER turns their skip into a failure; .ci/run sets it."""

from __future__ import annotations

import os

import pytest

from rehearsal.adapter import Adapter, NoAdapter, find_adapter


def adapter_or_skip() -> Adapter:
    try:
        return find_adapter()
    except NoAdapter as error:
        if os.environ.get("REQUIRE_ADAPTER"):
            raise
        pytest.skip(str(error))
