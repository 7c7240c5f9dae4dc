"""No module of the package is left over: something imports it, or runs it."""

from tests.support.imports import imported
from tests.support.paths import ROOT

SOURCE = ROOT / "src"
RUN_BY_NAME = {"pipeline_core.__main__", "pipeline_core.cli.ready"}


def test_every_module_is_imported() -> None:
    package = [path for path in (SOURCE / "pipeline_core").rglob("*.py") if path.name != "__init__.py"]
    modules = {".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in package}
    used = {name for path in (SOURCE / "pipeline_core").rglob("*.py") for name in imported(path)}
    assert modules - used == RUN_BY_NAME
