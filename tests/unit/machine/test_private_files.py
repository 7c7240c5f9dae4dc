"""What the pipeline writes is its owner's alone, whatever the umask; what was open is closed; others' things stay."""

import io
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from pipeline_core import logs
from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.adapters.supervision.child import ChildProcess
from pipeline_core.api.auth import local_key
from pipeline_core.bootstrap import Pipeline
from pipeline_core.machine import private_files
from pipeline_core.machine.shared_server import SharedServer
from pipeline_core.settings import load_settings
from tests.support.logging_restored import restored as restored
from tests.support.servers import wait_until

HOME = 0o711 if os.geteuid() == 0 else 0o700
UMASKS = [0o000, 0o022, 0o077, 0o777]


@pytest.fixture(params=UMASKS, ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def modes(top: Path) -> dict[str, int]:
    return {str(path.relative_to(top)): mode(path) for path in sorted(top.rglob("*"))}


def test_a_new_home_and_what_is_written_in_it(umask: int, tmp_path: Path) -> None:
    home = tmp_path / "not" / "there" / "home"
    made = Pipeline(load_settings(home=home))
    made.store.put("originals/ab/1.pdf", b"x")
    made.store.put_file("markdown/ab/1.md", io.BytesIO(b"x"))
    logs.configure(made.home / "logs")
    structlog.get_logger("pipeline_core.x").info("stage_done")
    local_key(home)
    server = SharedServer(home / "postgres.users")
    server.join()
    with server.starting():
        pass
    server.leave()
    child = ChildProcess(
        "child",
        [sys.executable, "-c", "open('made', 'w').close(); print(1)"],
        environment=lambda: os.environ,
        log=home / "logs" / "c.log",
    )
    child.start()
    assert wait_until(lambda: (home / "logs" / "c.log").exists())
    child.stop()
    assert [mode(folder) for folder in (home, home.parent, home.parent.parent)] == [HOME] * 3
    found = modes(home)
    assert {mode for path, mode in found.items() if (home / path).is_dir()} == {0o700}
    assert {mode for path, mode in found.items() if (home / path).is_file()} == {0o600}, found
    assert {"api.key", "logs/pipeline.jsonl", "logs/c.log", "postgres.users", "objects/originals/ab/1.pdf"} <= set(
        found
    )


def test_a_home_of_an_older_version_is_closed_and_still_opens(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store = LocalObjectStore(home / "objects")
    store.put("originals/ab/1.pdf", b"kept")
    for name in ("prefect/prefect.db", "logs/pipeline.jsonl.1", "api.key", "up.lock", "prefect/ui/run.sh"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text("x")
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    (home / "prefect" / "link").symlink_to(outside)
    for path in [home, *home.rglob("*"), outside]:
        path.chmod(0o777 if path.is_dir() or path.suffix == ".sh" else 0o644)
    private_files.open_home(home)
    assert mode(home) == HOME
    inside = {path for path in home.rglob("*") if not path.is_symlink()}
    assert {mode(path) for path in inside if path.is_dir()} == {0o700}
    assert {mode(path) for path in inside if path.is_file() and path.suffix != ".sh"} == {0o600}
    assert mode(home / "prefect" / "ui" / "run.sh") == 0o700
    assert mode(outside) == 0o644
    assert store.get("originals/ab/1.pdf") == b"kept"


def test_a_home_that_has_others_things_is_left_and_ours_in_it_are_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name in ("logs", "website"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o755)
    private_files.open_home(tmp_path)
    assert [mode(tmp_path), mode(tmp_path / "website"), mode(tmp_path / "logs")] == [0o755, 0o755, 0o700]


def test_a_folder_that_everybody_shares_is_left(tmp_path: Path) -> None:
    """A home set to an empty `/tmp` of a container."""
    tmp_path.chmod(0o1777)
    private_files.open_home(tmp_path)
    assert mode(tmp_path) == 0o1777


def test_a_store_in_a_folder_of_the_users_leaves_that_folder(umask: int, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    theirs.chmod(0o755)
    LocalObjectStore(theirs).put("originals/ab/1.pdf", b"x")
    assert mode(theirs) == 0o755
    assert modes(theirs) == {"originals": 0o700, "originals/ab": 0o700, "originals/ab/1.pdf": 0o600}


@pytest.mark.parametrize(("umask", "expected"), [(0o000, 0o666), (0o022, 0o644), (0o027, 0o640)])
def test_an_export_is_the_users_by_the_users_umask(umask: int, expected: int, tmp_path: Path) -> None:
    """In a program of ours, which has a umask of its own, and in somebody else's."""
    code = (
        "import os, sys; from pathlib import Path; from types import SimpleNamespace; os.umask(int(sys.argv[2]))\n"
        "from pipeline_core.machine import private_files\nfrom pipeline_core.terminal.exporting import write\n"
        "exported = SimpleNamespace(document_id='1', filename='a', facts=[])\n"
        "write(exported, 'csv', Path(sys.argv[1], 'before.csv')); private_files.take_umask()\n"
        "private_files.take_umask(); write(exported, 'csv', Path(sys.argv[1], 'after.csv'))\n"
        "Path(sys.argv[1], 'ours').touch()"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path), str(umask)], check=True)
    assert modes(tmp_path) == {"after.csv": expected, "before.csv": expected, "ours": 0o600}
