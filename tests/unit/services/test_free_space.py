"""Work is not begun where a disk has less room than the setting asks for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_core.domain.errors import MachineFullError
from pipeline_core.services.free_space import check_free_space
from pipeline_core.settings import Settings
from tests.support.memory_store import MemoryObjectStore

MIB = 1024 * 1024


class _FolderStore(MemoryObjectStore):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.url = folder.as_uri()


def _free(of: dict[Path, int]) -> Callable[[Path], int]:
    return lambda folder: of[folder] * MIB


def test_as_much_as_the_setting_asks_for_is_enough(tmp_path: Path) -> None:
    check_free_space(Settings(home=tmp_path, min_free_mb=100), MemoryObjectStore(), _free({tmp_path: 100}))


def test_a_folder_that_is_not_made_yet_is_on_the_disk_of_the_one_above_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "not" / "made yet", min_free_mb=2_000)
    with pytest.raises(MachineFullError) as full:
        check_free_space(settings, MemoryObjectStore(), _free({tmp_path: 1_999}))
    assert full.value.message == (
        "The disk of the home has 1,999 MiB left; UPLOAD_PIPELINE_MIN_FREE_MB asks for 2,000."
    )
    assert full.value.what_to_do.startswith("Free some space on it.")


def test_a_store_that_is_a_folder_is_looked_at_too(tmp_path: Path) -> None:
    home, objects = tmp_path / "home", tmp_path / "a folder"
    for folder in (home, objects):
        folder.mkdir()
    settings, free = Settings(home=home, min_free_mb=100), _free({home: 100, objects: 99})
    check_free_space(settings, MemoryObjectStore(), free)
    with pytest.raises(MachineFullError, match="The disk of the object store has 99 MiB left"):
        check_free_space(settings, _FolderStore(objects), free)
