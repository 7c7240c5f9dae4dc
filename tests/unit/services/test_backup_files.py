"""What a backup that failed leaves, and what the next one says of it."""

from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from pipeline_core.db.backups import DatabaseBackups
from pipeline_core.domain.errors import DatabaseUnavailableError, RefusedError
from pipeline_core.services.backup import Backup
from pipeline_core.services.backup_files import BackupFolder
from tests.support.memory_store import MemoryObjectStore


class Away:
    """A database that does not answer."""

    def hold_objects(self) -> NoReturn:
        raise DatabaseUnavailableError


def test_the_same_command_works_once_the_database_is_back(tmp_path: Path) -> None:
    backup = Backup(MemoryObjectStore(), cast("DatabaseBackups", Away()), cast("Any", None), "1")
    with pytest.raises(DatabaseUnavailableError):
        backup(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize(
    ("there", "said", "advice"),
    [
        (["objects", "objects.jsonl"], "did not finish", "Remove it"),
        (["objects", "objects.jsonl", "database.dump", "named.tmp"], "did not finish", "Remove it"),
        (["objects", "objects.jsonl", "database.dump", "backup.json"], "not empty", "does not exist yet"),
        (["objects", "thesis.tex"], "not empty", "does not exist yet"),
        (["thesis.tex"], "not empty", "does not exist yet"),
    ],
)
def test_only_what_a_backup_left_is_to_be_removed(tmp_path: Path, there: list[str], said: str, advice: str) -> None:
    for name in there:
        (tmp_path / name).touch()
    with pytest.raises(RefusedError, match=said) as refused:
        BackupFolder(tmp_path).make()
    assert advice in refused.value.what_to_do
    assert {one.name for one in tmp_path.iterdir()} == set(there)
