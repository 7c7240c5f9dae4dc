"""A database that is away is waited for once, not by each who asks in turn."""

from pathlib import Path
from threading import Event

import pytest

from pipeline_core.db.database import Database
from pipeline_core.db.patience import Patience
from pipeline_core.domain.errors import DatabaseUnavailableError


class Counting(Patience):
    """Waits for nothing, and remembers for how long it was to wait."""

    def __init__(self) -> None:
        super().__init__(Event())
        self.waited: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return True


def test_who_has_waited_in_vain_does_not_wait_again_until_it_was_back(tmp_path: Path) -> None:
    patience = Counting()
    database = Database(f"postgresql://ann@/db?host={tmp_path}", role="", patience=patience)
    patience.begin((3.0, 6.0, 12.0))
    for _ in range(4):
        with pytest.raises(DatabaseUnavailableError), database.lend():
            pass
    assert patience.waited == [3.0, 6.0, 12.0]

    patience.found()
    with pytest.raises(DatabaseUnavailableError), database.lend():
        pass
    assert patience.waited == [3.0, 6.0, 12.0] * 2
    database.close()
