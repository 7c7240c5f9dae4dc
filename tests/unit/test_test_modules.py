"""A test module can be moved, renamed or deleted without breaking another, and is where its name says."""

import ast

import pytest

from tests.support.paths import ROOT

NO_PART_OF_THE_PACKAGE = {"benchmarks", "tools"}


def imported(tree: ast.AST) -> set[str]:
    found = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return found | {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}


def test_none_imports_another() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        names = imported(ast.parse(path.read_text("utf-8")))
        assert not {name for name in names if name.startswith("tests.") and ".test_" in name}, path


@pytest.mark.parametrize("kind", ["unit", "integration"])
def test_folders_mirror_the_package(kind: str) -> None:
    for path in (ROOT / "tests" / kind).rglob("test_*.py"):
        folder = path.parent.relative_to(ROOT / "tests" / kind)
        assert (ROOT / "src" / "pipeline_core" / folder).is_dir() or str(folder) in NO_PART_OF_THE_PACKAGE, path
