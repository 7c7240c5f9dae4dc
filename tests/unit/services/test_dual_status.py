"""The staging status of many documents is set at once, or of none."""

import pytest

from pipeline_core.db.deep_scans import StatusChange
from pipeline_core.domain.dual_status import StagingStatus
from pipeline_core.domain.errors import StatusRefusedError
from pipeline_core.services.dual_status import DualStatus, read_status
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Selected", StagingStatus.SELECTED),
        (" selected ", StagingStatus.SELECTED),
        ("not a fit", StagingStatus.NOT_A_FIT),
        ("Not-a_Fit", StagingStatus.NOT_A_FIT),
        ("NOT  A  FIT", StagingStatus.NOT_A_FIT),
        ("notafit", None),
        ("", None),
    ],
)
def test_a_status_is_read_however_it_is_written(text: str, status: StagingStatus | None) -> None:
    assert read_status(text) is status


def _change(number: int) -> StatusChange:
    new, selected = StagingStatus.NEW, StagingStatus.SELECTED
    return StatusChange(document_id(number), f"{number}.md", new, selected, None, None)


def _database(*there: int) -> FakeDatabase:
    return FakeDatabase(
        {
            "deep_scans.lock_statuses": {document_id(number) for number in there},
            # the database answers in an order of its own
            "deep_scans.set_status": [_change(number) for number in sorted(there)],
        }
    )


def test_changes_come_in_the_order_in_which_the_documents_were_named() -> None:
    database = _database(1, 2, 3)
    ids = [str(document_id(3)), document_id(1), document_id(2), document_id(1)]
    changes = DualStatus(database).set_status(ids, "selected", realm_id=REALM)
    assert [change.filename for change in changes] == ["3.md", "1.md", "2.md"]
    [given] = database.given("deep_scans.set_status")
    assert (given["status"], given["by"]) == (StagingStatus.SELECTED, str(REALM))
    assert database.names[-1] == "commit"


@pytest.mark.parametrize(
    ("ids", "status", "wrong"),
    [
        ([document_id(1)], "perhaps", {"status": "'perhaps' is not one of New, Selected, Maybe, Not a Fit, Archived"}),
        (["1.md"], "New", {"1.md": "is neither the id of a document nor the name of exactly one"}),
        ([document_id(9)], "New", {str(document_id(9)): "there is no such document"}),
        ([], "New", {"documents": "none is named"}),
    ],
)
def test_with_anything_wrong_nothing_is_set_and_all_that_is_wrong_is_said(
    ids: list[object], status: str, wrong: dict[str, str]
) -> None:
    database = _database(1)
    with pytest.raises(StatusRefusedError) as refused:
        DualStatus(database).set_status([*ids], status, realm_id=REALM)  # type: ignore[list-item]
    assert refused.value.errors == wrong
    assert "deep_scans.set_status" not in database.names
    assert "commit" not in database.names
