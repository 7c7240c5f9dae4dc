"""Critical findings are counted before validation runs; what cannot be told is None."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from pipeline_core.domain.errors import DatabaseUnavailableError, PipelineError, StageCrashedError
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.domain.jobs import OutputRow, StageRow
from pipeline_core.domain.lifecycle import Profile
from pipeline_core.ports.workers import Computed
from pipeline_core.services.foresee_findings import ForeseeFindings
from pipeline_core.settings import Settings
from pipeline_core.stages.base import StageResult
from pipeline_core.validation.rules import Subject, report_of
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import document_id, summary
from tests.support.memory_store import MemoryObjectStore

ONE = document_id(1)
PAGES = {"page_map": {"unit": "page", "pages": [[1, 0, 8, "text"]]}}
KEY, TEXT = "documents/markdown", b"# Boats\n"


class _Workers:
    def __init__(self, outcome: Sequence[Finding] | PipelineError) -> None:
        self._outcome = outcome
        self.subjects: list[Subject] = []

    def run(self, computations: Sequence[partial[Any]]) -> list[Any]:
        self.subjects += [computation.args[0] for computation in computations]
        if isinstance(self._outcome, PipelineError):
            return [self._outcome]
        return [Computed(StageResult(None, report=report_of(self._outcome)), 0.1)]


def _foresee(workers: _Workers, profile: Profile = Profile.STANDARD, **answers: Any) -> ForeseeFindings:
    outputs = {kind: OutputRow("x", kind, KEY, sha256_hex(TEXT), PAGES) for kind in ("markdown", "optimized_markdown")}
    database = FakeDatabase(
        {
            "documents.find": {ONE: summary(1, profile=profile)},
            "stages.outputs": {ONE: outputs},
            "stages.rows": {ONE: StageRow("completed", None, {})},
            "staging.chunks": {ONE: []},
            "staging.questions": {ONE: []},
            "staging.undecided": {},
            "staging.differing": {ONE: []},
            "staging.replaced_within": set(),
            "staging.substitutes": set(),
            **answers,
        }
    )
    store = MemoryObjectStore()
    store.put(KEY, TEXT)
    return ForeseeFindings(Settings(), store, database, workers)  # type: ignore[arg-type]


CRITICAL = Finding("a", Severity.CRITICAL, "not to be published")


@pytest.mark.parametrize(
    ("findings", "criticals"), [([], 0), ([CRITICAL, CRITICAL, Finding("b", Severity.WARNING, "look")], 2)]
)
def test_critical_findings_are_counted(findings: list[Finding], criticals: int) -> None:
    assert _foresee(_Workers(findings)).criticals(ONE) == criticals


@pytest.mark.parametrize(
    ("outcome", "answers"),
    [
        (StageCrashedError(), {}),
        ([], {"stages.outputs": {}}),
        ([], {"documents.find": DatabaseUnavailableError()}),
    ],
)
def test_what_cannot_be_told_is_none(outcome: Any, answers: dict[str, Any]) -> None:
    assert _foresee(_Workers(outcome), **answers).criticals(ONE) is None


@pytest.mark.parametrize("profile", list(Profile))
def test_a_deep_scan_is_judged_by_its_own_settings(profile: Profile) -> None:
    workers = _Workers([])
    _foresee(workers, profile).criticals(ONE)
    settings = Settings().deep() if profile is Profile.DEEP else Settings()
    assert [subject.settings.facts_per_chunk for subject in workers.subjects] == [settings.facts_per_chunk]
