"""What verification found is mended from files where they stand, by running stages again, or left."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline_core.db.agreement import NamedObject
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobState, StageName
from pipeline_core.services.orphan_objects import OrphanObjects
from pipeline_core.services.repair import Repair, Repaired
from pipeline_core.services.verify import Fault, Finding
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import document_id, summary
from tests.support.memory_store import MemoryObjectStore

DATA = b"# Boats\n"
KEY = f"documents/{document_id(1)}/original/boats.md"
ORIGINAL = Finding(Fault.MISSING, "original", "not in the store", document_id(1), "boats.md", KEY)
OUTPUT = Finding(
    Fault.MISSING, "output", "not in the store", document_id(1), "boats.md", stages=frozenset({StageName.CHUNKER})
)


def _repair(
    *found: Finding, job: JobSummary | None = None, sources: list[str] | None = None, removed: list[str] | None = None
) -> tuple[Repaired, MemoryObjectStore, FakeDatabase]:
    job = job or summary(1)
    named = NamedObject(document_id(1), "boats.md", "original", None, KEY, len(DATA), sha256_hex(DATA))
    answers: dict[str, Any] = {
        "documents.find": {job.document_id: job},
        "agreement.named": [named],
        "agreement.sources": sources or [],
        "upkeep.are_objects_held": False,
        "upkeep.unnamed": removed or [],
    }
    store, database = MemoryObjectStore(), FakeDatabase(answers)
    grace = timedelta(0)
    repair = Repair(store, database, OrphanObjects(store, database, grace), grace)
    for key in ("documents/x", "documents/y"):
        store.put(key, b"")
    return repair(found, by="Ada"), store, database


def test_lost_outputs_are_made_again() -> None:
    repaired, _, database = _repair(OUTPUT)
    assert (repaired.queued, repaired.left) == ([document_id(1)], [])
    [given] = database.given("jobs.restart")
    assert (given["code"], given["by"]) == ("outputs_lost", "Ada")


def test_a_document_that_is_under_way_is_left() -> None:
    repaired, _, _ = _repair(OUTPUT, job=summary(1, JobState.WORKING))
    assert (repaired.queued, repaired.left) == ([], [OUTPUT])


def test_an_original_is_stored_again_from_the_first_place_that_has_its_bytes(tmp_path: Path) -> None:
    other, same = tmp_path / "other size.md", tmp_path / "boats one.md"
    torn = tmp_path / "torn.md"
    other.write_bytes(b"no")
    torn.write_bytes(b"x" * len(DATA))
    same.write_bytes(DATA)
    uris = ["upload:1/boats.md", (tmp_path / "gone.md").as_uri(), *(path.as_uri() for path in (other, torn, same))]
    repaired, store, _ = _repair(ORIGINAL, OUTPUT, sources=uris)
    assert store.objects[KEY] == DATA
    assert (repaired.stored_again, repaired.queued, repaired.left) == ([document_id(1)], [document_id(1)], [])


def test_without_its_file_nothing_of_a_document_is_run_in_vain() -> None:
    repaired, _, database = _repair(ORIGINAL, OUTPUT)
    assert repaired.left == [ORIGINAL, OUTPUT]
    assert "jobs.restart" not in database.names


def test_an_original_that_is_back_leaves_nothing_of_a_document_that_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "boats.md"
    path.write_bytes(DATA)
    repaired, _, _ = _repair(ORIGINAL, sources=[path.as_uri()])
    assert (repaired.stored_again, repaired.queued, repaired.left) == ([document_id(1)], [], [])


@pytest.mark.parametrize(
    ("removed", "left"), [(["documents/x", "documents/y"], []), (["documents/x"], ["documents/y"])]
)
def test_orphans_are_removed_and_those_that_stay_are_left(removed: list[str], left: list[str]) -> None:
    found = [Finding(Fault.ORPHANED, "object", "no row names it", key=key) for key in ("documents/x", "documents/y")]
    repaired, store, _ = _repair(*found, removed=removed)
    assert (repaired.removed, [finding.key for finding in repaired.left]) == (len(removed), left)
    assert list(store.objects) == left


def test_where_no_orphan_was_found_none_is_looked_for() -> None:
    _, store, database = _repair(OUTPUT)
    assert "upkeep.unnamed" not in database.names
    assert len(store.objects) == 2
