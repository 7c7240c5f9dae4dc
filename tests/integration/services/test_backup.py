"""Back up, lose everything, restore, verify, go on."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.backups import DatabaseBackups
from pipeline_core.domain.errors import BackupFailedError, RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState, StageName
from pipeline_core.domain.search import SearchMode
from pipeline_core.services.intake import Upload
from tests.support.damage import named, run_again, state
from tests.support.database import copied_database
from tests.support.memory_store import MemoryObjectStore
from tests.support.migrations import NEXT, AddNext, add_next
from tests.support.statements import count, execute
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

__all__ = ["add_next"]

_GERMAN = """# Hausordnung

Die Kündigungsfristen betragen drei Monate und beginnen am Monatsersten.

Haustiere dürfen nur mit schriftlicher Erlaubnis der Verwaltung gehalten werden.
"""
TABLES = ("documents", "upload_jobs", "events", "document_chunks", "all_questions", "fact_cache", "embedding_cache",
          "stage_output_files", "embedding_models", "search_sources", "search_postings")  # fmt: skip


@pytest.fixture
def elsewhere(
    postgres_url: str, template_database: str, make_pipeline: Callable[..., Pipeline], tmp_path: Path
) -> Iterator[Callable[..., Pipeline]]:
    """Makes pipelines on another, empty database with an empty home: what is left when everything is lost."""
    with copied_database(postgres_url, template_database) as url:

        def make(**adapters: object) -> Pipeline:
            return make_pipeline(changes={"database_url": url, "home": tmp_path / "new home"}, **adapters)

        yield make


def texts(number: int) -> Upload:
    return Upload(f"{number}.md", f"{MANUAL}\n\n## Part {number}\n\nPart {number} weighs {number} kg.\n".encode())


def contents(app: Pipeline) -> dict[str, bytes]:
    return {key: app.store.get(key) for key in app.store.list("")}


def found(app: Pipeline) -> list[tuple[object, ...]]:
    """What searches answer, with their scores: how much a word tells comes from statistics that were backed up."""
    asked = ("At which pressure does the relief valve open?", "thermostat", "Kündigungsfrist", "Who cleans the burner?")
    return [
        (
            mode,
            question,
            hit["id"],
            hit["score"],
            hit["similarity"],
            hit["words"],
            [fact["id"] for fact in hit["facts"]],
        )
        for mode in SearchMode
        for question in asked
        for hit in app.search(app.realm_id, question, mode=mode, limit=10)
    ]


def test_a_restored_database_searches_the_same(
    app: Pipeline, elsewhere: Callable[..., Pipeline], tmp_path: Path
) -> None:
    publish(app, upload("manual.md"), upload("rules.md", _GERMAN))
    before = found(app)
    assert {mode for mode, *_ in before} == set(SearchMode)
    app.backup(tmp_path / "backup")
    new = elsewhere()
    new.restore(tmp_path / "backup", replace=False)
    assert found(new) == before
    # what is published afterwards counts with what was there
    for one in (app, new):
        publish(one, texts(7))
    assert {question for _, question, *_ in found(new)} == {question for _, question, *_ in found(app)}
    words = "SELECT sum(passages), sum(words) FROM upload_pipeline.search_sources"
    with app.open_uow() as old, new.open_uow() as uow:
        sums = old.session.connection.execute(words.encode()).fetchall()
        assert uow.session.connection.execute(words.encode()).fetchall() == sums


def test_everything_is_there_again_and_work_goes_on(
    app: Pipeline, elsewhere: Callable[..., Pipeline], tmp_path: Path
) -> None:
    [published] = publish(app, upload())
    waiting = {stage: needs_work(app, receive(app, texts(number)))[0] for number, stage in enumerate(StageName)}
    for stage in (StageName.INGEST, StageName.CHUNKER, StageName.VALIDATION):
        # in hand when the backup is made
        through(app, [waiting[stage]], until=stage)
    app.store.put("pending-results/1.json", b"{}")
    rows, objects = {table: count(app, table) for table in TABLES}, contents(app)

    manifest = app.backup(tmp_path / "backup")
    assert (manifest.missing, manifest.objects) == ([], len(objects))

    new = elsewhere()
    restored = new.restore(tmp_path / "backup", replace=False)
    assert (restored.copied, restored.freed) == (len(objects), 3)
    assert contents(new) == objects
    assert {table: count(new, table) for table in TABLES} == {**rows, "events": rows["events"] + 3}
    assert new.verify().found == []
    assert run_again(new, upload()) == []
    assert new.claim([published]).document_ids == ()
    # what was in hand goes on where it was, and has lost no try by it
    for number, document_id in enumerate(waiting.values()):
        assert run_again(new, texts(number)) == [document_id]
        assert state(new, document_id) is JobState.DONE
    assert new.verify().found == []


def test_a_member_of_the_service_role_backs_up_everything(
    app: Pipeline,
    elsewhere: Callable[..., Pipeline],
    tmp_path: Path,
    database_url: str,
) -> None:
    [published] = publish(app, upload())
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE backing_up LOGIN IN ROLE upload_pipeline_service")
        try:
            login = make_conninfo(database_url, user="backing_up")
            worker = replace(app.backup, database=DatabaseBackups(login))
            manifest = worker(tmp_path / "backup")
        finally:
            connection.execute("DROP ROLE backing_up")
    assert (manifest.missing, manifest.objects) == ([], len(contents(app)))
    new = elsewhere()
    new.restore(tmp_path / "backup", replace=False)
    assert {table: count(new, table) for table in TABLES} == {table: count(app, table) for table in TABLES}
    assert new.claim([published]).document_ids == ()
    assert new.verify().found == []


def test_a_later_migration_is_applied_again_and_privileges_stay(
    app: Pipeline, elsewhere: Callable[..., Pipeline], tmp_path: Path, add_next: AddNext
) -> None:
    publish(app, upload())
    app.backup(tmp_path / "backup")
    add_next()
    new = elsewhere()
    new.restore(tmp_path / "backup", replace=False)
    assert new.backup(tmp_path / "again").database.schema[-1] == NEXT
    execute(new, "SELECT season FROM documents")
    privileges = "SELECT defaclacl::text FROM pg_default_acl WHERE defaclnamespace = 'upload_pipeline'::regnamespace"
    with app.open_uow() as old, new.open_uow() as uow:
        before = old.session.connection.execute(privileges.encode()).fetchall()
        assert uow.session.connection.execute(privileges.encode()).fetchall() == before != []


def test_objects_that_go_while_they_are_copied(make_pipeline: Callable[..., Pipeline], tmp_path: Path) -> None:
    """A document runs again between the snapshot and the copying: upkeep leaves what the snapshot names."""

    class Busy(MemoryObjectStore):
        removed: list[str] | None = None

        def get_file(self, key, file, *, sha256=None):  # type: ignore[no-untyped-def]
            if self.removed is None:
                execute(app, "UPDATE stage_output_files SET file_path = 'documents/0/another'")
                execute(app, "UPDATE documents SET parsed_path = raw_path, published_path = raw_path")
                self.removed = app.orphan_objects.remove(timedelta(hours=1))
            return super().get_file(key, file, sha256=sha256)

    app = make_pipeline(store=(store := Busy()))
    publish(app, upload())
    store.written = dict.fromkeys(store.written, datetime.now(UTC) - timedelta(days=2))
    objects = len(store.objects)
    manifest = app.backup(tmp_path / "backup")
    assert (store.removed, manifest.missing, manifest.objects) == ([], [], objects)
    # the original, and the text that the quotes of its version are from
    assert len(app.orphan_objects.remove(timedelta(hours=1))) == objects - 2


def test_nobody_else_can_read_a_backup(app: Pipeline, tmp_path: Path) -> None:
    publish(app, upload())
    app.backup(tmp_path / "deep" / "backup")
    folder = tmp_path / "deep" / "backup"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [path for path in folder.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"backup.json", "database.dump", "objects.jsonl"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_what_the_store_lacks_is_named_and_the_rest_is_backed_up(
    app: Pipeline, elsewhere: Callable[..., Pipeline], tmp_path: Path
) -> None:
    [document_id] = publish(app, upload())
    item = named(app, document_id)["markdown"]
    app.store.delete(item.key)
    assert app.backup(tmp_path / "backup").missing == [item.key]
    new = elsewhere()
    new.restore(tmp_path / "backup", replace=False)
    assert [finding.key for finding in new.verify().found] == [item.key]


def _later(folder: Path) -> None:
    manifest = orjson.loads((folder / "backup.json").read_bytes())
    manifest["database"]["schema"].append("9999_of_a_later_version")
    (folder / "backup.json").write_bytes(orjson.dumps(manifest))


def _of_another_format(folder: Path) -> None:
    manifest = orjson.loads((folder / "backup.json").read_bytes())
    (folder / "backup.json").write_bytes(orjson.dumps({**manifest, "format": 2}))


def _damaged_object(folder: Path) -> None:
    file = next(path for path in (folder / "objects").rglob("*.md") if path.is_file())
    file.write_bytes(file.read_bytes()[:-1] + b"?")


_UNUSABLE = {
    "unfinished": (lambda folder: (folder / "backup.json").unlink(), RefusedError),
    "no JSON": (lambda folder: (folder / "backup.json").write_text("{"), RefusedError),
    "of another kind": (lambda folder: (folder / "backup.json").write_text('{"format": 1}'), RefusedError),
    "of a later version": (_later, RefusedError),
    "of another format": (_of_another_format, RefusedError),
    "damaged dump": (lambda folder: (folder / "database.dump").write_bytes(b"PGDMP"), BackupFailedError),
    "shortened list": (lambda folder: (folder / "objects.jsonl").write_bytes(b""), BackupFailedError),
    "damaged object": (_damaged_object, BackupFailedError),
}


def test_an_unusable_backup_is_refused_and_the_database_is_as_it_was(
    app: Pipeline, elsewhere: Callable[..., Pipeline], tmp_path: Path
) -> None:
    publish(app, upload())
    new = elsewhere(store=MemoryObjectStore())
    for number, (name, (damage, error)) in enumerate(_UNUSABLE.items()):
        folder = tmp_path / f"backup {number}"
        app.backup(folder)
        damage(folder)
        with pytest.raises(error):
            new.restore(folder, replace=False)
        assert count(new, "documents") == 0, name


def test_a_dump_that_the_database_does_not_take_changes_nothing(
    app: Pipeline, elsewhere: Callable[..., Pipeline], tmp_path: Path
) -> None:
    publish(app, upload())
    app.backup(tmp_path / "backup")
    manifest = orjson.loads((tmp_path / "backup" / "backup.json").read_bytes())
    manifest["database"]["rows"]["documents"] = 2
    (tmp_path / "backup" / "backup.json").write_bytes(orjson.dumps(manifest))
    new = elsewhere()
    with pytest.raises(BackupFailedError, match="documents has 1 rows, 2 were dumped"):
        new.restore(tmp_path / "backup", replace=False)
    assert count(new, "documents") == 0
    assert needs_work(new, receive(new, upload())) != []


def test_what_is_there_is_only_replaced_on_demand(
    app: Pipeline, elsewhere: Callable[..., Pipeline], tmp_path: Path
) -> None:
    publish(app, upload())
    app.backup(tmp_path / "backup")
    new = elsewhere()
    new.store.put("documents/0/original/other.md", b"x")
    with pytest.raises(RefusedError, match="store is not empty"):
        new.restore(tmp_path / "backup", replace=False)
    other: list[DocumentId] = publish(new, texts(1))
    with pytest.raises(RefusedError, match="database is not empty"):
        new.restore(tmp_path / "backup", replace=False)
    with pytest.raises(RefusedError, match="Workers are connected"):
        new.restore(tmp_path / "backup", replace=True)
    new.worker.close()
    new.restore(tmp_path / "backup", replace=True)
    with new.open_uow() as uow:
        assert uow.documents.find(other) == {}
    assert new.verify().found == []


def test_an_interrupted_restore_goes_on(app: Pipeline, elsewhere: Callable[..., Pipeline], tmp_path: Path) -> None:
    publish(app, upload())
    app.backup(tmp_path / "backup")
    new = elsewhere()
    some = list(app.store.list(""))[:3]
    for key in some:
        new.store.put(key, app.store.get(key))
    new.store.put(some[0], b"half")
    restored = new.restore(tmp_path / "backup", replace=False)
    assert (restored.kept, contents(new)) == (2, contents(app))


@pytest.mark.parametrize("place", ["", "inner"])
def test_a_backup_has_a_folder_of_its_own(app: Pipeline, tmp_path: Path, place: str) -> None:
    publish(app, upload())
    objects = tmp_path / "home" / "objects"
    with pytest.raises(RefusedError):
        app.backup(objects / place if place else objects)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(RefusedError, match="not empty"):
        app.backup(tmp_path / "full")
