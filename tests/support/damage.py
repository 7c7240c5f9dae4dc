"""Objects of a store that are lost or changed, and documents that are run again."""

from collections.abc import Callable
from pathlib import Path

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.agreement import NamedObject
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.services.intake import Upload
from tests.support.memory_store import MemoryObjectStore
from tests.support.through import receive, through

Damage = Callable[[MemoryObjectStore, str], None]


def missing(store: MemoryObjectStore, key: str) -> None:
    del store.objects[key]


def changed(store: MemoryObjectStore, key: str) -> None:
    store.objects[key] = b"?" + store.objects[key][1:]


def cut(store: MemoryObjectStore, key: str) -> None:
    store.objects[key] = store.objects[key][:-1]


def named(app: Pipeline, document_id: DocumentId) -> dict[str, NamedObject]:
    with app.open_uow() as uow:
        return {item.what: item for item in uow.agreement.named([document_id])}


def run_again(app: Pipeline, *files: Path | Upload) -> list[DocumentId]:
    """As ``pipeline run`` does; returns the documents that ran."""
    received = receive(app, *files)
    needed = app.find_work(list(received.documents), correlation_id=received.correlation_id)
    if needed.run:
        through(app, needed.run)
    return needed.run


def state(app: Pipeline, document_id: DocumentId) -> JobState:
    with app.open_uow() as uow:
        return uow.documents.find([document_id])[document_id].state
