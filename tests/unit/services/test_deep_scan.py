"""Deep scans: interrupted ones are taken before queued ones, and their end is recorded once the job rests."""

import pytest

from pipeline_core.db.deep_scans import ScanUnderWay
from pipeline_core.domain.dual_status import DeepScanStatus
from pipeline_core.domain.lifecycle import JobStage, JobState, Profile
from pipeline_core.services.deep_scan import DeepScan
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id


def _scan(number: int, state: JobState, error: str | None = None) -> ScanUnderWay:
    return ScanUnderWay(document_id(number), state, JobStage.CHUNKING, Profile.DEEP, error)


UNDER_WAY = [_scan(1, JobState.QUEUED), _scan(2, JobState.DONE), _scan(3, JobState.RETRYABLE)]


def test_interrupted_scans_come_before_queued_ones() -> None:
    database = FakeDatabase(
        {
            "deep_scans.users_waiting": [REALM],
            "deep_scans.under_way": UNDER_WAY,
            "deep_scans.claim": [document_id(9)],
        }
    )
    assert DeepScan(database).claim(3) == [document_id(1), document_id(3), document_id(9)]
    assert database.given("deep_scans.claim")[0]["limit"] == 1
    # whoever starts a finished job of one of these again holds this lock as well
    assert database.names.index("staging.lock_matching") < database.names.index("deep_scans.under_way")


def test_no_more_is_begun_than_was_asked_for() -> None:
    database = FakeDatabase({"deep_scans.under_way": UNDER_WAY})
    assert DeepScan(database).claim(1, realm_id=REALM) == [document_id(1)]
    assert "deep_scans.claim" not in database.names
    assert database.given("staging.lock_matching") == [{"realm_ids": [REALM]}]


def test_documents_that_are_in_hand_already_are_not_taken_again() -> None:
    database = FakeDatabase({"deep_scans.under_way": UNDER_WAY, "deep_scans.claim": []})
    assert DeepScan(database).claim(5, realm_id=REALM, besides=[document_id(3)]) == [document_id(1)]


@pytest.mark.parametrize(
    ("scan", "target", "error"),
    [
        (_scan(1, JobState.DONE), DeepScanStatus.COMPLETED, None),
        (_scan(1, JobState.AWAITING_REVIEW), DeepScanStatus.COMPLETED, None),
        (_scan(1, JobState.DEADLETTER, "no text"), DeepScanStatus.ERROR, "no text"),
        (_scan(1, JobState.DEADLETTER), DeepScanStatus.ERROR, "The scan failed."),
    ],
)
def test_a_scan_ends_as_its_job_does(scan: ScanUnderWay, target: DeepScanStatus, error: str | None) -> None:
    database = FakeDatabase({"deep_scans.under_way": [scan], "deep_scans.move": {document_id(1)}})
    assert DeepScan(database).settle() == 1
    [given] = database.given("deep_scans.move")
    assert given == {"scans": {document_id(1): error}, "source": DeepScanStatus.PROCESSING, "target": target}


def test_scans_of_one_end_are_recorded_together_and_those_under_way_not_at_all() -> None:
    scans = [_scan(1, JobState.DONE), _scan(2, JobState.WORKING), _scan(3, JobState.AWAITING_REVIEW)]
    database = FakeDatabase({"deep_scans.under_way": scans, "deep_scans.move": set()})
    assert DeepScan(database).settle() == 2
    assert [list(given["scans"]) for given in database.given("deep_scans.move")] == [[document_id(1), document_id(3)]]
