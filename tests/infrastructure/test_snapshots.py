"""Snapshots of templates, as tripwires: a changed template is a changed review. `make snapshots` accepts it.

The templates of prod are reviewed as a whole. Of every other stage only the differences from prod are.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from infra.settings import StageSettings
from infra.stage import StreamingStage
from infra.stages import select_stages, stages
from tests.infrastructure.support import JsonObject, build_own_stage, scrubbed

(WHOLE,) = select_stages("prod")
OTHERS = [settings for settings in stages() if settings != WHOLE]
STACKS = ("stream", "api", "monitoring")


def template_of(stage: StreamingStage, stack: str) -> JsonObject:
    return scrubbed(Template.from_stack(getattr(stage, stack)).to_json())


def difference(value: object, other: object) -> object:
    """Returns only the differing parts, each as a pair. A part that one of the two lacks stands there as `absent`.

    Of lists that are not of one length, the pair are the items that the other list does not have.
    """
    match value, other:
        case dict(), dict():
            keys = sorted(value.keys() | other.keys())
            pairs = {key: (value.get(key, "absent"), other.get(key, "absent")) for key in keys}
        case list(), list() if len(value) == len(other):
            pairs = {str(position): pair for position, pair in enumerate(zip(value, other, strict=True))}
        case list(), list():
            return [[item for item in value if item not in other], [item for item in other if item not in value]]
        case _:
            return [value, other]
    return {key: difference(*pair) for key, pair in pairs.items() if pair[0] != pair[1]}


@pytest.fixture(scope="module")
def whole_stage() -> StreamingStage:
    return build_own_stage(WHOLE)


@pytest.mark.parametrize("stack", ["stream", "edge", "edge_logs", "firewall"])
def test_template_of_an_edge_is_the_reviewed_one(
    edge_stage: StreamingStage, stack: str, snapshot: SnapshotAssertion
) -> None:
    assert template_of(edge_stage, stack) == snapshot(name=f"with-edge-{stack}", extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: f"{WHOLE.name}-{stack}")
def test_template_is_the_reviewed_one(whole_stage: StreamingStage, stack: str, snapshot: SnapshotAssertion) -> None:
    assert template_of(whole_stage, stack) == snapshot(
        name=f"{WHOLE.name}-{stack}", extension_class=JSONSnapshotExtension
    )


@pytest.mark.parametrize("settings", OTHERS, ids=lambda settings: settings.name)
def test_stage_differs_as_reviewed(
    settings: StageSettings, whole_stage: StreamingStage, snapshot: SnapshotAssertion
) -> None:
    # Its name, which is part of many ids, is left out of the comparison.
    namesake = build_own_stage(replace(settings, name=WHOLE.name))
    differences = {stack: difference(template_of(namesake, stack), template_of(whole_stage, stack)) for stack in STACKS}
    assert differences == snapshot(name=f"{settings.name}-and-{WHOLE.name}", extension_class=JSONSnapshotExtension)


def test_difference_is_what_differs_and_nothing_else() -> None:
    first = {"same": [1], "changed": {"a": 1, "b": 2}, "list": [1, 2], "longer": [1, 2], "only": 1}
    second = {"same": [1], "changed": {"a": 1, "b": 3}, "list": [1, 3], "longer": [1], "other": 2}
    assert difference(first, second) == {
        "changed": {"b": [2, 3]},
        "list": {"1": [2, 3]},
        "longer": [[2], []],
        "only": [1, "absent"],
        "other": ["absent", 2],
    }
