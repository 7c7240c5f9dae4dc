"""The last line of a run counts as processed what has come to rest, and names what waits."""

from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.services.run_documents import RunResult
from tests.support.rows import row_of

HELD = {"state": "queued", "last_error": {"part": "object store"}}
PARKED = {"state": "queued", "last_error": {"code": "budget_exhausted"}}
STOPPED = {"state": "retryable", "last_error": None}
DONE = {"state": "done", "last_error": None}
BURIED = {"state": "deadletter", "last_error": {"code": "unexpected"}}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([DONE, DONE], "2 processed"),
        ([DONE, BURIED], "2 processed"),
        ([HELD, HELD], "0 processed, 2 held"),
        ([DONE, HELD, PARKED, STOPPED], "1 processed, 1 held, 1 parked, 1 not finished"),
    ],
)
def test_what_waits_is_not_processed(rows: list[dict[str, Any]], expected: str) -> None:
    ids = [DocumentId(UUID(int=n)) for n, _ in enumerate(rows)]
    result = RunResult(ran=ids)
    # of a document that was left alone nothing is counted here
    others = row_of(DocumentJob, document_id=DocumentId(UUID(int=99)), **HELD)
    told = result.summary(
        [*(row_of(DocumentJob, document_id=one, **row) for one, row in zip(ids, rows, strict=True)), others], []
    )
    assert told.split("  ·")[0] == expected
