"""The one sentence that says why a person is asked."""

import pytest

from pipeline_core.domain.asking import Asked, why_asked, why_asked_about_bank
from pipeline_core.domain.lifecycle import JobStage

MATCHING, VALIDATION = JobStage.MATCHING_REVIEW, JobStage.VALIDATION_REVIEW


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            Asked(VALIDATION, critical=2, alike=3),
            "Validation found 2 critical findings: nothing new is published until you decide.",
        ),
        (Asked(MATCHING, alike=1), "One fact looks like another."),
        (Asked(MATCHING, alike=1, alike_published=1), "One fact looks like a published one."),
        (Asked(MATCHING, alike=1, alike_published=0), "One fact looks like another."),
        (Asked(MATCHING, alike=3, alike_published=3), "3 facts look like published ones."),
        (Asked(MATCHING, alike=3, alike_published=1), "3 facts look like others."),
        (
            Asked(MATCHING, facts_to_decide=1),
            "1 fact is not certain enough to be published without review.",
        ),
        (
            Asked(MATCHING, alike=1, alike_published=1, facts_to_decide=3, returned_for=1),
            "One fact looks like a published one, and 3 facts are not certain enough to be published without review.",
        ),
        (
            Asked(MATCHING, returned_for=2, pending=4),
            "It was returned to matching review for 2 findings: decide its facts one by one.",
        ),
        (
            Asked(MATCHING, pending=1, is_scan=True),
            "A deep scan has read it again: 1 fact waits for approval.",
        ),
        (Asked(MATCHING, pending=12, workflow="manual"), "Its workflow is manual: 12 facts wait for approval."),
        (Asked(MATCHING, workflow="manual"), "Its workflow is manual: no fact is new."),
        (Asked(MATCHING, pending=2), "Its facts wait for review: nothing new is published until you decide."),
    ],
)
def test_why_a_person_is_asked_about_a_document(asked: Asked, said: str) -> None:
    assert why_asked(asked) == said


@pytest.mark.parametrize(
    ("pending", "approved", "undecided", "said"),
    [
        (1, 0, 0, "1 question waits for approval."),
        (4, 2, 1, "1 pair of near-duplicates waits, and 4 questions wait for approval."),
        (0, 5, 0, "5 approved questions wait to be imported."),
        (0, 0, 0, "Its questions wait for review."),
    ],
)
def test_why_a_person_is_asked_about_a_bank(pending: int, approved: int, undecided: int, said: str) -> None:
    assert why_asked_about_bank(pending=pending, approved=approved, undecided=undecided) == said
