"""Whether store and database agree: what is wrong is named, nothing else is, and what can be mended is."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import RefusedError, StoreUnavailableError
from pipeline_core.domain.lifecycle import JobState, StageName
from pipeline_core.services.intake import Upload
from pipeline_core.services.repair import Repaired
from pipeline_core.services.verify import Fault, Sample, Verified
from pipeline_core.terminal.verifying import sample_of
from tests.support.damage import Damage, changed, cut, missing, named, state
from tests.support.memory_store import MemoryObjectStore
from tests.support.statements import execute
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload


@pytest.fixture
def store() -> MemoryObjectStore:
    return MemoryObjectStore()


@pytest.fixture
def kept(make_pipeline: Callable[..., Pipeline], store: MemoryObjectStore) -> Pipeline:
    return make_pipeline(store=store)


def faults(verified: Verified) -> list[tuple[Fault, str]]:
    return [(finding.fault, finding.what) for finding in verified.found]


def repair(app: Pipeline) -> Repaired:
    """As ``pipeline verify --repair`` does."""
    repaired = app.repair(app.verify().found, by="test")
    if repaired.queued:
        through(app, repaired.queued)
    return repaired


@pytest.mark.parametrize("damage", [missing, changed, cut])
@pytest.mark.parametrize("what", ["original", "markdown", "chunks_json", "facts_json", "validation_json"])
def test_each_object_that_is_lost_is_named(kept: Pipeline, store: MemoryObjectStore, what: str, damage: Damage) -> None:
    [document_id] = publish(kept, upload())
    assert kept.verify().found == []
    item = named(kept, document_id)[what]
    damage(store, item.key)

    [finding] = kept.verify().found
    assert (finding.document_id, finding.what, finding.key) == (document_id, what, item.key)
    assert finding.fault is (Fault.MISSING if damage is missing else Fault.CHANGED)


@pytest.mark.parametrize("damage", [missing, changed])
def test_lost_outputs_are_made_again_by_repair(kept: Pipeline, store: MemoryObjectStore, damage: Damage) -> None:
    [document_id] = publish(kept, upload())
    before = dict(store.objects)
    for what, item in named(kept, document_id).items():
        if what != "original":
            damage(store, item.key)
    assert repair(kept).queued == [document_id]
    assert {key: store.objects[key] for key in before} == before
    assert kept.verify().found == []


def test_a_lost_original_is_stored_again_from_where_its_file_stands(
    kept: Pipeline, store: MemoryObjectStore, tmp_path: Path
) -> None:
    file = tmp_path / "manual.md"
    file.write_text(MANUAL)
    [document_id] = publish(kept, file)
    missing(store, named(kept, document_id)["original"].key)
    assert repair(kept).stored_again == [document_id]
    assert kept.verify().found == []


def test_an_original_whose_file_is_gone_is_left_with_what_to_do(kept: Pipeline, store: MemoryObjectStore) -> None:
    [document_id] = publish(kept, upload())
    missing(store, named(kept, document_id)["original"].key)
    repaired = repair(kept)
    assert (repaired.stored_again, repaired.queued) == ([], [])
    assert faults(kept.verify()) == [(Fault.MISSING, "original")]
    receive(kept, upload())
    assert kept.verify().found == []


def test_what_failed_for_want_of_its_original_goes_on_after_repair(
    kept: Pipeline, store: MemoryObjectStore, tmp_path: Path
) -> None:
    file = tmp_path / "manual.md"
    file.write_text(MANUAL)
    [document_id] = receive(kept, file).documents
    missing(store, named(kept, document_id)["original"].key)
    through(kept, [document_id])
    assert state(kept, document_id) is JobState.DEADLETTER
    assert repair(kept).queued == [document_id]
    assert state(kept, document_id) is JobState.DONE


def test_a_document_that_waits_for_a_person_is_named_and_left(
    make_pipeline: Callable[..., Pipeline], store: MemoryObjectStore
) -> None:
    app = make_pipeline(store=store, changes={"workflow": "manual"})
    [document_id] = publish(app, upload())
    assert state(app, document_id) is JobState.AWAITING_REVIEW
    missing(store, named(app, document_id)["markdown"].key)
    assert repair(app).queued == []
    assert faults(app.verify()) == [(Fault.MISSING, "markdown")]
    assert state(app, document_id) is JobState.AWAITING_REVIEW


_LEDGER = [
    ("DELETE FROM document_chunks WHERE ordinal = 0", {"published chunks", "published facts"}),
    ("DELETE FROM all_questions WHERE question_id = (SELECT min(question_id::text)::uuid FROM all_questions)",
     {"published facts"}),
    ("UPDATE embedding_models SET dims = 3", {"vectors of the active model"}),
    ("UPDATE documents SET published_at = NULL, published_path = NULL, published_sha256 = NULL",
     {"published chunks", "published facts", "vectors of the active model"}),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "wrong"), _LEDGER, ids=["chunk", "fact", "vectors", "unpublished"])
def test_counts_that_do_not_agree_are_named(kept: Pipeline, statement: str, wrong: set[str]) -> None:
    publish(kept, upload(), upload("other.md", MANUAL.replace("boiler", "burner")))
    assert kept.verify().found == []
    execute(kept, statement)
    assert {finding.what for finding in kept.verify().found} == wrong
    assert {finding.fault for finding in kept.verify().found} == {Fault.DISAGREES}


@pytest.mark.parametrize("statement", [statement for statement, _ in _LEDGER[:2]], ids=["chunk", "fact"])
def test_what_production_lacks_is_published_again_by_repair(kept: Pipeline, statement: str) -> None:
    [document_id] = publish(kept, upload())
    execute(kept, statement)
    assert repair(kept).queued == [document_id]
    assert kept.verify().found == []


def test_a_wrong_size_in_a_row_is_named(kept: Pipeline) -> None:
    publish(kept, upload())
    execute(kept, "UPDATE documents SET bytes_len = bytes_len + 1")
    assert faults(kept.verify()) == [(Fault.DISAGREES, "original")]


def test_orphans_are_named_once_they_are_old_and_removed_by_repair(kept: Pipeline, store: MemoryObjectStore) -> None:
    publish(kept, upload())
    orphans = ["checks/left", "documents/0/original/left.pdf"]
    for key in orphans:
        store.put(key, b"x")
    store.put("pending-results/1.json", b"{}")
    store.put("elsewhere/not-ours.txt", b"x")
    young = kept.verify()
    assert (young.found, young.unnamed_young, young.pending_results, young.others) == ([], 2, 1, 1)

    store.written = dict.fromkeys(store.written, datetime.now(UTC) - timedelta(days=2))
    old = kept.verify()
    assert {(finding.fault, finding.key) for finding in old.found} == {(Fault.ORPHANED, key) for key in orphans}
    assert repair(kept).removed == 2
    assert kept.verify().found == []
    assert {"pending-results/1.json", "elsewhere/not-ours.txt"} <= store.objects.keys()


def test_documents_under_way_agree(kept: Pipeline) -> None:
    for number, stage in enumerate(StageName):
        received = receive(kept, Upload(f"{number}.md", f"{MANUAL}\n\n## Part {number}\n".encode()))
        through(kept, needs_work(kept, received), until=stage)
    assert kept.verify().found == []


def test_what_is_removed_while_it_is_looked_at_is_no_finding(
    make_pipeline: Callable[..., Pipeline], app: Pipeline
) -> None:
    class Purging(MemoryObjectStore):
        """Its documents are removed between the rows and the objects."""

        def get_file(self, key, file, *, sha256=None):  # type: ignore[no-untyped-def]
            self.objects.clear()
            execute(app, "DELETE FROM documents")
            return super().get_file(key, file, sha256=sha256)

    purged = make_pipeline(store=Purging())
    receive(purged, upload())
    assert purged.verify().found == []


def test_a_store_that_is_away_is_an_error_and_no_finding(make_pipeline: Callable[..., Pipeline]) -> None:
    class Away(MemoryObjectStore):
        away = False

        def get_file(self, key, file, *, sha256=None):  # type: ignore[no-untyped-def]
            if self.away:
                raise StoreUnavailableError
            return super().get_file(key, file, sha256=sha256)

        def check(self) -> None:
            if self.away:
                raise StoreUnavailableError

    app = make_pipeline(store=(store := Away()))
    publish(app, upload())
    store.away = True
    with pytest.raises(StoreUnavailableError):
        app.verify()


def test_a_sample_looks_at_so_many_documents_and_what_is_theirs(kept: Pipeline, store: MemoryObjectStore) -> None:
    for number in range(4):
        receive(kept, Upload(f"{number}.md", f"# {number}\n\nText.\n".encode()))
    store.put("documents/0/original/left.pdf", b"x")
    verified = kept.verify(Sample(share=0.5))
    assert (verified.documents, verified.all_documents, verified.objects, verified.unnamed_young) == (2, 4, 2, 0)
    assert kept.verify(Sample(count=99)).documents == 4


@pytest.mark.parametrize(
    ("text", "documents", "looked_at"),
    [("5", 1000, 5), ("5", 3, 3), ("2%", 1000, 20), ("0.1%", 100, 1), ("100%", 7, 7), ("5", 0, 0)],
)
def test_samples(text: str, documents: int, looked_at: int) -> None:
    sample = sample_of(text)
    assert sample
    assert sample.of(documents) == looked_at


@pytest.mark.parametrize("text", ["0", "-1", "0%", "101%", "half", "1.5", "%"])
def test_what_is_no_sample(text: str) -> None:
    with pytest.raises(RefusedError):
        sample_of(text)


def test_a_real_folder(app: Pipeline, tmp_path: Path) -> None:
    [document_id] = publish(app, upload())
    key = named(app, document_id)["markdown"].key
    file = tmp_path / "home" / "objects" / key
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    os.utime(file, (0, 0))
    assert faults(app.verify()) == [(Fault.CHANGED, "markdown")]
    assert repair(app).queued == [document_id]
    assert app.verify().found == []
