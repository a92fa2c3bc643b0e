"""The arrows between the folders, read from the source: who may import whom, and no circle anywhere."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Every part of the repository, and the other parts that it may import.
MAY_IMPORT = {
    "functions": set[str](),
    "client": set[str](),
    "infra": {"functions"},
    "app": {"infra"},
    "tools": {"client", "functions", "infra"},
    "rehearsal": {"client", "functions", "infra", "tools"},
    "bench": {"app", "client", "functions", "infra", "rehearsal", "tools"},
    "tests": {"app", "bench", "client", "functions", "infra", "rehearsal", "tools"},
}
#: The modules of the function that infra may import: they import the standard library only.
SHARED_WITH_INFRA = {
    "functions.stream.streaming.host.hooks",
    "functions.stream.streaming.host.start_imports",
    "functions.stream.streaming.records.metric_names",
    "functions.stream.streaming.settings",
}
#: The layers of the function, each of which imports only those below it. Modules without a folder are named here too.
LAYERS = (
    {"app"},
    {"host", "service"},
    {"auth", "responses"},
    {"protocols"},
    {"problems", "answers"},
    {"sources"},
    {"records", "worker"},
    {"callers", "logs", "settings", "invocation"},
)
#: What only the host may know.
HOST_WORDS = re.compile(r"adapter|\blambda\b(?!( \w+)?:)|AWS_LWA|uvicorn|sys\.modules", re.IGNORECASE)


def modules_of(root: Path) -> dict[str, Path]:
    """The modules below the root by their dotted names; a package goes by its own name, a hidden folder is no part."""
    paths = [root / "app.py", *(path for part in MAY_IMPORT for path in (root / part).rglob("*.py"))]
    paths = [path for path in paths if not any(name.startswith(".") for name in path.relative_to(root).parts)]
    return {_name(path.relative_to(root)): path for path in paths if path.exists()}


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(name: str, path: Path, modules: Mapping[str, Path]) -> set[str]:
    """The modules that a module imports anywhere: at its top, in a function, or for the type checker alone."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    named = {found for node in ast.walk(ast.parse(path.read_text())) for found in _named_by(node, package)}
    return {module for found in named if (module := _module(found, modules)) and module != name}


def _named_by(node: ast.AST, package: str) -> Iterator[str]:
    match node:
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom():
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _module(name: str, modules: Mapping[str, Path]) -> str | None:
    """The module that a dotted name leads to: itself, or the one whose attribute it is."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def graph_of(root: Path) -> dict[str, set[str]]:
    modules = modules_of(root)
    return {name: imports_of(name, path, modules) for name, path in modules.items()}


def circle_in(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def part_of(module: str) -> str:
    return module.partition(".")[0]


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    found = graph_of(ROOT)
    assert {part_of(module) for module in found} == set(MAY_IMPORT)
    return found


def test_no_import_circle(graph: dict[str, set[str]]) -> None:
    assert circle_in(graph) == []


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_part_imports_only_what_it_may(graph: dict[str, set[str]], part: str) -> None:
    allowed = {part, *MAY_IMPORT[part]}
    arrows = [(module, found) for module, imported in graph.items() if part_of(module) == part for found in imported]
    assert [arrow for arrow in sorted(arrows) if part_of(arrow[1]) not in allowed] == []


def test_infra_shares_names_alone_with_the_function(graph: dict[str, set[str]]) -> None:
    shared = {
        found
        for module, imported in graph.items()
        if part_of(module) == "infra"
        for found in imported
        if part_of(found) == "functions"
    }
    assert shared <= SHARED_WITH_INFRA
    assert [graph[module] for module in shared] == [set()] * len(shared)


def layer_of(module: str) -> int:
    first = module.removeprefix("functions.stream.streaming").strip(".").partition(".")[0]
    return next((number for number, layer in enumerate(LAYERS) if first in layer), -1)


def test_layers_of_the_function_import_downwards_only(graph: dict[str, set[str]]) -> None:
    function = {module for module in graph if module.startswith("functions.stream.streaming.")}
    assert [module for module in sorted(function) if layer_of(module) < 0 and "." in module[28:]] == []
    upwards = [
        (module, found)
        for module in function
        for found in graph[module] & function
        if layer_of(found) < layer_of(module)
    ]
    assert sorted(upwards) == []


def test_nothing_of_the_function_but_its_host_knows_the_host() -> None:
    streaming = ROOT / "functions" / "stream" / "streaming"
    others = [path for path in streaming.rglob("*.py") if "host" not in path.parts]
    assert len(others) > 20
    assert {str(path): found[0] for path in others if (found := HOST_WORDS.search(path.read_text()))} == {}


@pytest.mark.parametrize(
    "second",
    [
        "from .first import A",
        "from . import first",
        "import infra.first",
        "from infra.first import A",
        "def late():\n    from .first import A",
        "if TYPE_CHECKING:\n    from .first import A",
    ],
)
def test_circle_is_found_however_it_is_written(tmp_path: Path, second: str) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "__init__.py").touch()
    (tmp_path / "infra" / "first.py").write_text("from .second import B\n")
    (tmp_path / "infra" / "second.py").write_text(second)
    assert set(circle_in(graph_of(tmp_path))) == {"infra.first", "infra.second"}


@pytest.mark.parametrize(
    "line", ["from ..up import A", "from infra.up import A", "from .. import up", "import infra.up"]
)
def test_import_of_a_parent_package_is_seen(tmp_path: Path, line: str) -> None:
    (tmp_path / "infra" / "down").mkdir(parents=True)
    (tmp_path / "infra" / "up.py").touch()
    (tmp_path / "infra" / "down" / "__init__.py").write_text(line)
    assert graph_of(tmp_path)["infra.down"] == {"infra.up"}
