"""What is removed in the end, and what is not."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import CorruptDocumentError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.failures import record_failures
from pipeline_core.settings import Settings
from tests.support.fakes import HashEmbedder, ScriptedFactGenerator
from tests.support.memory_store import MemoryObjectStore
from tests.support.statements import count, execute
from tests.support.through import needs_work, publish, receive, through, upload

DAY = timedelta(days=1)


def dead_letter(app: Pipeline, document_id: DocumentId, *, days_ago: int) -> None:
    execute(app, "UPDATE upload_jobs SET lease_expires_at = now() WHERE state = 'working'")
    batch = app.claim([document_id])
    with app.open_uow() as uow:
        [job] = uow.jobs.held(batch.lease, batch.document_ids)
        record_failures(
            uow, app.settings, StageName.INGEST, {job.document_id: CorruptDocumentError()}, lease=batch.lease
        )
        uow.commit()
    execute(app, f"UPDATE upload_jobs SET finished_at = now() - interval '{days_ago} days' WHERE state = 'deadletter'")


def test_a_dead_letter_goes_after_its_time_with_all_that_was_staged(app: Pipeline) -> None:
    [document_id] = needs_work(app, receive(app, upload()))
    through(app, [document_id], until=StageName.FACT_GENERATOR)
    dead_letter(app, document_id, days_ago=10)

    assert app.retention.dead_letters(11) == []
    assert app.retention.dead_letters(0) == []  # for ever
    events = count(app, "events")
    [purged] = app.retention.dead_letters(9)
    assert (purged.document_id, purged.filename) == (document_id, "manual.md")
    assert [count(app, table) for table in ("documents", "upload_jobs", "staged_chunks", "staged_questions")] == [0] * 4
    assert count(app, "events") == events + 1


def test_what_was_published_is_never_purged(app: Pipeline) -> None:
    [document_id] = publish(app, upload())
    app.retry(document_id, from_stage=None, by="test")
    dead_letter(app, document_id, days_ago=1000)

    assert app.retention.dead_letters(1) == []
    assert count(app, "document_chunks") > 0


def _pruned(app: Pipeline) -> tuple[int, int]:
    gone = app.prune_caches(days=30)
    return gone["facts"], gone["vectors"]


def test_caches_forget_what_nobody_asks_for(make_pipeline: Callable[..., Pipeline]) -> None:
    # both cost something to ask again: of what costs nothing, nothing is kept
    app = make_pipeline(embedder=HashEmbedder(), generator=ScriptedFactGenerator())
    [document_id] = publish(app, upload())
    facts, vectors = count(app, "fact_cache"), count(app, "embedding_cache")
    assert facts
    assert vectors
    assert _pruned(app) == (0, 0)
    for table in ("fact_cache", "embedding_cache"):
        execute(app, f"UPDATE {table} SET last_used_at = now() - interval '40 days'")
    # a run that uses the vectors again keeps them
    app.retry(document_id, from_stage=StageName.EMBEDDER, by="test")
    through(app, [document_id])
    assert _pruned(app) == (facts, 0)
    execute(app, "UPDATE embedding_cache SET last_used_at = now() - interval '40 days'")
    assert _pruned(app) == (0, vectors)


def test_objects_that_no_row_names_are_removed_after_the_grace(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(store=(store := MemoryObjectStore()))
    publish(app, upload())
    named = set(app.store.list(""))
    app.store.put("documents/0/original/left-behind.pdf", b"x")
    app.store.put("elsewhere/not-ours.txt", b"x")
    assert app.orphan_objects.remove(DAY) == []

    store.written = dict.fromkeys(store.written, datetime.now(UTC) - 2 * DAY)
    assert app.orphan_objects.remove(DAY) == ["documents/0/original/left-behind.pdf"]
    assert set(app.store.list("")) == named | {"elsewhere/not-ours.txt"}


def test_an_orphan_that_is_written_again_meanwhile_stays(make_pipeline: Callable[..., Pipeline]) -> None:
    class Rewriting(MemoryObjectStore):
        """Whoever lists it writes the object again before the list has ended."""

        def written_before(self, prefix, moment):  # type: ignore[no-untyped-def]
            found = list(super().written_before(prefix, moment))
            for key in found:
                self.put(key, b"again")
            return iter(found)

    app = make_pipeline(store=(store := Rewriting()))
    store.put("documents/0/original/a.pdf", b"x")
    store.written = dict.fromkeys(store.written, datetime.now(UTC) - 2 * DAY)
    assert app.orphan_objects.remove(DAY) == []
    assert store.exists("documents/0/original/a.pdf")


def test_orphans_of_a_real_folder(app: Pipeline, tmp_path: Path) -> None:
    publish(app, upload())
    named = set(app.store.list(""))
    app.store.put("documents/0/original/left-behind.pdf", b"x")
    for file in (tmp_path / "home" / "objects").rglob("*.*"):
        os.utime(file, (0, 0))
    assert app.orphan_objects.remove(DAY) == ["documents/0/original/left-behind.pdf"]
    assert set(app.store.list("")) == named


def test_statistics_are_refreshed(app: Pipeline, database_url: str) -> None:
    publish(app, upload())
    assert "upload_jobs" in app.refresh_statistics()
    with psycopg.connect(database_url) as connection:
        [(tuples,)] = connection.execute(
            "SELECT reltuples FROM pg_class WHERE oid = 'upload_pipeline.upload_jobs'::regclass"
        ).fetchall()
    assert tuples == 1


def test_the_text_that_published_quotes_are_from_stays(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(store=(store := MemoryObjectStore()))
    publish(app, upload())
    # as when a later run has left another text and waits for a person
    execute(app, "UPDATE stage_output_files SET file_path = 'documents/0/another' WHERE file_type LIKE '%markdown'")
    execute(app, "UPDATE documents SET parsed_path = 'documents/0/another'")
    store.written = dict.fromkeys(store.written, datetime.now(UTC) - 2 * DAY)
    before = set(app.store.list(""))
    app.orphan_objects.remove(DAY)
    with app.open_uow() as uow:
        [(key,)] = uow.session.connection.execute("SELECT published_path FROM documents").fetchall()
    assert key in before
    assert app.store.exists(key)


def test_each_retention_setting_has_its_chore(app: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"prefect_days", "log_max_days", "cache_max_days"}
    kept = {name for name in Settings.model_fields if name.endswith("_days")} - elsewhere
    read: set[str] = set()
    get = Settings.__getattribute__

    def told(settings: Settings, name: str) -> object:
        read.add(name)
        return get(settings, name)

    monkeypatch.setattr(Settings, "__getattribute__", told)
    upkeep = app.upkeep
    assert upkeep is not None
    for chore in upkeep.chores:
        if chore.name.startswith(("prune_", "purge_")):
            chore.act()
    assert kept - read == set()
