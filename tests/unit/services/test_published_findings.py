"""Contradictions are looked for again as documents are published, in those that wait, too."""

from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.ids import JobId
from pipeline_core.services.published_findings import compare_published, compare_waiting
from pipeline_core.validation.published_rules import CONTRADICTS_PUBLISHED
from pipeline_core.validation.rules import report_of
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id, held_job, job_id

CLEAN = report_of([])
STALE = report_of([Finding(CONTRADICTS_PUBLISHED, Severity.WARNING, "it says otherwise"),
                   Finding("no_facts", Severity.INFO, "no facts")])  # fmt: skip
KEPT = report_of([Finding("no_facts", Severity.INFO, "no facts")])


def _database(reports: dict[int, dict[str, Any]], waiting: list[JobId] | None = None) -> FakeDatabase:
    validated = {job_id(n): (document_id(n), report) for n, report in reports.items()}
    return FakeDatabase(
        {
            "jobs.validated": lambda ids: {one: validated[one] for one in ids if one in validated},
            "staging.differing": lambda ids: {one: [] for one in ids},
            "jobs.in_validation_review": waiting or [],
        }
    )


def test_what_contradicts_no_longer_goes_and_other_findings_stay() -> None:
    database = _database({1: STALE, 2: CLEAN})
    with database() as uow:
        compare_published(uow, [held_job(1), held_job(2), held_job(3)])
    # what has not changed is not written
    assert database.given("jobs.set_validation_results") == [{"results": {job_id(1): KEPT}}]
    assert "commit" not in database.names


@pytest.mark.parametrize("reports", [{}, {1: CLEAN}])
def test_where_nothing_changes_nothing_is_written(reports: dict[int, dict[str, Any]]) -> None:
    database = _database(reports)
    with database() as uow:
        compare_published(uow, [held_job(1)])
        compare_published(uow, [])
    assert "jobs.set_validation_results" not in database.names


def test_those_that_wait_are_compared_each_in_a_transaction_of_its_own() -> None:
    database = _database({1: STALE, 2: STALE}, [job_id(2), job_id(1), JobId(UUID(int=5))])
    compare_waiting(database, {REALM})
    assert database.given("jobs.in_validation_review") == [{"realm_ids": [REALM], "most": 20}]
    assert [given["job_ids"] for given in database.given("jobs.validated")][:2] == [[job_id(2)], [job_id(1)]]
    assert database.names.count("commit") == 3
