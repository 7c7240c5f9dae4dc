"""The phases that people see: which follows which, what is stamped when, and what going back takes away."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipeline_core.db.database import Database
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import IllegalMoveError
from pipeline_core.domain.lifecycle import JobStage, JobState
from pipeline_core.services.acknowledge import Acknowledge
from tests.support.database import copied_database
from tests.support.walker import MOVES, Walker, march


@pytest.fixture(scope="module")
def database(postgres_url: str, template_database: str) -> Iterator[Database]:
    with copied_database(postgres_url, template_database) as url:
        database = Database(url, role="upload_pipeline_service")
        yield database
        database.close()


IN_MATCHING = [*march("facts_staged"), "matching_review_needed"]
APPROVED = [*IN_MATCHING, "matches_approved", "claim"]
CRITICAL = ["validated: 2", "validation_review_needed"]
IN_VALIDATION = [*march("validating"), *CRITICAL]
OVERRIDDEN = [*IN_VALIDATION, "validation_overridden", "claim"]
DEAD = [*march("embedded"), "dead_letter"]
RETURNED = [*IN_VALIDATION, "returned_to_matching", "matches_approved", "claim", "validating"]
VALIDATED_ANEW = [*OVERRIDDEN, "embedding", "dead_letter", "restart: validating", "claim", "validated: 2"]


@pytest.mark.parametrize(
    ("before", "step", "phases", "stamped"),
    [
        # the way ahead
        pytest.param(["claim"], ["job_validated"], (0, 1), "", id="taken in"),
        pytest.param(march("facts_staged"), ["matching_review_needed"], (1, 2), "1", id="matches to look at"),
        pytest.param(march("facts_staged"), ["validating"], (1, 3), "12", id="nothing to decide"),
        pytest.param(IN_MATCHING, ["matches_approved"], (2, 2), "12", id="matches approved"),
        pytest.param(APPROVED, ["validating"], (2, 3), "12", id="approved and claimed again"),
        pytest.param(march("validating"), CRITICAL, (3, 4), "123", id="critical findings"),
        pytest.param(march("validated: 0"), ["embedding"], (3, 5), "1234", id="no critical finding"),
        pytest.param(IN_VALIDATION, ["validation_overridden"], (4, 4), "123", id="overridden"),
        pytest.param(OVERRIDDEN, ["embedding"], (4, 5), "1234", id="overridden and claimed again"),
        pytest.param(march("ingesting"), ["published"], (5, 6), "12345", id="published"),
        # the ways back
        pytest.param(IN_VALIDATION, ["returned_to_matching"], (4, 2), "1", id="returned"),
        pytest.param(IN_VALIDATION, ["document_rejected"], (4, 4), "123", id="rejected"),
        pytest.param(march("published"), ["restart: queued"], (6, 0), "", id="again from the start"),
        pytest.param(march("published"), ["restart: chunking"], (6, 1), "", id="again from the chunker"),
        pytest.param(march("published"), ["restart: validating"], (6, 3), "12", id="again from validation"),
        pytest.param(march("published"), ["restart: embedding"], (6, 5), "1234", id="again from embedding"),
        pytest.param(DEAD, ["restart: embedded"], (5, 5), "1234", id="again where it died"),
    ],
)
def test_a_step_leads_to_its_phase_and_stamps_what_is_complete_or_skipped(
    database: Database,
    before: list[str],
    step: list[str],
    phases: tuple[int, int],
    stamped: set[int],
) -> None:
    job = Walker(database)
    job.go(before)
    start, earlier = job.phase(), job.stamps()
    job.go(step)

    assert (start, job.phase()) == phases
    assert set(job.stamps()) == {int(n) for n in stamped}
    kept = earlier.keys() & job.stamps().keys()
    assert {n: job.stamps()[n] for n in kept} == {n: earlier[n] for n in kept}


def test_phase_6_is_complete_when_the_document_was_downloaded(database: Database) -> None:
    job = Walker(database)
    job.go(march("published"))
    with UnitOfWork(database, lease_s=60) as uow:
        statement = "UPDATE documents SET published_at = now() WHERE document_id = %s RETURNING published_at"
        [(published_at,)] = uow.session.connection.execute(statement, [job.document_id]).fetchall()
        uow.commit()
    acknowledge = Acknowledge(lambda: UnitOfWork(database, lease_s=60), "Ann")
    asked = {"realm_id": job.realm_id}
    assert not acknowledge.downloaded(job.document_id, published_at - timedelta(seconds=1), **asked)
    assert job.row("stage6_completed_at") == {"stage6_completed_at": None}
    assert acknowledge.downloaded(job.document_id, published_at, **asked)
    done = job.row("stage6_completed_at, stage6_downloaded_at")
    again = acknowledge(job.job_id, **asked)
    assert (again.is_new, again.completed_at) == (False, done["stage6_completed_at"])
    assert acknowledge.downloaded(job.document_id, published_at, **asked), "that version stands"
    assert job.row("stage6_completed_at, stage6_downloaded_at") == done
    with pytest.raises(IllegalMoveError):
        job.go(["acknowledged"])

    assert set(job.stamps()) == {1, 2, 3, 4, 5, 6}
    with UnitOfWork(database, lease_s=60) as uow:
        statement = "SELECT current_stage, stage_name FROM processing_workflows WHERE document_id = %s"
        workflow = uow.session.connection.execute(statement, [job.document_id]).fetchall()
    assert workflow == [("completed", None)]
    job.go(["restart: embedding"])
    assert set(job.stamps()) == {1, 2, 3, 4}
    assert job.row("stage6_downloaded_at") == {"stage6_downloaded_at": None}


def test_phase_6_is_completed_once_and_only_of_what_is_published(database: Database) -> None:
    job = Walker(database)
    job.go(march("ingesting"))
    complete = "UPDATE upload_jobs SET stage6_completed_at = now() WHERE job_id = %s"
    with pytest.raises(IllegalMoveError) as refusal, UnitOfWork(database, lease_s=60) as uow:
        uow.session.connection.execute(complete, [job.job_id])
    assert refusal.value.where == "upload_jobs_complete_check"
    job.go(["published", "acknowledged"])
    for value in ("now() - interval '1 day'", "NULL"):
        with pytest.raises(IllegalMoveError) as refusal, UnitOfWork(database, lease_s=60) as uow:
            uow.session.connection.execute(complete.replace("now()", value).encode(), [job.job_id])
        assert refusal.value.where == "upload_jobs_completed_once"


def test_each_phase_has_the_time_when_it_began_and_one_that_was_skipped_has_none(database: Database) -> None:
    job = Walker(database)
    job.go([*march("validating"), *CRITICAL])
    first = job.row("phases_began_at")["phases_began_at"]
    assert [moment is not None for moment in first] == [True, True, False, True, True]
    assert first == [first[0], first[1], None, *sorted(first[3:])]

    job.go(["returned_to_matching"])
    returned = job.row("phases_began_at")["phases_began_at"]
    assert (returned[:2], returned[2] > first[4]) == (first[:2], True)

    job.go(["matches_approved", "claim", "validating"])
    assert job.row("phases_began_at")["phases_began_at"][:3] == returned


@pytest.mark.parametrize(
    "reason",
    ["", "too short", " " * 12, "\n\t \n\t \n\t \n\t", "  short  \n "],
    ids=["empty", "9 characters", "blanks", "other white space", "9 with white space"],
)
def test_an_override_needs_a_reason_of_10_characters(database: Database, reason: str) -> None:
    job = Walker(database, reason=reason)
    job.go(IN_VALIDATION)

    with pytest.raises(IllegalMoveError) as refusal:
        job.go(["validation_overridden"])
    assert refusal.value.where == "upload_jobs_override_reason_check"
    assert job.row("state, stage4_override_reason") == {
        "state": "awaiting_review",
        "stage4_override_reason": None,
    }


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([*march("validating"), "validated: 1"], id="critical findings"),
        pytest.param(march("validating"), id="never validated"),
        pytest.param(RETURNED, id="returned, and not validated since"),
        pytest.param(VALIDATED_ANEW, id="the override was of an earlier validation"),
    ],
)
def test_nothing_passes_the_gate_unvalidated_or_with_critical_findings(database: Database, before: list[str]) -> None:
    job = Walker(database)
    job.go(before)

    with pytest.raises(IllegalMoveError) as refusal:
        job.go(["embedding"])
    assert refusal.value.where == "upload_jobs_gate_check"
    assert job.phase() == 3


def test_going_back_takes_decisions_and_findings_away(database: Database) -> None:
    columns = "stage2_approved_matches, stage3_validation_results, stage4_override_reason"
    job = Walker(database)
    job.go([*APPROVED, "validating", *CRITICAL, "validation_overridden"])
    assert None not in job.row(columns).values()
    job.go(["claim", "dead_letter"])

    job.go(["restart: chunked"])
    assert set(job.row(columns).values()) == {None}


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="queued"),
        pytest.param(march("parsing"), id="parsing"),
        pytest.param(IN_MATCHING, id="in matching review"),
        pytest.param(IN_VALIDATION, id="in validation review"),
        pytest.param(OVERRIDDEN, id="overridden"),
        pytest.param(march("ingesting"), id="ingesting"),
        pytest.param(march("published"), id="published"),
        pytest.param(DEAD, id="dead"),
    ],
)
def test_a_move_that_starts_elsewhere_is_refused(database: Database, before: list[str]) -> None:
    job = Walker(database)
    job.go(before)
    row = job.row("*")
    state, stage = JobState(row["state"]), JobStage(row["stage"])

    for code, move in MOVES.items():
        if state not in move.from_states or stage not in move.from_stages:
            with pytest.raises(IllegalMoveError):
                job.go([code])
    assert job.row("*") == row
