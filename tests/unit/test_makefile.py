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


def make(machine: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(machine / "bin" / "make"), ".venv/bin/python", *arguments]
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
    lines = [line for line in (ROOT / "Makefile").read_text().splitlines() if "$(INSTALL) " in line]
    assert len(lines) == 3
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation -e ." in line for line in lines)
    assert "pip install" not in "".join((ROOT / "Makefile").read_text().split("INSTALL :=")[1].split("\n")[1:])
    assert {file.name for file in REQUIREMENTS} == {
        "requirements.txt",
        "requirements-build.txt",
        "requirements-dev.txt",
    }
