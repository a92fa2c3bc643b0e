from __future__ import annotations

import pytest

from rehearsal.adapter import Adapter
from rehearsal.deployment import Deployment, prepare_deployment
from tests.support.adapter import adapter_or_skip


@pytest.fixture(scope="session")
def adapter() -> Adapter:
    return adapter_or_skip()


@pytest.fixture(scope="session")
def deployment(adapter: Adapter, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return prepare_deployment(adapter, tmp_path_factory.mktemp("rehearsal"))
