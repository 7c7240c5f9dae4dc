"""No module of the package is left over: something imports it, or runs it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.paths import ROOT

SOURCE = ROOT / "src"
RUN_BY_NAME = {"pipeline_core.__main__"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{name.name}" for name in node.names))
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_every_module_is_imported() -> None:
    package = [path for path in (SOURCE / "pipeline_core").rglob("*.py") if path.name != "__init__.py"]
    modules = {".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in package}
    used = {name for path in (SOURCE / "pipeline_core").rglob("*.py") for name in imported(path)}
    assert modules - used == RUN_BY_NAME
