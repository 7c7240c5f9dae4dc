"""Cost of remembering what was published: the swap into production with its triggers and without, in turns; and search.

Each swap is carried out, with what happens when its transaction ends, and rolled back. Then all is published, and
searched before and after a past of several times as many rows is there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.corpus import write_markdown
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.ids import DocumentId, LeaseToken
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.settings import load_settings

_DOCUMENTS, _TURNS, _SLICE, _TIMES = 100, 15, 50, 5
_TABLES = ("all_questions", "document_chunks", "documents")

Show = Callable[[str, list[str], list[list[str]], str], None]


@contextmanager
def _embedded(folder: Path) -> Iterator[tuple[Pipeline, list[DocumentId], LeaseToken]]:
    server = EmbeddedPostgres(folder / "data")
    migrate(server.url)
    app = Pipeline(load_settings(home=folder / "home", database_url=server.url))
    files = write_markdown(folder / "documents", _DOCUMENTS)
    ids = list(app.intake.receive(files, realm_id=app.realm_id).documents)
    try:
        batch = app.claim(ids)
        with app.claim.released(batch):
            app.run_through(batch, until=StageName.EMBEDDER)
            yield app, ids, batch.lease
    finally:
        app.close()
        server.close()


def _swap(uow: UnitOfWork, ids: list[DocumentId], lease: LeaseToken, *, remembered: bool) -> float:
    """Seconds of a swap and of the end of its transaction."""
    connection = uow.session.connection
    connection.execute("SET LOCAL ROLE NONE")
    for table in _TABLES if not remembered else ():
        names = connection.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%_remember_%%'", (table,)
        ).fetchall()
        for (name,) in names:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}".encode())
    connection.execute("SELECT set_config('upload_pipeline.lease', %s, true)", (str(lease),))
    connection.execute("UPDATE staged_questions SET status = 'approved' WHERE status = 'pending'")
    connection.execute("SET LOCAL ROLE upload_pipeline_service")
    begun = time.perf_counter()
    model = uow.production.hold_model(ids)
    uow.production.swap(ids, model=model)
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return time.perf_counter() - begun


def _past(app: Pipeline) -> None:
    """A past in which every row was replaced several times."""
    with app.open_uow() as uow:
        run = uow.session.connection.execute
        run("SET LOCAL ROLE NONE")
        for table, past, more in (
            ("all_questions", "past_questions", ", NULL::uuid"),
            ("document_chunks", "past_chunks", ""),
        ):
            columns = [
                name
                for (name,) in run(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
                    "AND NOT attisdropped ORDER BY attnum",
                    (table,),
                ).fetchall()
            ]
            listed = ", ".join("now() - n * interval '1 day'" if name == "published_at" else name for name in columns)
            run(
                f"INSERT INTO {past} SELECT {listed}, now() - (n - 1) * interval '1 day'{more} "  # noqa: S608
                f"FROM {table}, generate_series(2, {_TIMES + 1}) n".encode()
            )
        run("UPDATE memory_reach SET since = now() - interval '1 year'")
        uow.commit()


def _searched(app: Pipeline, questions: list[str], as_of: datetime | None = None) -> float:
    """Milliseconds of a search, the median."""
    took = []
    for question in questions:
        begun = time.perf_counter()
        app.search.answer(app.realm_id, question, as_of=as_of)
        took.append(time.perf_counter() - begun)
    return median(took) * 1000


def _searches(app: Pipeline) -> list[list[str]]:
    questions = [text[:120] for text in app.views.published_samples(app.realm_id, limit=60)]
    _searched(app, questions)
    before = _searched(app, questions)
    _past(app)
    app.refresh_statistics()
    after = _searched(app, questions)
    then = _searched(app, questions, datetime.now(UTC) - timedelta(days=2, hours=1))
    return [
        ["without a past", f"{before:.1f}"],
        [f"with {_TIMES} times as many rows in the past", f"{after:.1f}"],
        ["ratio", f"{after / before:.2f}"],
        ["as of a day", f"{then:.1f}"],
    ]


def main(folder: Path, show: Show) -> None:
    with _embedded(folder) as (app, ids, lease):
        slices = [ids[at : at + _SLICE] for at in range(0, len(ids), _SLICE)]
        took: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(_TURNS + 1):
            for remembered in (True, False):
                seconds = 0.0
                for of_slice in slices:
                    with app.open_uow() as uow:  # never committed
                        seconds += _swap(uow, of_slice, lease, remembered=remembered)
                if turn:
                    took[remembered].append(seconds)
        with app.open_uow() as uow:
            [(facts,)] = uow.session.connection.execute("SELECT count(*) FROM staged_questions").fetchall()
        for of_slice in slices:
            with app.open_uow() as uow:
                _swap(uow, of_slice, lease, remembered=True)
                uow.commit()
        searches = _searches(app)
    with_it, without = (median(took[remembered]) / len(ids) * 1000 for remembered in (True, False))
    show(
        f"First publication of {len(ids)} documents with {facts} facts, {_SLICE} a transaction",
        ["", "ms/document"],
        [
            ["swap", f"{without:.2f}"],
            ["swap that is remembered", f"{with_it:.2f}"],
            ["ratio", f"{with_it / without:.2f}"],
        ],
        f"medians of {_TURNS} turns; of a document's whole way through the pipeline: `make bench`",
    )
    show(f"Search among {facts} facts", ["", "ms"], searches, "medians of 60 questions, by meaning and words")
