"""The lifecycle's tables agree with one another and with what the stages do."""

import runpy
from itertools import pairwise, product

import pytest

from pipeline_core.domain.errors import IllegalMoveError
from pipeline_core.domain.lifecycle import (
    JOB_STAGES,
    MOVES,
    REVIEW_STAGES,
    STAGE_MOVES,
    STATE_MOVES,
    WITHDRAW,
    EventType,
    JobStage,
    JobState,
    Move,
    Outcome,
    StageName,
    check_move,
    is_position,
)
from pipeline_core.stages.base import Stage
from pipeline_core.stages.registry import ALL_MOVES, STAGES
from tests.support.paths import ROOT

POSITIONS = [p for p in product(JobState, JobStage) if is_position(*p)]


@pytest.mark.parametrize("move", ALL_MOVES, ids=lambda move: move.code)
def test_a_move_is_legal_from_every_place_where_it_may_start(move: Move) -> None:
    starts = [start for start in product(move.from_states, move.from_stages) if is_position(*start)]

    assert starts
    for state, stage in starts:
        outcome = Outcome.WITHDRAWN if move is WITHDRAW else None
        check_move(state, stage, move.to_state or state, move.to_stage or stage, outcome)


def test_the_moves_have_names_of_their_own() -> None:
    codes = [move.code for move in ALL_MOVES]

    assert len(set(codes)) == len(codes)
    assert set(MOVES) <= set(ALL_MOVES)


def test_every_stage_move_of_the_table_is_made_by_some_move() -> None:
    made = {
        (source, move.to_stage)
        for move in ALL_MOVES
        for source in move.from_stages
        if move.to_stage is not None and move.to_stage is not source
    }

    assert made == STAGE_MOVES


def test_every_state_move_of_the_table_is_made_by_some_move_a_claim_or_a_restart() -> None:
    others = set(ALL_MOVES) - {WITHDRAW}  # which ends a job by its outcome
    made = {(source, move.to_state) for move in others for source in move.from_states if move.to_state}
    claims = {(JobState.QUEUED, JobState.WORKING), (JobState.RETRYABLE, JobState.WORKING)}
    restarts = {(JobState.DONE, JobState.QUEUED), (JobState.DEADLETTER, JobState.QUEUED)}

    assert {(a, b) for a, b in made if a is not b} | claims | restarts == STATE_MOVES


def test_positions_percents_and_phases_only_grow() -> None:
    rows = list(JOB_STAGES.values())

    assert list(JOB_STAGES) == list(JobStage)
    assert [row.position for row in rows] == list(range(len(rows)))
    assert all(a.percent < b.percent and a.phase <= b.phase for a, b in pairwise(rows))
    assert (rows[0].percent, rows[-1].percent) == (0, 100)
    assert {row.phase for row in rows} == set(range(7))


def test_people_decide_where_no_stage_works() -> None:
    assert {stage for stage, row in JOB_STAGES.items() if row.work is None} == REVIEW_STAGES


def test_the_stages_stand_in_the_order_of_their_names() -> None:
    assert [stage.name for stage in STAGES] == list(StageName)
    works = [row.work for row in JOB_STAGES.values() if row.work]
    assert works == sorted(works, key=list(StageName).index)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_takes_a_job_from_its_start_to_its_end(stage: Stage) -> None:
    """Its moves form a chain; only gates and the publication lie between the last one and ``done_at``."""
    for before, after in pairwise(stage.moves):
        assert after.from_stages == {before.to_stage}
    last, done = stage.moves[-1].to_stage, stage.done_at
    assert last is done or (last, done) in STAGE_MOVES
    # what is restarted there can begin there
    assert stage.restarts_at.row.position <= done.row.position


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (("done", "ingested"), ("working", "ingested"), "done job cannot become working"),
        (("working", "parsing"), ("working", "chunked"), "parsing cannot move to chunked"),
        (("working", "chunked"), ("working", "chunking"), "chunked cannot move to chunking"),
        (("retryable", "parsing"), ("retryable", "parsed"), "retryable job does not change its stage"),
        (("working", "parsing"), ("awaiting_review", "parsing"), "No job is awaiting_review at parsing"),
        (("working", "ingesting"), ("working", "ingested"), "No job is working at ingested"),
        (("deadletter", "parsing"), ("queued", "chunking"), "cannot be restarted at chunking"),
    ],
)
def test_an_illegal_move_is_named(start: tuple[str, str], end: tuple[str, str], message: str) -> None:
    with pytest.raises(IllegalMoveError, match=message):
        check_move(JobState(start[0]), JobStage(start[1]), JobState(end[0]), JobStage(end[1]))


@pytest.mark.parametrize("state", [JobState.DONE, JobState.DEADLETTER])
def test_a_finished_job_restarts_anywhere_up_to_where_it_came(state: JobState) -> None:
    for was, wanted in product(JobStage, JobStage):
        if not is_position(state, was) or not is_position(JobState.QUEUED, wanted):
            continue
        if wanted.row.position <= was.row.position:
            check_move(state, was, JobState.QUEUED, wanted)
        else:
            with pytest.raises(IllegalMoveError):
                check_move(state, was, JobState.QUEUED, wanted)


def test_every_position_is_reached_from_the_first() -> None:
    seen = {(JobState.QUEUED, JobStage.QUEUED)}
    ahead = list(seen)
    while ahead:
        state, stage = ahead.pop()
        # what is withdrawn was published before, wherever its newest job stands
        found = {(move.to_state or state, move.to_stage or stage) for move in set(ALL_MOVES) - {WITHDRAW}
                 if state in move.from_states and stage in move.from_stages}  # fmt: skip
        if state in (JobState.QUEUED, JobState.RETRYABLE):
            found.add((JobState.WORKING, stage))
        if state in (JobState.DONE, JobState.DEADLETTER):
            found |= {(JobState.QUEUED, s) for s in JobStage if s.row.position <= stage.row.position}
        new = {p for p in found if is_position(*p)} - seen
        seen |= new
        ahead += new

    only_rejected_or_outdated = {(JobState.DONE, stage) for stage in JobStage} - seen
    assert set(POSITIONS) - only_rejected_or_outdated == seen
    assert {stage for state, stage in seen if state is JobState.DONE} == {
        JobStage.MATCHING_REVIEW,  # rejected
        JobStage.VALIDATION_REVIEW,  # rejected
        JobStage.INGESTING,  # superseded
        JobStage.INGESTED,  # published
    }


def test_the_drawing_of_the_lifecycle_is_the_generators_own() -> None:
    docs = ROOT / "docs"
    generator = runpy.run_path(str(docs / "generate_state_machine.py"))

    drawn = (docs / "state_machine.md").read_text("utf-8")
    assert drawn == generator["render"](), "run python docs/generate_state_machine.py"
    assert set(generator["PHASES"]) == {row.phase for row in JOB_STAGES.values()}
    assert set(generator["STATES"]) == set(JobState)


def test_every_stage_says_when_it_is_done() -> None:
    """The last one says so by the end of the job."""
    assert [stage.name for stage in STAGES if EventType.STAGE_DONE not in {move.event for move in stage.ends}] == [
        StageName.INGESTOR
    ]
