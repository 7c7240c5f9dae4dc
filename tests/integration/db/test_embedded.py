"""The embedded server: any folder, any user, and no process left behind, not even by ``kill -9``."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db import postgres_account
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.settings import load_settings
from tests.support.servers import folder_for_postgres, server_pid, wait_until

ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="changes the user")


def answers(server: EmbeddedPostgres) -> bool:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


@contextmanager
def another_process(data: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that uses the server until its input ends; it is there once this begins."""
    code = (
        "import sys; from pathlib import Path\n"
        "from pipeline_core.db.embedded import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1])); print(server.url, flush=True); sys.stdin.read(); server.close()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline().startswith("postgresql://")
    try:
        yield process
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(30)


def test_it_is_shared_and_stops_with_its_last_user_however_that_ends() -> None:
    """The last two are killed with -9: the server stops by itself, and the next command has it again."""
    with folder_for_postgres() as folder:
        data = folder / "data"
        with another_process(data) as first, another_process(data) as second:
            pid = server_pid(data)
            server = EmbeddedPostgres(data)
            assert server_pid(data) == pid
            server.close()
            first.kill()
            first.wait()
            time.sleep(0.5)
            assert psutil.pid_exists(pid), "somebody still used it"
            second.kill()
            second.wait()
            assert wait_until(lambda: not psutil.pid_exists(pid))
        server = EmbeddedPostgres(data)
        assert answers(server)
        pid = server_pid(data)
        server.close()
        server.close()
        assert not psutil.pid_exists(pid)


def test_any_folder_name_will_do() -> None:
    name = "my documents, Übersicht of Ann's " + "n" * 90
    with folder_for_postgres() as folder:
        server = EmbeddedPostgres(folder / name / "postgres")
        try:
            assert answers(server)
            assert (folder / name / "postgres" / "PG_VERSION").is_file()
        finally:
            server.close()


@ONLY_ROOT
def test_root_changes_the_modes_of_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PostgreSQL's user cannot go, the data are kept elsewhere, and the home leads to them."""
    with folder_for_postgres() as place:
        monkeypatch.setattr(postgres_account, "PLACE", place / "place")
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        modes = {path: path.stat().st_mode for path in (closed, *closed.parents)}
        for _ in range(2):
            server = EmbeddedPostgres(closed / "postgres")
            try:
                assert answers(server)
            finally:
                server.close()
        assert {path: path.stat().st_mode for path in modes} == modes
        assert (closed / "postgres").resolve().is_relative_to(place)
        assert len(list((place / "place").iterdir())) == 1


@ONLY_ROOT
def test_programs_that_its_user_cannot_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "installed" / "pginstall"
    (programs / "bin").mkdir(parents=True)
    (programs / "bin" / "initdb").write_text("#!/bin/sh\n")
    (programs / "bin" / "initdb").chmod(0o700)
    tmp_path.chmod(0o700)
    with folder_for_postgres() as place:
        monkeypatch.setattr(postgres_account, "PLACE", place / "place")
        monkeypatch.setattr(postgres_account, "installed_programs", lambda: programs)
        account = postgres_account.PostgresAccount.of_this_process()
        copy = account.program("initdb")
        assert copy.is_relative_to(place)
        assert subprocess.run([copy], check=False, cwd="/", **account.identity()).returncode == 0
    assert (programs / "bin" / "initdb").stat().st_mode & 0o777 == 0o700


@ONLY_ROOT
def test_a_user_without_a_name_is_told_why(tmp_path: Path) -> None:
    with folder_for_postgres() as folder:
        folder.chmod(0o777)
        code = (
            "import os, sys; from pathlib import Path\n"
            "from pipeline_core.db.embedded import EmbeddedPostgres\n"
            "os.setgid(54321); os.setuid(54321)\n"
            "from pipeline_core.domain.errors import ConfigurationError\n"
            "try: EmbeddedPostgres(Path(sys.argv[1]))\n"
            "except ConfigurationError as error: print(error)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder / "data")], capture_output=True, text=True, check=False
        )
        assert "could not look up effective user ID 54321" in done.stdout, done.stderr
        assert "UPLOAD_PIPELINE_DATABASE_URL" in done.stdout


def test_what_is_no_database_is_left_alone() -> None:
    with folder_for_postgres() as folder:
        (folder / "data").mkdir()
        (folder / "data" / "letter.txt").write_text("Dear Ann")
        with pytest.raises(ConfigurationError, match="Move it away"):
            EmbeddedPostgres(folder / "data")
        assert (folder / "data" / "letter.txt").read_text() == "Dear Ann"


@ONLY_ROOT
@pytest.mark.parametrize("umask", [0o000, 0o022], ids=oct)
def test_another_user_of_the_machine_reads_nothing(umask: int) -> None:
    before = os.umask(umask)
    try:
        with folder_for_postgres() as folder:
            home = folder / ".pipeline"
            app = Pipeline(load_settings(home=home, database_url=None))
            app.store.put("originals/a.pdf", b"x")
            assert app.views.counts(app.realm_id) is not None
            data = home / "postgres"
            read = ["objects/originals/a.pdf", "postgres.users", "postgres/PG_VERSION", "postgres", "objects", "."]
            as_nobody = [f"(cat '{home / name}' || ls '{home / name}/') && echo READ {name}" for name in read]
            done = subprocess.run(
                ["su", "-s", "/bin/sh", "nobody", "-c", ";".join(as_nobody)],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.stderr.count("Permission denied") >= len(read), done.stderr
            assert "READ" not in done.stdout
            assert (home.stat().st_mode & 0o777, data.stat().st_mode & 0o777) == (0o711, 0o700)
            assert data.owner() == postgres_account.ACCOUNT
            app.close()
    finally:
        os.umask(before)
