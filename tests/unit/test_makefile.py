"""``make`` and the interpreters that a machine has: it takes one that will do, or says what is needed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

TOOLS = ("sh", "make", "touch", "echo", "true", "false")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with a copy of the Makefile, and one with programs that are all there is."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def interpreter(machine: Path, name: str, version: tuple[int, int]) -> None:
    """An interpreter that says it is of this version, and only notes that it is to make an environment."""
    script = machine / "bin" / name
    script.write_text(f"""#!{sys.executable}
import sys
sys.version_info = {(*version, 0, "final", 0)}
if sys.argv[1] == "-c":
    exec(sys.argv[2])
else:
    open("made by", "w").write({name!r})
""")
    script.chmod(0o755)


def make(machine: Path, *arguments: str, target: str = ".venv/bin/python") -> subprocess.CompletedProcess[str]:
    command = [str(machine / "bin" / "make"), target, *arguments]
    return subprocess.run(
        command, cwd=machine, env={"PATH": str(machine / "bin")}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        ({"python3": (3, 12), "python3.13": (3, 13)}, "python3"),
        ({"python3": (3, 14), "python3.13": (3, 13), "python3.11": (3, 11)}, "python3.13"),
        ({"python3": (3, 9), "python3.11": (3, 11)}, "python3.11"),
        ({"python3.12": (3, 12)}, "python3.12"),
    ],
)
def test_it_takes_an_interpreter_that_will_do(machine: Path, there: dict[str, tuple[int, int]], taken: str) -> None:
    for name, version in there.items():
        interpreter(machine, name, version)
    done = make(machine)
    assert done.returncode == 0, done.stderr
    assert (machine / "made by").read_text() == taken


@pytest.mark.parametrize(
    ("there", "arguments"),
    [({"python3": (3, 14)}, ()), ({"python3": (3, 10)}, ()), ({}, ()), ({"mine": (3, 14)}, ("PYTHON=mine",))],
)
def test_none_that_will_do_is_said_in_a_sentence(
    machine: Path, there: dict[str, tuple[int, int]], arguments: tuple[str, ...]
) -> None:
    for name, version in there.items():
        interpreter(machine, name, version)
    done = make(machine, *arguments)
    assert done.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    assert "PYTHON=" in done.stderr
    assert not (machine / "made by").exists()


REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: file.name)
def test_every_requirement_has_its_hashes(file: Path) -> None:
    """And no place that it is to come from: that is whoever installs it's own."""
    requirements = file.read_text().replace("\\\n", " ").splitlines()
    assert requirements
    for line in requirements:
        assert re.fullmatch(r"[\w.-]+(\[[\w, -]+\])?==[^ ]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+", line), line
        assert "://" not in line


def test_setup_takes_nothing_without_its_hash() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installs = [line for line in makefile.splitlines() if line.startswith(("\t@$(PIP) ", "\t@$(call INSTALL,"))]
    assert len(installs) == 4
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation -e ." in line for line in installs)
    assert "pip install" not in makefile.split("INSTALL = ")[1]
    assert {file.name for file in REQUIREMENTS} == {
        "requirements.txt",
        "requirements-build.txt",
        "requirements-dev.txt",
    }


INSTALLER = """#!/bin/sh
echo "$*" >> asked
case "$2" in {refuses}) echo "no index" >&2; exit 1;; esac
"""


@pytest.mark.parametrize(
    ("refuses", "succeeds", "asked"),
    [("neither", True, ["pip", "uv"]), ("uv", True, ["pip", "uv", "pip"]), ("uv|pip", False, ["pip"])],
)
def test_pip_installs_where_uv_cannot(machine: Path, refuses: str, succeeds: bool, asked: list[str]) -> None:
    for file in (*REQUIREMENTS, ROOT / "pyproject.toml"):
        shutil.copy(file, machine)
    python = machine / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(INSTALLER.format(refuses=refuses))
    python.chmod(0o755)
    (python.parent / "pipeline").symlink_to(machine / "bin/true")
    done = make(machine, target=".venv/.runtime")
    lines = (machine / "asked").read_text().splitlines()
    tools = [line.split()[1] for line in lines if "requirements" in line]
    assert tools == asked, done.stderr
    assert (done.returncode == 0) is succeeds
    assert ("pip tries" in done.stderr) is (asked[1:] == ["uv", "pip"])
