"""Files are taken in once: checked, stored, and registered with where they stand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import DatabaseUnavailableError, StoreUnavailableError
from pipeline_core.domain.ids import DocumentId, document_id_for, sha256_hex
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.wished import NOTHING_WISHED, Wished
from pipeline_core.ports.object_store import StoredObject
from pipeline_core.services.intake import Intake, Received, Upload
from pipeline_core.settings import Settings
from pipeline_core.stages.registry import BY_NAME
from tests.support.fake_database import FakeDatabase, in_turn
from tests.support.jobs import REALM, job_id, summary
from tests.support.memory_store import MemoryObjectStore
from tests.support.stage_context import stage_contexts

BOATS, OARS = Upload("boats.md", b"# Boats\n"), Upload("oars.md", b"# Oars\n", "web:oars")


def _id(data: bytes) -> DocumentId:
    return document_id_for(REALM, sha256_hex(data))


def _database(known: dict[DocumentId, str] | None = None, **answers: Any) -> FakeDatabase:
    def register(documents: Sequence[Document], **_: Any) -> set[DocumentId]:
        return {document.document_id for document in documents}

    return FakeDatabase(
        {
            "documents.ids_of": lambda _realm, sums: {one: document_id_for(REALM, one) for one in sums},
            "erasures.refused": set(),
            "documents.originals": known or {},
            "documents.register": register,
            "documents.sources_left": [],
            **answers,
        }
    )


def _intake(database: FakeDatabase, store: MemoryObjectStore | None = None, **settings: Any) -> Intake:
    of = Settings(**settings)
    return Intake(of, store or MemoryObjectStore(), stage_contexts(of), database)


def _receive(intake: Intake, *files: Path | Upload, wished: Wished = NOTHING_WISHED) -> Received:
    return intake.receive(files, realm_id=REALM, wished=wished)


def test_new_files_are_stored_and_then_registered_with_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "on disk.md"
    path.write_bytes(b"# On disk\n")
    database, store = _database(), MemoryObjectStore()
    received = _receive(_intake(database, store), BOATS, OARS, path)
    ids = [_id(BOATS.data), _id(OARS.data), _id(b"# On disk\n")]
    assert list(received.documents) == ids
    assert received.new == set(ids)
    assert sorted(store.objects.values()) == [b"# Boats\n", b"# Oars\n", b"# On disk\n"]
    [given] = database.given("documents.register")
    assert [document.mime for document in given["documents"]] == ["text/markdown"] * 3
    [placed] = database.given("documents.set_sources")
    uris = [place.uri for place in placed["sources"]]
    assert uris == [f"upload:{ids[0]}/boats.md", "web:oars", path.resolve().as_uri()]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (Upload("empty.md", b""), "empty_file"),
        (Upload("large.md", b"x" * 101), "file_too_large"),
        (Upload("program.exe", b"MZ\x90\x00" + b"\x00" * 60), "unsupported_type"),
        (Path("/no/such/file.md"), "unreadable_file"),
    ],
)
def test_a_file_that_is_not_taken_says_why_and_harms_no_other(file: Path | Upload, code: str) -> None:
    database = _database()
    received = _receive(_intake(database, max_file_bytes=100), file, BOATS)
    assert [error.code for _, error in received.refused] == [code]
    assert received.new == {_id(BOATS.data)}


def test_the_same_content_twice_is_one_document_with_a_copy() -> None:
    database = _database()
    received = _receive(_intake(database), BOATS, Upload("copy.md", BOATS.data))
    assert (len(received.documents), received.copies) == (1, [("copy.md", "boats.md")])
    assert len(database.given("documents.register")[0]["documents"]) == 1


def test_nothing_but_refusals_opens_no_transaction_to_register() -> None:
    database = _database()
    _receive(_intake(database), Upload("empty.md", b""))
    assert {"documents.register", "documents.set_sources", "commit"}.isdisjoint(database.names)


@pytest.mark.parametrize(("kept", "is_mended"), [(BOATS.data, False), (b"other bytes", True), (None, True)])
def test_a_known_original_is_stored_again_only_where_the_store_has_lost_it(kept: bytes | None, is_mended: bool) -> None:
    key = f"documents/{_id(BOATS.data)}/original/boats.md"
    store = MemoryObjectStore()
    if kept is not None:
        store.put(key, kept)
    database = _database({_id(BOATS.data): key}, **{"documents.register": set()})
    received = _receive(_intake(database, store), BOATS)
    assert (received.mended, received.new) == ({_id(BOATS.data)} if is_mended else set(), set())
    assert store.objects == {key: BOATS.data}


class _FullStore(MemoryObjectStore):
    def put(self, key: str, data: bytes) -> StoredObject:
        raise StoreUnavailableError("no room")


def test_a_store_that_takes_nothing_refuses_each_file_as_an_answer_to_a_request() -> None:
    received = _receive(_intake(_database(), _FullStore()), BOATS)
    [(name, error)] = received.refused
    assert (name, error.code) == ("boats.md", "store_unavailable")
    assert "Try again once it answers" in error.what_to_do


def test_content_that_is_there_under_another_id_is_refused() -> None:
    database = _database(**{"documents.register": set(), "documents.originals": in_turn({}, {})})
    received = _receive(_intake(database), BOATS)
    assert received.documents == {}
    [(name, error)] = received.refused
    assert (name, error.message) == ("boats.md", "The same content already exists under another document id.")


def test_a_document_that_came_meanwhile_is_known() -> None:
    mine = {_id(BOATS.data): "documents/x"}
    database = _database(**{"documents.register": set(), "documents.originals": in_turn({}, mine)})
    received = _receive(_intake(database), BOATS)
    assert (list(received.documents), received.new, received.refused) == ([_id(BOATS.data)], set(), [])


@pytest.mark.parametrize("is_there", [True, False])
def test_places_that_a_file_has_left_are_given_up_once_nothing_stands_there(tmp_path: Path, is_there: bool) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    new.write_bytes(BOATS.data)
    if is_there:
        old.write_bytes(b"# Other\n")
    elsewhere = Path("/no/such/folder/a.md").as_uri()
    database = _database(**{"documents.sources_left": [old.as_uri(), "upload:1/a.md", elsewhere]})
    _receive(_intake(database), new)
    gone = [given["uris"] for given in database.given("documents.vacate")]
    assert gone == ([] if is_there else [[old.as_uri()]])


def test_a_group_that_the_database_cut_off_is_taken_again() -> None:
    register = in_turn(DatabaseUnavailableError(), {_id(BOATS.data)})
    database = _database(**{"documents.register": register})
    [received] = _intake(database).receive_groups([BOATS], realm_id=REALM)
    assert received.new == {_id(BOATS.data)}


def test_groups_bound_the_memory() -> None:
    database, store = _database({_id(BOATS.data): "documents/x"}, **{"documents.register": set()}), MemoryObjectStore()
    store.put("documents/x", BOATS.data)
    many = [Upload(f"{n}.md", BOATS.data) for n in range(201)]
    groups = list(_intake(database, store).receive_groups(many, realm_id=REALM))
    assert [len(group.copies) for group in groups] == [199, 0]


def test_a_known_document_is_judged_by_the_policy_that_is_wished_for() -> None:
    known = summary(1)
    database = _database(
        {_id(BOATS.data): "documents/x"},
        **{
            "documents.register": set(),
            "documents.find": {known.document_id: known},
            "documents.stale_stages": {known.document_id: StageName.CHUNKER},
            "documents.stale_comparisons": set(),
        },
    )
    store = MemoryObjectStore()
    store.put("documents/x", BOATS.data)
    _receive(_intake(database, store), BOATS, wished=Wished(publish_from=0.9))
    # what was done under other settings is done anew from there, and not only from the facts
    assert database.given("jobs.restart")[0]["targets"] == {job_id(1): BY_NAME[StageName.CHUNKER].restarts_at}
