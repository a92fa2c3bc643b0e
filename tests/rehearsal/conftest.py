from __future__ import annotations

import pytest

from rehearsal.adapter import Adapter
from rehearsal.stage import Rehearsal, prepare
from tests.support.adapter import adapter_or_skip


@pytest.fixture(scope="session")
def adapter() -> Adapter:
    return adapter_or_skip()


@pytest.fixture(scope="session")
def rehearsal(adapter: Adapter, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return prepare(adapter, tmp_path_factory.mktemp("rehearsal"))
