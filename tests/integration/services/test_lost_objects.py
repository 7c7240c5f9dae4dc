"""What the store has lost comes back when the same file is run again; nothing else is touched."""

from collections.abc import Callable

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.lifecycle import JobState, StageName
from pipeline_core.services.intake import Upload
from tests.support.damage import Damage, changed, cut, missing, named, run_again, state
from tests.support.memory_store import MemoryObjectStore
from tests.support.statements import execute
from tests.support.through import MANUAL, publish, receive, through, upload


@pytest.fixture
def store() -> MemoryObjectStore:
    return MemoryObjectStore()


@pytest.fixture
def kept(make_pipeline: Callable[..., Pipeline], store: MemoryObjectStore) -> Pipeline:
    return make_pipeline(store=store)


@pytest.mark.parametrize("damage", [missing, changed, cut])
def test_a_lost_original_is_stored_again(kept: Pipeline, store: MemoryObjectStore, damage: Damage) -> None:
    [document_id] = publish(kept, upload())
    before = dict(store.objects)
    damage(store, named(kept, document_id)["original"].key)

    received = receive(kept, upload("another name.md"))
    assert received.mended == {document_id}
    assert store.objects == before
    assert not receive(kept, upload()).mended


@pytest.mark.parametrize("damage", [missing, cut])
@pytest.mark.parametrize("what", ["markdown", "chunks_json", "facts_json", "validation_json", "ingestion_json"])
def test_lost_outputs_are_made_again(kept: Pipeline, store: MemoryObjectStore, what: str, damage: Damage) -> None:
    [document_id] = publish(kept, upload())
    before = dict(store.objects)
    damage(store, named(kept, document_id)[what].key)

    assert run_again(kept, upload()) == [document_id]
    assert state(kept, document_id) is JobState.DONE
    assert {key: store.objects[key] for key in before} == before
    assert run_again(kept, upload()) == []


def test_everything_lost_is_made_again_at_once(kept: Pipeline, store: MemoryObjectStore) -> None:
    [document_id] = publish(kept, upload())
    before = dict(store.objects)
    store.objects.clear()
    assert run_again(kept, upload()) == [document_id]
    assert store.objects.keys() >= before.keys()
    assert run_again(kept, upload()) == []


@pytest.mark.parametrize("damage", [missing, changed])
def test_a_document_that_failed_for_want_of_its_original_goes_on(
    kept: Pipeline, store: MemoryObjectStore, damage: Damage
) -> None:
    received = receive(kept, upload())
    [document_id] = received.documents
    damage(store, named(kept, document_id)["original"].key)
    through(kept, [document_id])
    assert state(kept, document_id) is JobState.DEADLETTER

    assert run_again(kept, upload()) == [document_id]
    assert state(kept, document_id) is JobState.DONE


def test_a_document_that_failed_for_want_of_an_output_goes_on(kept: Pipeline, store: MemoryObjectStore) -> None:
    received = receive(kept, upload())
    [document_id] = received.documents
    through(kept, [document_id], until=StageName.MARKDOWN_CONVERSION)
    missing(store, named(kept, document_id)["markdown"].key)
    execute(kept, "UPDATE upload_jobs SET lease_expires_at = now() - interval '1 s'")
    through(kept, [document_id])
    assert state(kept, document_id) is JobState.DEADLETTER

    assert run_again(kept, upload()) == [document_id]
    assert state(kept, document_id) is JobState.DONE


def test_what_failed_for_another_reason_stays_as_it_is(kept: Pipeline) -> None:
    broken = Upload("broken.pdf", b"%PDF-1.7\n" + MANUAL.encode())
    [document_id] = receive(kept, broken).documents
    through(kept, [document_id])
    assert state(kept, document_id) is JobState.DEADLETTER
    assert run_again(kept, broken) == []
