"""Banks that wait are compared, then imported; the error of one does not keep the others waiting."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from pipeline_core.domain.batches import Batch, BatchStatus
from pipeline_core.domain.errors import PipelineError, StagedStateError
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.review import Reviewer
from pipeline_core.services.bank_queue import BankDone, BankQueue
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM


def _bank(number: int, *, is_matched: bool) -> Batch:
    at = datetime(2026, 11, 30, tzinfo=UTC)
    return Batch(BatchId(UUID(int=number)), REALM, None, f"{number}.md", BatchStatus.IMPORTING, at, is_matched)


class _Staging:
    def __init__(self, refused: dict[BatchId, PipelineError]) -> None:
        self.done: list[tuple[str, BatchId]] = []
        self.import_approved, self.detect_duplicates = self._act("import"), self._act("compare")
        self._refused = refused

    def _act(self, name: str) -> Callable[..., None]:
        def act(batch_id: BatchId, *, by: Reviewer) -> None:
            assert by == Reviewer(REALM)
            self.done.append((name, batch_id))
            if batch_id in self._refused:
                raise self._refused[batch_id]

        return act


def test_each_bank_takes_its_next_step_in_order() -> None:
    banks = [_bank(1, is_matched=False), _bank(2, is_matched=True), _bank(3, is_matched=False)]
    ids = [bank.batch_id for bank in banks]
    error = StagedStateError("nothing is approved")
    staging = _Staging({ids[1]: error})
    database = FakeDatabase({"batches.waiting_banks": banks})
    queue = BankQueue(database, staging)  # type: ignore[arg-type]
    assert list(queue.drain(5)) == [
        BankDone(ids[0], "compared"),
        BankDone(ids[1], "imported", error),
        BankDone(ids[2], "compared"),
    ]
    assert staging.done == [("compare", ids[0]), ("import", ids[1]), ("compare", ids[2])]
    assert database.given("batches.waiting_banks") == [{"limit": 5}]
