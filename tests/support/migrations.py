"""Databases without the schema, migrations run by hand, and a migration that comes next."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_core.db import postgres_programs, schema_age
from pipeline_core.db.queries import sql_folder

NEXT = "9000_note_seasons"
_STATEMENTS = """SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('9000_note_seasons');
ALTER TABLE documents ADD COLUMN season text NOT NULL DEFAULT 'winter';
"""

AddNext = Callable[..., Path]


@pytest.fixture
def add_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddNext:
    """Has this software know one migration more, in a folder of its own, and returns its file."""

    def add(statements: str = _STATEMENTS) -> Path:
        migrations = tmp_path / "sql" / "migrations"
        shutil.copytree(sql_folder() / "migrations", migrations, dirs_exist_ok=True)
        monkeypatch.setattr(schema_age, "sql_folder", lambda: tmp_path / "sql")
        file = migrations / f"{NEXT}.sql"
        file.write_text(statements)
        return file

    return add


def psql(url: str, *arguments: str, given: str | None = None) -> str:
    """Run psql as an operator does; what it said, and CalledProcessError where it failed."""
    command = [str(postgres_programs.program("psql", 0)), "-X", "-q", "-d", url, "-v", "ON_ERROR_STOP=1", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout


def by_hand(url: str, *files: Path) -> None:
    """As docs/operating.md says it."""
    for file in files:
        psql(url, "-1", "-f", str(file))


def dumped(url: str, *arguments: str) -> str:
    """By pg_dump: the schema of the pipeline, without the marks that differ from dump to dump."""
    command = [str(postgres_programs.program("pg_dump", 18)), "-d", url, "-n", "upload_pipeline", *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "".join(line for line in said.splitlines(True) if not line.startswith(("\\restrict", "\\unrestrict")))
