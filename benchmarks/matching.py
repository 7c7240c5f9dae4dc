"""Matching and validation of a batch of new documents against what their user has already, by how much that is."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from benchmarks.corpus import Writer
from benchmarks.production import FACTS, Production
from pipeline_core import logs
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.connection import connect
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.duplicates.signatures import BLOCK_ROWS, candidates, matrix
from pipeline_core.services.intake import Upload
from pipeline_core.services.pass_gate import PassGate
from pipeline_core.settings import load_settings
from pipeline_core.stages import gates
from pipeline_core.stages.registry import BY_NAME

SIZES = (1_000, 5_000, 20_000)
"""Documents of the user."""
BATCH = 100
_TIMES = 3
_SIMILARITY = 0.65
_SCANNED, _SEARCHED = 1000, 300
Show = Callable[..., None]


@dataclass
class Figures:
    """Of the batches of one size: seconds of each, and what they had."""

    rows: int
    matching: list[float]
    validation: list[float]
    facts: int = 0


class _Words:
    """Sentences without end: varied, and now and then alike."""

    def __init__(self, seed: int) -> None:
        self._writer = Writer(seed)

    def __iter__(self) -> Iterator[str]:
        while True:
            yield self._writer.unchecked()


def _figure(connection: psycopg.Connection[Any]) -> float:
    """Measure the time to find the candidates of a row by the two ways of docs/duplicates.md together, in ms.

    They are a scan of all signatures for similarity .65, a thousand rows at a time, and a search of the ten nearest in
    an HNSW index.
    """
    connection.execute("SET LOCAL maintenance_work_mem = '1GB'")
    connection.execute(
        "CREATE TEMP TABLE indexed ON COMMIT DROP AS"
        " SELECT embedding::halfvec(256) AS vector, match_trigrams, match_signature FROM all_questions"
    )
    rows = connection.execute("SELECT match_trigrams, match_signature FROM indexed").fetchall()
    counts, maps = np.array([count for count, _ in rows], dtype=np.int32), matrix([bits for _, bits in rows])
    asked = slice(0, _SCANNED)
    start = time.perf_counter()
    for at in range(0, len(counts), BLOCK_ROWS):
        block = slice(at, at + BLOCK_ROWS)
        candidates(counts[asked], maps[asked], counts[block], maps[block], _SIMILARITY)
    scan_s = (time.perf_counter() - start) / len(counts[asked])
    connection.execute("CREATE INDEX ON indexed USING hnsw (vector halfvec_cosine_ops)")
    connection.execute("ANALYZE indexed")
    start = time.perf_counter()
    connection.execute(
        "SELECT count(*) FROM (SELECT vector FROM indexed LIMIT %s) AS asked CROSS JOIN LATERAL"
        " (SELECT 1 FROM indexed i ORDER BY i.vector <=> asked.vector LIMIT 10) AS near", [_SEARCHED]
    )  # fmt: skip
    search_s = (time.perf_counter() - start) / _SEARCHED
    connection.rollback()
    return (scan_s + search_s) * 1000


def _staged(app: Pipeline, words: Iterator[str], before: Sequence[str], seed: int) -> WorkBatch:
    """A batch of new documents up to their staged facts; of one in ten sentences the words are published already."""
    chooser = random.Random(seed)
    uploads = []
    # about one in three makes a fact
    for number in range(BATCH):
        said = [
            chooser.choice(before) if before and chooser.random() < 0.1 else next(words)
            for _ in range(3 * chooser.randint(*FACTS))
        ]
        text = f"# Notes {seed} {number}\n\n" + "\n\n".join(said) + "\n"
        uploads.append(Upload(f"new-{seed}-{number}.md", text.encode(), None))
    received = app.intake.receive(uploads, realm_id=app.realm_id)
    batch, _ = app.run_through(app.claim(list(received.documents)), until=StageName.FACT_GENERATOR)
    if len(batch.document_ids) != BATCH:
        raise SystemExit(f"Only {len(batch.document_ids)} of {BATCH} documents were staged.")
    return batch


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _validate(app: Pipeline, batch: WorkBatch) -> None:
    app.pass_gate(gates.VALIDATION, app.run_stage(BY_NAME[StageName.VALIDATION], batch).batch)


def _measure(app: Pipeline, words: Iterator[str], before: Sequence[str], size: int) -> Figures:
    figures = Figures(0, [], [])
    # nothing waits, so that all are validated
    lenient = replace(app.ctx, settings=app.settings.model_copy(update={"duplicate_threshold": 1.0}))
    pass_all = PassGate(lenient, app.open_uow)
    for turn in range(_TIMES + 1):
        for pass_gate in (app.pass_gate, pass_all):
            batch = _staged(app, words, before, seed=size * 100 + turn * 10 + (pass_gate is pass_all))
            with app.open_uow() as uow:
                rows = len(uow.staging.to_match(batch.document_ids))
            with app.claim.released(batch):
                seconds, passed = _timed(lambda pass_gate=pass_gate, batch=batch: pass_gate(gates.MATCHING, batch))
                if pass_gate is not pass_all and turn:
                    figures.matching.append(seconds)
                    figures.rows += rows
                if pass_gate is pass_all:
                    assert len(passed.document_ids) == BATCH, "a batch of which nothing waits must go on"
                    seconds, _ = _timed(lambda batch=passed: _validate(app, batch))
                    if turn:
                        figures.validation.append(seconds)
    figures.rows //= _TIMES
    return figures


def main(folder: Path, show: Show, sizes: Sequence[int] = SIZES) -> None:
    folder.chmod(0o755)
    settings = load_settings().model_copy(update={"home": folder / "home", "database_url": ""})
    logs.configure(folder / "logs")
    app = Pipeline(settings)
    try:
        _main(app, show, sizes)
    finally:
        app.close()


def _main(app: Pipeline, show: Show, sizes: Sequence[int]) -> None:
    words = iter(_Words(3))
    table = []
    first: Figures | None = None
    template = _template(app)
    with connect(app.database_url) as connection:
        connection.execute("SET search_path = upload_pipeline, public")
        production = Production(connection, template, app.ctx.embedder)
        for size in sizes:
            production.fill(size - production.documents, words, seed=size)
            published = connection.execute("SELECT match_text FROM all_questions LIMIT 1000").fetchall()
            connection.commit()
            figures = _measure(app, words, [text for (text,) in published], size)
            first = first or figures
            per_row = min(figures.matching) / figures.rows * 1000
            figure = _figure(connection)
            table.append(
                [
                    f"{size:,}",
                    f"{production.facts:,}",
                    f"{figures.rows:,}",
                    f"{min(figures.matching):.2f}",
                    f"{statistics.median(figures.matching):.2f}",
                    f"{per_row:.3f}",
                    f"{figure:.3f}",
                    f"{per_row / figure:.2f}",
                    f"{min(figures.matching) / min(first.matching):.2f}×",
                    f"{min(figures.validation):.3f}",
                    f"{min(figures.validation) / min(first.validation):.2f}×",
                ]
            )
    columns = [
        "documents", "facts", "new rows", "matching s", "median", "ms a row", "figure", "of it", "grown",
        "validation s", "grown",
    ]  # fmt: skip
    note = f"{BATCH} new documents, the best of {_TIMES}; to reach: 1.5 of the figure; validation grown by 1.2 at most"
    show("Matching and validation by what the user has", columns, table, note)


def _template(app: Pipeline) -> DocumentId:
    """A published document of one fact."""
    text = b"# Boiler\n\nThe boiler must be serviced once every 12 months by a certified engineer.\n"
    received = app.intake.receive([Upload("template.md", text, None)], realm_id=RealmId(app.realm_id))
    batch = app.claim(list(received.documents))
    with app.claim.released(batch):
        app.run_through(batch)
    [document_id] = received.documents
    return document_id
