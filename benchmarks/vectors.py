"""Bulk load of vectors: the buffer as the embedder stage fills it, against binary COPY of the same rows, in turns.

Ours begins with arrays, as a worker process hands them back, and packs them; the other side has its bytes ready. Every
load is rolled back.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.corpus import write_markdown
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.db.production import BUFFER_COLUMNS
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.documents import Document
from pipeline_core.domain.ids import LeaseToken
from pipeline_core.domain.staging import EmbeddedTexts
from pipeline_core.settings import load_settings

_DOCUMENTS, _TEXTS, _DIMS, _TURNS = 100, 100, 256, 3
_PART = 50_000
_MODEL, _VERSION = "benchmark", "1"

Show = Callable[[str, list[str], list[list[str]], str], None]
Rows = list[tuple[Document, EmbeddedTexts]]


@contextmanager
def _held(app: Pipeline, folder: Path) -> Iterator[tuple[Rows, LeaseToken]]:
    """Documents, each with texts that are embedded, and the lease under which they are."""
    received = app.intake.receive(write_markdown(folder, _DOCUMENTS), realm_id=app.realm_id)
    batch = app.claim(list(received.documents))
    with app.claim.released(batch), app.open_uow() as uow:
        documents = [job.document for job in uow.jobs.held(batch.lease, batch.document_ids)]
        yield _made(documents), batch.lease


def _made(documents: list[Document]) -> Rows:
    random = np.random.default_rng(16)
    return [
        (
            document,
            EmbeddedTexts(
                random.bytes(16 * _TEXTS),
                bytes(at % 4 == 0 for at in range(_TEXTS)),
                random.bytes(32 * _TEXTS).hex().encode(),
                (random.standard_normal((_TEXTS, _DIMS)) / _DIMS**0.5).astype(np.float16),
                "",
            ),
        )
        for document in documents
    ]


@contextmanager
def _rolled_back(app: Pipeline, lease: LeaseToken) -> Iterator[UnitOfWork]:
    with app.open_uow() as uow:
        uow.session.connection.execute("SELECT set_config('upload_pipeline.lease', %s, true)", (str(lease),))
        yield uow


def _ours(app: Pipeline, rows: Rows, lease: LeaseToken) -> float:
    with _rolled_back(app, lease) as uow:
        begun = time.perf_counter()
        uow.production.fill_buffer(rows, model=_MODEL, version=_VERSION, cached=False)
        return time.perf_counter() - begun


def _raw(app: Pipeline, data: list[bytes], lease: LeaseToken) -> float:
    with _rolled_back(app, lease) as uow:
        begun = time.perf_counter()
        with uow.session.connection.cursor() as cursor, cursor.copy(_statement("FROM STDIN")) as copy:
            for part in data:
                copy.write(part)
        return time.perf_counter() - begun


def _packed(app: Pipeline, rows: Rows, lease: LeaseToken) -> list[bytes]:
    """The rows as PostgreSQL sends them itself, in parts as long as ours."""
    with _rolled_back(app, lease) as uow:
        uow.production.fill_buffer(rows, model=_MODEL, version=_VERSION, cached=False)
        with uow.session.connection.cursor() as cursor, cursor.copy(_statement("TO STDOUT")) as copy:
            data = b"".join(bytes(part) for part in copy)
    return [data[at : at + _PART] for at in range(0, len(data), _PART)]


def _statement(direction: str) -> bytes:
    return f"COPY document_vector_buffer ({', '.join(BUFFER_COLUMNS)}) {direction} (FORMAT BINARY)".encode()


def main(folder: Path, show: Show) -> None:
    server = EmbeddedPostgres(folder / "data")
    migrate(server.url)
    app = Pipeline(load_settings(home=folder / "home", database_url=server.url))
    try:
        with _held(app, folder / "documents") as (rows, lease):
            data = _packed(app, rows, lease)
            ours: list[float] = []
            raw: list[float] = []
            for turn in range(_TURNS + 1):
                # who loads behind the other finds the pages that its rollback left: each of the two, every other turn
                if turn % 2:
                    ours.append(_ours(app, rows, lease))
                raw.append(_raw(app, data, lease))
                if not turn % 2:
                    ours.append(_ours(app, rows, lease))
    finally:
        app.close()
        server.close()
    # the first turn only warms
    ours, raw = ours[1:], raw[1:]
    count = len(rows) * _TEXTS
    show(
        f"Bulk load of {count:,} vectors of {_DIMS} numbers",
        ["", "rows/s", "median", "of COPY"],
        [
            ["the embedder stage's load", f"{count / min(ours):,.0f}", f"{count / median(ours):,.0f}",
             f"{min(raw) / min(ours):.0%}, median {median(raw) / median(ours):.0%}"],
            ["binary COPY", f"{count / min(raw):,.0f}", f"{count / median(raw):,.0f}", ""],
        ],
        f"the best and the median of {_TURNS}, taking turns; same table, same indexes; to reach: 80 %",
    )  # fmt: skip
