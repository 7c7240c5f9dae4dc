"""Store and database are compared both ways, and what has changed meanwhile is no finding."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest

from pipeline_core.db.agreement import Disagreement, NamedObject
from pipeline_core.domain.errors import PipelineError, StoreRefusedError, StoreUnavailableError
from pipeline_core.domain.ids import DocumentId, sha256_hex
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.orphan_objects import CHECKS, PREFIX
from pipeline_core.services.pending_results import PREFIX as PENDING
from pipeline_core.services.verify import Fault, Finding, Sample, Verified, Verify
from tests.support.fake_database import FakeDatabase, in_turn
from tests.support.jobs import document_id
from tests.support.memory_store import MemoryObjectStore

GRACE = timedelta(days=1)
DATA = b"chunks"


def _named(number: int, *, stage: StageName | None = StageName.CHUNKER, size: int | None = len(DATA)) -> NamedObject:
    key = f"{PREFIX}{document_id(number)}/{stage or 'original'}"
    what = "output" if stage else "original"
    return NamedObject(document_id(number), f"{number}.md", what, stage, key, size, sha256_hex(DATA))


def _store(*named: NamedObject) -> MemoryObjectStore:
    store = MemoryObjectStore()
    for item in named:
        store.put(item.key, DATA)
    return store


def _database(*named: NamedObject, **answers: Any) -> FakeDatabase:
    ids = list(dict.fromkeys(item.document_id for item in named))

    def of(document_ids: Sequence[DocumentId]) -> list[NamedObject]:
        return [item for item in named if item.document_id in document_ids]

    return FakeDatabase(
        {
            "agreement.count": len(ids),
            "agreement.documents": lambda after, _limit: ids if after is None else [],
            "agreement.sample": lambda count: ids[:count],
            "agreement.named": of,
            "agreement.disagreements": [],
            "upkeep.unnamed": lambda keys: [key for key in keys if key not in {item.key for item in named}],
            **answers,
        }
    )


def _verify(store: MemoryObjectStore, database: FakeDatabase, sample: Sample | None = None) -> Verified:
    return Verify(store, database, GRACE)(sample)


def test_what_is_whole_is_counted_and_nothing_is_found() -> None:
    named = [_named(1), _named(2)]
    verified = _verify(_store(*named), _database(*named))
    assert (verified.documents, verified.all_documents, verified.objects, verified.bytes) == (2, 2, 2, 12)
    assert verified.found == []
    assert set(verified.counts().values()) == {0}


class _TornStore(MemoryObjectStore):
    """Fails to read one object; ``is_away`` says that it takes nothing else either."""

    def __init__(self, error: PipelineError, *, is_away: bool = False) -> None:
        super().__init__()
        self._error, self._is_away = error, is_away

    def get_file(self, key: str, file: BinaryIO, *, sha256: str | None = None) -> int:
        raise self._error

    def check(self) -> None:
        if self._is_away:
            raise StoreUnavailableError("the whole store")


@pytest.mark.parametrize(
    ("store", "named", "fault", "detail"),
    [
        (MemoryObjectStore(), _named(1), Fault.MISSING, "not in the store"),
        (_store(_named(1)), _named(1, size=5), Fault.DISAGREES, "6 bytes; its row says 5"),
        (_TornStore(StoreUnavailableError("a bad disk")), _named(1), Fault.UNREADABLE, "a bad disk"),
        (_TornStore(StoreRefusedError("no right")), _named(1), Fault.UNREADABLE, "no right"),
    ],
)
def test_an_object_that_is_not_as_its_row_says_is_a_finding(
    store: MemoryObjectStore, named: NamedObject, fault: Fault, detail: str
) -> None:
    [finding] = _verify(store, _database(named)).found
    assert (finding.fault, finding.detail, finding.key) == (fault, detail, named.key)
    assert finding.stages == {StageName.CHUNKER}


def test_an_object_with_other_bytes_has_changed() -> None:
    store = _store(_named(1))
    store.objects[_named(1).key] = b"chunkz"
    verified = _verify(store, _database(_named(1)))
    assert [finding.fault for finding in verified.found] == [Fault.CHANGED]
    assert verified.counts()["changed"] == 1


def test_a_row_without_a_size_is_not_held_against_one() -> None:
    assert _verify(_store(_named(1)), _database(_named(1, size=None))).found == []


def test_a_store_that_is_away_is_no_finding() -> None:
    store = _TornStore(StoreUnavailableError("one object"), is_away=True)
    with pytest.raises(StoreUnavailableError, match="the whole store"):
        _verify(store, _database(_named(1)))


def test_a_document_that_was_run_meanwhile_names_other_objects() -> None:
    database = _database(_named(1), **{"agreement.named": in_turn([_named(1)], [_named(1, stage=StageName.EMBEDDER)])})
    assert _verify(MemoryObjectStore(), database).found == []


DISAGREES = Disagreement(document_id(1), "1.md", "published facts", 1_200, 7)


@pytest.mark.parametrize(("still", "is_found"), [([DISAGREES], True), ([], False)])
def test_rows_that_disagree_are_a_finding_if_they_do_so_still(still: list[Disagreement], is_found: bool) -> None:
    database = _database(_named(1), **{"agreement.disagreements": in_turn([DISAGREES], still)})
    found = _verify(_store(_named(1)), database).found
    expected = Finding(
        Fault.DISAGREES, "published facts", "7 there, 1,200 expected", document_id(1), "1.md",
        stages=frozenset({StageName.EMBEDDER}),
    )  # fmt: skip
    assert found == ([expected] if is_found else [])


def test_objects_that_no_row_names_are_orphans_once_they_are_old() -> None:
    store = _store(_named(1))
    old = datetime.now(UTC) - timedelta(days=2)
    for key, is_old in ((f"{PREFIX}x", True), (f"{PREFIX}y", False), (f"{CHECKS}z", True)):
        store.put(key, b"")
        if is_old:
            store.written[key] = old
    store.put(f"{PENDING}answer", b"")
    store.put("others/photo", b"")
    verified = _verify(store, _database(_named(1)))
    assert sorted(str(finding.key) for finding in verified.found) == [f"{CHECKS}z", f"{PREFIX}x"]
    assert {finding.fault for finding in verified.found} == {Fault.ORPHANED}
    assert (verified.unnamed_young, verified.pending_results, verified.others) == (1, 1, 1)


@pytest.mark.parametrize(
    ("sample", "documents", "looked_at"),
    [
        (Sample(count=3), 10, 3),
        (Sample(count=30), 10, 10),
        (Sample(count=0), 10, 1),
        (Sample(share=0.25), 10, 3),
        (Sample(share=0.3), 10, 3),
        (Sample(share=0.0), 10, 1),
        (Sample(share=1.0), 10, 10),
        (Sample(count=3), 0, 0),
    ],
)
def test_a_sample_is_a_number_or_a_share_rounded_up_and_one_at_least(
    sample: Sample, documents: int, looked_at: int
) -> None:
    assert sample.of(documents) == looked_at


def test_of_a_sample_only_its_own_objects_are_looked_at() -> None:
    named = [_named(1), _named(2)]
    store = _store(*named)
    orphan = f"{PREFIX}{document_id(1)}/orphan"
    for key in (orphan, f"{PREFIX}{document_id(2)}/orphan"):
        store.put(key, b"")
        store.written[key] = datetime.now(UTC) - timedelta(days=2)
    verified = _verify(store, _database(*named), Sample(count=1))
    assert (verified.documents, verified.all_documents) == (1, 2)
    assert [finding.key for finding in verified.found] == [orphan]


def test_progress_is_told_after_each_page() -> None:
    told: list[int] = []
    named = [_named(1)]
    Verify(_store(*named), _database(*named), GRACE)(None, lambda verified: told.append(verified.documents))
    assert told == [1]


@pytest.mark.parametrize(("fault", "is_original"), [(Fault.MISSING, True), (Fault.DISAGREES, False)])
def test_only_the_file_itself_mends_an_original(fault: Fault, is_original: bool) -> None:
    assert Finding(fault, "original", "").is_original is is_original
    assert not Finding(fault, "output", "").is_original
