"""Lists are compiled with the filters that are given, and rows are what their types say."""

from typing import Any
from unittest.mock import Mock

import pytest

from pipeline_core.db.batch_lists import BATCHES
from pipeline_core.db.job_lists import DOCUMENT_JOBS, JOB_DETAILS, JOBS
from pipeline_core.db.listing import Listing, rows_of
from pipeline_core.domain.errors import UnexpectedError
from pipeline_core.domain.lifecycle import JobStage, JobState
from pipeline_core.domain.rows.jobs import Progress

PROGRESS: dict[str, Any] = {
    "document_id": "d", "filename": "a.md", "stage": "queued", "state": "working", "outcome": None, "percent": 1,
    "retry_count": 0, "last_error": None, "is_stopped": False,
}  # fmt: skip


def text(listing: Listing[Any], *given: str) -> str:
    return listing.statement(frozenset(given)).decode()


@pytest.mark.parametrize("listing", [JOBS, JOB_DETAILS, DOCUMENT_JOBS, BATCHES])
def test_only_what_is_given_is_a_parameter(listing: Listing[Any]) -> None:
    assert "%(" not in text(listing)
    paged = text(listing, "before_ts", "before_id", "limit")
    assert all(f"%({name})s" in paged for name in ("before_ts", "before_id", "limit"))


def test_constants_are_in_the_text_where_the_planner_sees_them() -> None:
    assert "status IN ('left_out'::VARCHAR, 'duplicate'::VARCHAR)" in text(DOCUMENT_JOBS)
    assert "::UUID[]" in text(DOCUMENT_JOBS, "document_ids")


def test_a_combination_is_compiled_once() -> None:
    given = frozenset({"realm_id", "limit"})
    assert JOBS.statement(given) is JOBS.statement(frozenset(given))


def cursor(*names: str) -> Any:
    columns = []
    for name in names:
        columns.append(column := Mock())
        column.name = name
    return Mock(description=columns)


def test_words_are_members_of_their_enumerations_and_rows_stay_as_they_are() -> None:
    row = rows_of(Progress)(cursor(*PROGRESS))([*PROGRESS.values()])
    assert (row.stage, row.state, row.outcome) == (JobStage.QUEUED, JobState.WORKING, None)
    assert dict(row) == PROGRESS
    assert row["state"] is row.state
    with pytest.raises(AttributeError):
        row.percent = 2  # type: ignore[misc]
    with pytest.raises(KeyError):
        row["colour"]


@pytest.mark.parametrize("names", [[*PROGRESS][:-1], [*PROGRESS, "colour"]])
def test_a_query_with_other_columns_than_the_row_has_is_refused(names: list[str]) -> None:
    with pytest.raises(UnexpectedError, match="not those of Progress"):
        rows_of(Progress)(cursor(*names))
