"""Where a document stands, in words for people."""

import pytest

from pipeline_core.domain.lifecycle import MOVES, JobStage, JobState, Outcome, StageName, is_position
from pipeline_core.domain.standing import EVENTS, stage_noun, standing


@pytest.mark.parametrize("state", [one for one in JobState if one is not JobState.DONE])
def test_every_position_is_said_in_words_with_what_comes_next(state: JobState) -> None:
    for stage in JobStage:
        if is_position(state, stage):
            said = standing(state, stage)
            assert all(said)
            assert "_" not in " ".join(said)
            assert "validated" not in said.tag or "Being" in said.tag


@pytest.mark.parametrize("outcome", Outcome)
def test_every_end_is_said_in_words(outcome: Outcome) -> None:
    assert all(standing("done", "ingested", outcome))


def test_a_document_that_was_taken_in_says_what_is_done_and_what_follows() -> None:
    said = standing("working", "job_validated")
    assert said.tag == "Being taken in"
    assert said.then == "Then it is converted to text."


def test_every_event_of_a_job_and_every_stage_has_words() -> None:
    codes = {*(move.code for move in MOVES), *JobStage} - {JobStage.QUEUED}
    assert codes <= {*EVENTS}
    assert all("_" not in stage_noun(one) for one in (*StageName, *JobStage))
