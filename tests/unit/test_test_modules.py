"""A test module can be moved, renamed or deleted without breaking another, and is where its name says."""

import pytest

from tests.support.imports import imported
from tests.support.paths import ROOT

NO_PART_OF_THE_PACKAGE = {"benchmarks", "benchmarks/peers", "tools"}


def test_none_imports_another() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        assert not {name for name in imported(path) if name.startswith("tests.") and ".test_" in name}, path


@pytest.mark.parametrize("kind", ["unit", "integration"])
def test_folders_mirror_the_package(kind: str) -> None:
    for path in (ROOT / "tests" / kind).rglob("test_*.py"):
        folder = path.parent.relative_to(ROOT / "tests" / kind)
        assert (ROOT / "src" / "pipeline_core" / folder).is_dir() or str(folder) in NO_PART_OF_THE_PACKAGE, path
