"""A sync of a folder in which nothing has changed: against listing and comparing it alone, in turns."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.db.sources import TakenItem
from pipeline_core.domain.documents import Document
from pipeline_core.domain.ids import CorrelationId, job_id_for, sha256_hex
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.sources import Change, Sighting, SourceKind
from pipeline_core.settings import load_settings
from pipeline_core.sources.comparing import compare

_FILES, _IN_FOLDER, _TURNS, _MOST = 10_000, 100, 15, 3.0

Show = Callable[[str, list[str], list[list[str]], str], None]


def main(folder: Path, show: Show) -> None:
    server = EmbeddedPostgres(folder / "data")
    migrate(server.url)
    app = Pipeline(load_settings(home=folder / "home", database_url=server.url))
    try:
        source = _known(app, folder / "documents")
        alone, synced = [], []
        for _ in range(_TURNS):
            alone.append(_seconds(lambda: _compare(app, source)))
            synced.append(_seconds(lambda: _sync(app, source)))
    finally:
        with suppress(Exception):
            app.close()
        server.close()
    one, other = median(alone), median(synced)
    show(
        f"{_FILES:,} unchanged files in {_FILES // _IN_FOLDER} folders",
        ["", "median", "ratio"],
        [
            ["listing and comparing alone", f"{one * 1000:.0f} ms", "1.00"],
            ["a sync", f"{other * 1000:.0f} ms", f"{other / one:.2f}"],
        ],
        f"Median of {_TURNS} turns. What a sync adds: its run, its event, and looking for what waits and is due. "
        f"It may take {_MOST:g} times as long.",
    )
    assert other / one <= _MOST, f"a sync takes {other / one:.2f} times as long as listing and comparing"


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _compare(app: Pipeline, source: SourceRow) -> None:
    reader = app.open_source(source.place)
    with app.open_uow() as uow:
        known = uow.sources.known(source.source_id)
    listed = compare(known, reader.list({uri: item.version for uri, item in known.items()}))
    assert listed.unchanged == _FILES


def _sync(app: Pipeline, source: SourceRow) -> None:
    assert app.sync_source(source).plan == {Change.UNCHANGED: _FILES}


def _known(app: Pipeline, folder: Path) -> SourceRow:
    """A source whose files were all taken in: registered, and at rest."""
    for n in range(_FILES):
        path = folder / f"folder {n // _IN_FOLDER}" / f"{n}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Document {n}\n")
        os.utime(path, (time.time() - 3600,) * 2)
    source = app.sources.add(app.realm_id, SourceKind.FOLDER, "documents", str(folder))
    shown = [one for one in app.open_source(source.place).list({}) if isinstance(one, Sighting)]
    contents = {one.uri: sha256_hex(f"# Document {one.name.rpartition('/')[2][:-3]}\n".encode()) for one in shown}
    with app.open_uow() as uow:
        ids = uow.documents.ids_of(app.realm_id, contents.values())
        documents = [
            Document(ids[sha], app.realm_id, job_id_for(ids[sha], 0), "a.md", "text/markdown", 9, sha, f"documents/{n}")
            for n, sha in enumerate(contents.values())
        ]
        uow.documents.register(
            documents, realm_id=app.realm_id, correlation_id=CorrelationId(ids[documents[0].file_sha256]),
            workflow="automatic",
        )  # fmt: skip
        items = [
            TakenItem(one.uri, one.name, one.size, one.version, contents[one.uri], ids[contents[one.uri]])
            for one in shown
        ]
        uow.sources.put(source.source_id, app.realm_id, items)
        connection = uow.session.connection
        connection.execute("SET LOCAL ROLE NONE")
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("UPDATE upload_jobs SET state = 'done', outcome = 'rejected', finished_at = now()")
        uow.commit()
    with app.open_uow() as uow:
        uow.session.connection.execute("SET LOCAL ROLE NONE")
        uow.session.connection.execute("ANALYZE")
        uow.commit()
    return app.sources.show(app.realm_id, source.source_id)
