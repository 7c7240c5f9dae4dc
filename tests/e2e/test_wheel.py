"""The wheel in an environment of its own, beside a project that has packages named flows and tasks."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.support.paths import ROOT

LOADED = """
import sys
import flows, tasks
assert flows.WHOSE == tasks.WHOSE == "the project's", (flows.__file__, tasks.__file__)
from prefect.flows import load_flow_from_entrypoint
for entrypoint in sys.argv[1:]:
    assert load_flow_from_entrypoint(entrypoint).name, entrypoint
import pipeline_core.tasks
from pipeline_core.adapters.supervision.deploy import folder
from pipeline_core.db.queries import sql_folder
print(pipeline_core.__file__, folder(), sql_folder(), sep="\\n")
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel made of the source distribution, as ``python -m build`` does it, and that distribution."""
    folder = tmp_path_factory.mktemp("built")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder), cwd=ROOT)
    [source] = folder.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    [unpacked] = [path for path in folder.iterdir() if path.is_dir()]
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=unpacked)
    [wheel] = folder.glob("*.whl")
    return wheel, unpacked


def _run(*command: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _modules(package: Path) -> set[str]:
    return {str(path.relative_to(package)) for path in package.rglob("*.py")}


def test_the_wheel_adds_one_import_package_with_all_that_is_ours(built: tuple[Path, Path]) -> None:
    wheel, unpacked = built
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [archive.read(name).decode() for name in names if name.endswith("/METADATA")]
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"pipeline_core"}
    ours = {f"pipeline_core/{folder}/{module}" for folder in ("flows", "tasks") for module in _modules(ROOT / folder)}
    assert len(ours) > 20
    assert ours < set(names)
    assert {name.partition("/")[2] for name in ours} < _modules(unpacked / "src" / "pipeline_core")
    console = ROOT / "src/pipeline_core/api/console"
    shown = [path for kind in ("static", "templates") for path in (console / kind).rglob("*") if path.is_file()]
    assert len(shown) > 20
    assert {f"pipeline_core/api/console/{path.relative_to(console).as_posix()}" for path in shown} < set(names)
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    assert len(required) > 30
    assert not [line for line in required if "==" in line.partition(";")[0]]


def test_beside_a_project_with_flows_and_tasks_of_its_own_both_are_found(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    site, project = tmp_path / "site", tmp_path / "project"
    with zipfile.ZipFile(built[0]) as wheel:
        wheel.extractall(site)
    for name in ("flows", "tasks"):
        (project / name).mkdir(parents=True)
        (project / name / "__init__.py").write_text('WHOSE = "the project\'s"\n')
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    # without site, so that the links by which this environment has the repository lead nowhere
    said = _run(
        sys.executable, "-S", "-c", LOADED, *(one["entrypoint"] for one in deployments), cwd=project,
        PYTHONPATH=os.pathsep.join([str(site), sysconfig.get_path("purelib")]), PREFECT_HOME=str(tmp_path / "prefect"),
    )  # fmt: skip
    installed, deploying, sql = said.split()
    assert Path(installed).is_relative_to(site)
    assert (Path(deploying) / "prefect.yaml").is_file()
    assert Path(deploying).is_relative_to(site)
    assert Path(sql).is_relative_to(site)
