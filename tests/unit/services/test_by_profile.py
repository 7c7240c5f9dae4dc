"""Each document is run under the profile of its job; a batch of one profile in one piece."""

import pytest

from pipeline_core.domain.errors import NoTextError, PipelineError
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import Profile
from pipeline_core.services.by_profile import RunStageByProfile
from pipeline_core.services.run_stage import StageReport
from pipeline_core.stages.base import AnyStage
from pipeline_core.stages.registry import STAGES
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import document_id, work_batch


class _Runs:
    """Runs a stage: what it is told to fail fails, everything else has run."""

    def __init__(self, dead: dict[int, PipelineError]) -> None:
        self.batches: list[WorkBatch] = []
        self._dead = {document_id(number): error for number, error in dead.items()}

    def __call__(self, _stage: AnyStage, batch: WorkBatch) -> StageReport:
        self.batches.append(batch)
        dead = {one: error for one, error in self._dead.items() if one in batch.document_ids}
        ran = [one for one in batch.document_ids if one not in dead]
        return StageReport(batch.keep(set(ran)), ran=ran, dead=dead)


def _run(profiles: dict[int, Profile], *numbers: int) -> tuple[StageReport, _Runs, _Runs]:
    usual, deep = _Runs({2: NoTextError()}), _Runs({4: NoTextError()})
    by_id = {document_id(number): profile for number, profile in profiles.items()}
    database = FakeDatabase({"deep_scans.profiles": by_id})
    run = RunStageByProfile({Profile.STANDARD: usual, Profile.DEEP: deep}, database)  # type: ignore[dict-item]
    return run(STAGES[0], work_batch(*numbers)), usual, deep


@pytest.mark.parametrize(("profile", "own"), [(Profile.STANDARD, 1), (Profile.DEEP, 2)])
def test_a_batch_of_one_profile_is_run_in_one_piece(profile: Profile, own: int) -> None:
    runs = _run({1: profile, 3: profile}, 1, 3)
    assert [part.batches for part in runs[1:]] == [[work_batch(1, 3)] if n == own else [] for n in (1, 2)]


def test_a_mixed_batch_is_parted_and_its_reports_are_one() -> None:
    report, usual, deep = _run({1: Profile.STANDARD, 2: Profile.STANDARD, 3: Profile.DEEP, 4: Profile.DEEP}, 3, 1, 4, 2)
    assert (usual.batches, deep.batches) == ([work_batch(1, 2)], [work_batch(3, 4)])
    # those that go on stay in the order of the batch
    assert report.batch == work_batch(3, 1)
    assert report.ran == [document_id(1), document_id(3)]
    assert set(report.dead) == {document_id(2), document_id(4)}
