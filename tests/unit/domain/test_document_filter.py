"""The filter of documents, as the database is asked."""

from typing import Any

import pytest

from pipeline_core.domain.document_filter import DocumentFilter, mime_of
from pipeline_core.domain.dual_status import DeepScanStatus, StagingStatus, effect_of
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.filetypes import FILE_TYPES
from pipeline_core.domain.lifecycle import JobState


def test_an_empty_filter_asks_for_nothing() -> None:
    empty = DocumentFilter()
    assert set(empty.parameters().values()) == {None}
    assert not empty.needs_job


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"name": " 50%_of\\it "}, "named", "%50\\%\\_of\\\\it%"),
        ({"name": "  "}, "named", None),
        ({"types": [".PDF", "text/markdown"]}, "mimes", ["application/pdf", "text/markdown"]),
        ({"statuses": [StagingStatus.NOT_A_FIT]}, "statuses", ["Not a Fit"]),
        ({"tags": ("a", "b")}, "tags", ["a", "b"]),
    ],
)
def test_conditions(given: dict[str, Any], name: str, value: object) -> None:
    assert DocumentFilter(**given).parameters()[name] == value


def test_only_states_and_phases_need_the_job() -> None:
    assert DocumentFilter(states=[JobState.DONE]).needs_job
    assert DocumentFilter(phases=[0]).needs_job
    assert not DocumentFilter(tags=["a"], name="b").needs_job


def test_every_type_is_named_by_its_usual_extension() -> None:
    for kind in FILE_TYPES:
        assert mime_of(kind.extensions[0]) == kind.mime == mime_of(kind.mime)
    with pytest.raises(RefusedError, match="no type of file"):
        mime_of("exe")


def test_the_effect_of_a_status_is_foreseen() -> None:
    now = [
        (StagingStatus.NEW, None),
        (StagingStatus.SELECTED, DeepScanStatus.QUEUED),
        (StagingStatus.SELECTED, DeepScanStatus.PROCESSING),
        (StagingStatus.MAYBE, DeepScanStatus.COMPLETED),
        (StagingStatus.MAYBE, DeepScanStatus.ERROR),
    ]
    selected, maybe = effect_of(StagingStatus.SELECTED, now), effect_of(StagingStatus.MAYBE, now)
    assert (selected.updated, selected.queued, selected.taken_back, selected.under_way) == (3, 3, 0, 0)
    assert (maybe.updated, maybe.queued, maybe.taken_back, maybe.under_way) == (3, 0, 1, 1)
    assert selected.in_words == "3 deep scans will be queued"
    assert maybe.in_words == (
        "1 deep scan that has not begun will be taken back; 1 deep scan that has begun will go on"
    )
