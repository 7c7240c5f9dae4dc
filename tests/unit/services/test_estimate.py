"""A run is estimated without a paid call: what is cached, or shared with a file before, costs nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.facts import Generated, Usage
from pipeline_core.domain.filetypes import MARKDOWN
from pipeline_core.domain.parsing import ParseJob, ParsePlan, ParseState
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.services.estimate import Estimate, EstimateRun
from pipeline_core.services.paid_facts import PaidFactGenerator
from pipeline_core.services.paid_vectors import PaidEmbedder
from pipeline_core.settings import Settings
from tests.support.fake_database import FakeDatabase
from tests.support.fakes import HashEmbedder, ScriptedFactGenerator
from tests.support.jobs import REALM
from tests.support.paid import paid_calls
from tests.support.stage_context import OneEmbedder, PlainConverter, stage_context

TEXT = "# Boats\n\nBoats float on water, and oars are used to move them about.\n"


class _Generator(ScriptedFactGenerator):
    """A dollar for each chunk, and at most two."""

    model, concurrency, deadline_s = "model-1", 1, 1.0

    def expected(self, chunk: ChunkInput, *, batch: bool = False) -> Usage:
        return Usage(10, 1, 0.5 if batch else 1.0)

    def most(self, chunk: ChunkInput) -> Usage:
        return Usage(10, 5, 2.0)


class _Embedder(HashEmbedder):
    """A hundredth of a dollar for each text, and at most twice that."""

    concurrency, deadline_s = 1, 1.0

    def expected(self, texts: Sequence[str]) -> Usage:
        return Usage(0, 0, 0.01 * len(texts))

    def most(self, texts: Sequence[str]) -> Usage:
        return Usage(0, 0, 0.02 * len(texts))


class _Parser:
    """A paid service that reads three pages of every file that is not markdown."""

    def plan(self, data: bytes, *, filename: str) -> ParsePlan | None:
        if filename.endswith(".md"):
            return None
        expected = Usage(cost_usd=3.0)
        return ParsePlan(filename, data, filename, MARKDOWN, None, 9, Usage(cost_usd=9.0), 3, expected)


class _Batched:
    least = 1


def _estimate(
    *files: Path, batched: bool = False, parser: bool = False, paid: bool = True, **answers: Any
) -> tuple[list[Estimate], FakeDatabase]:
    calls, database, _ = paid_calls({"caches.facts": {}, "caches.vectors": {}, "parse_jobs.find": None, **answers})
    settings = Settings(facts_per_chunk=5)
    generator: Any = _Generator()
    embedder: Any = _Embedder()
    if paid:
        generator = PaidFactGenerator(generator, calls, _Batched() if batched else None)  # type: ignore[arg-type]
        embedder = PaidEmbedder(embedder, calls)
    context = stage_context(settings, generator=generator, embedders=OneEmbedder(embedder))
    run = EstimateRun(context, PlainConverter(), database, _Parser() if parser else None)  # type: ignore[arg-type]
    return list(run(files, realm_id=REALM)), database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "boats.md"
    path.write_text(TEXT)
    return path


def test_new_chunks_cost_their_facts_and_the_vectors_of_both(file: Path) -> None:
    [estimate], database = _estimate(file)
    assert (estimate.chunks, estimate.new_chunks, estimate.pages, estimate.paid_pages) == (1, 1, 1, 0)
    # the chunk, and three facts of it by experience; five at most
    assert estimate.new_vectors == 4
    assert estimate.expected.cost_usd == pytest.approx(1.0 + 0.04)
    assert estimate.most.cost_usd == pytest.approx(2.0 + 0.12)
    assert "commit" not in database.names


def test_chunks_that_go_in_a_batch_cost_less(file: Path) -> None:
    [estimate], _ = _estimate(file, batched=True)
    assert estimate.expected.cost_usd == pytest.approx(0.5 + 0.04)


def test_what_is_cached_costs_nothing(file: Path) -> None:
    [estimate], _ = _estimate(
        file,
        **{
            "caches.facts": lambda keys, **_: dict.fromkeys(keys, Generated(())),
            "caches.vectors": lambda keys, **_: dict.fromkeys(keys, None),
        },
    )
    assert (estimate.chunks, estimate.new_chunks, estimate.new_vectors) == (1, 0, 0)
    assert (estimate.expected, estimate.most) == (Usage(), Usage())


def test_chunks_that_files_share_are_counted_with_the_first(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.md"
    copy.write_text(TEXT)
    first, second = _estimate(file, copy)[0]
    assert (first.new_chunks, second.new_chunks) == (1, 0)
    assert (second.chunks, second.expected) == (1, Usage())


def test_local_parts_cost_nothing(file: Path) -> None:
    [estimate], _ = _estimate(file, paid=False)
    assert (estimate.chunks, estimate.new_chunks, estimate.expected) == (1, 0, Usage())


def _job(state: ParseState) -> ParseJob:
    return ParseJob("scan.txt", "parser", UUID(int=1), UUID(int=2), UUID(int=3), state)


@pytest.mark.parametrize(
    ("known", "pages"),
    [(None, 3), (_job(ParseState.FAILED), 3), (_job(ParseState.DONE), 0), (_job(ParseState.RUNNING), 0)],
)
def test_pages_are_paid_for_unless_the_service_has_or_had_them(
    tmp_path: Path, known: ParseJob | None, pages: int
) -> None:
    path = tmp_path / "scan.txt"
    path.write_text(TEXT)
    first, again = _estimate(path, path, parser=True, paid=False, **{"parse_jobs.find": known})[0]
    assert (first.paid_pages, first.expected.cost_usd, first.most.cost_usd) == (pages, float(pages), 3.0 * pages)
    assert again.paid_pages == 0


def test_a_file_that_cannot_be_read_says_why_and_the_others_are_estimated(file: Path, tmp_path: Path) -> None:
    missing, whole = _estimate(tmp_path / "gone.md", file)[0]
    assert missing.error is not None
    assert missing.as_json()["error"]["code"] == "unreadable_file"
    assert (whole.error, whole.chunks) == (None, 1)


def test_as_json_its_money_is_rounded() -> None:
    row = Estimate("a.md", expected=Usage(7, 3, 0.12345678)).as_json()
    assert (row["input_tokens"], row["output_tokens"], row["expected_usd"], row["error"]) == (7, 3, 0.123457, None)
