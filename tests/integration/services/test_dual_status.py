"""The dual status: all or nothing, errors by id, and the same moves in Python and in the database."""

import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import product
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.dual_status import DEEP_SCAN_MOVES, DeepScanStatus, StagingStatus
from pipeline_core.domain.errors import StatusRefusedError
from pipeline_core.domain.ids import DocumentId, user_id_for
from pipeline_core.services.dual_status import read_status
from tests.support.through import receive, upload


@pytest.fixture
def documents(app: Pipeline) -> list[DocumentId]:
    files = [upload(f"{n}.md", f"# Room {n}\n\nRoom {n} is locked at night.\n") for n in range(3)]
    return list(receive(app, *files).documents)


def statuses(app: Pipeline, documents: list[DocumentId]) -> list[tuple[str, str | None]]:
    with app.open_uow() as uow:
        rows = uow.session.connection.execute(
            "SELECT staging_status, deep_scan_status FROM documents WHERE document_id = ANY(%s) "
            "ORDER BY array_position(%s, document_id)",
            [documents, documents],
        ).fetchall()
    return [(row[0], row[1]) for row in rows]


def events(app: Pipeline) -> list[dict[str, Any]]:
    with app.open_uow() as uow:
        rows = uow.session.connection.execute(
            "SELECT payload FROM events WHERE code = 'staging_status_set' ORDER BY event_id"
        ).fetchall()
    return [row[0] for row in rows]


def put(app: Pipeline, document_id: DocumentId, *steps: str) -> None:
    """Take a deep scan through these statuses."""
    with app.open_uow() as uow:
        for step in steps:
            uow.session.connection.execute(
                "UPDATE documents SET deep_scan_status = %s, deep_scan_error = %s WHERE document_id = %s",
                [step, "no use" if step == "Error" else None, document_id],
            )
        uow.commit()


def test_selecting_queues_a_deep_scan(app: Pipeline, documents: list[DocumentId]) -> None:
    changes = app.dual_status.set_status(documents, "selected", realm_id=app.realm_id, by="Ann")
    assert [change.document_id for change in changes] == documents
    assert statuses(app, documents) == [("Selected", "Queued")] * 3
    assert events(app)[0] == {
        "by": "Ann",
        "before": {"staging_status": "New", "deep_scan_status": None},
        "after": {"staging_status": "Selected", "deep_scan_status": "Queued"},
    }
    app.dual_status.set_status(documents, "Selected", realm_id=app.realm_id)
    assert len(events(app)) == 3  # nothing changed the second time
    app.dual_status.set_status([str(documents[0]).upper()], "not-a-fit", realm_id=app.realm_id)
    assert statuses(app, documents[:1]) == [("Not a Fit", None)]


def test_one_wrong_id_and_nothing_is_set(app: Pipeline, documents: list[DocumentId], make_pipeline: Any) -> None:
    other = make_pipeline(changes={"user_id": user_id_for("bob")})
    [theirs] = receive(other, upload("bobs.md")).documents
    unknown = uuid4()
    with pytest.raises(StatusRefusedError) as refused:
        app.dual_status.set_status([*documents, theirs, unknown, "nonsense"], "Chosen", realm_id=app.realm_id)
    assert refused.value.errors.keys() == {"status", "nonsense", str(theirs), str(unknown)}
    # whether another user has it is not told
    assert refused.value.errors[str(theirs)] == refused.value.errors[str(unknown)] == "there is no such document"
    assert refused.value.as_json()["errors"] == refused.value.errors
    assert pickle.loads(pickle.dumps(refused.value)).errors == refused.value.errors
    assert statuses(app, [*documents, theirs]) == [("New", None)] * 4
    for wrong in ([*documents, theirs], []):
        with pytest.raises(StatusRefusedError):
            app.dual_status.set_status(wrong, "Selected", realm_id=app.realm_id)
    assert statuses(app, [*documents, theirs]) == [("New", None)] * 4
    assert events(app) == []


def test_a_scan_that_ended_is_queued_anew_and_one_under_way_is_left_alone(
    app: Pipeline, documents: list[DocumentId]
) -> None:
    put(app, documents[0], "Queued", "Processing", "Error")
    put(app, documents[1], "Queued", "Processing", "Completed")
    put(app, documents[2], "Queued", "Processing")
    changes = app.dual_status.set_status(documents, "Selected", realm_id=app.realm_id)
    assert [change.deep_scan_status for change in changes] == ["Queued", "Queued", "Processing"]
    with app.open_uow() as uow:
        errors = uow.session.connection.execute("SELECT DISTINCT deep_scan_error FROM documents").fetchall()
    assert errors == [(None,)]


def test_a_scan_that_is_taken_back_leaves_the_document_where_it_was(app: Pipeline, documents: list[DocumentId]) -> None:
    put(app, documents[0], "Queued", "Processing", "Error")
    put(app, documents[1], "Queued", "Processing", "Completed")
    put(app, documents[2], "Queued", "Processing")
    app.dual_status.set_status(documents, "Selected", realm_id=app.realm_id)
    changes = app.dual_status.set_status(documents, "Archived", realm_id=app.realm_id)
    assert [change.is_taken_back for change in changes] == [True, True, False]
    assert statuses(app, documents) == [("Archived", "Error"), ("Archived", "Completed"), ("Archived", "Processing")]
    with app.open_uow() as uow:
        rows = uow.session.connection.execute(
            "SELECT deep_scan_error, deep_scan_was, deep_scan_error_was FROM documents ORDER BY deep_scan_error"
        ).fetchall()
    assert rows == [("no use", None, None), (None, None, None), (None, None, None)]
    # and once more, from where it is by now
    app.dual_status.set_status(documents[:2], "Selected", realm_id=app.realm_id)
    app.dual_status.set_status(documents[:2], "New", realm_id=app.realm_id)
    assert statuses(app, documents[:2]) == [("New", "Error"), ("New", "Completed")]


def test_two_who_set_the_same_documents_take_turns(
    make_pipeline: Callable[..., Pipeline], documents: list[DocumentId]
) -> None:
    apps = [make_pipeline() for _ in range(2)]
    both = threading.Barrier(2)

    def set_status(app: Pipeline, ids: list[DocumentId], status: str) -> None:
        both.wait(timeout=10)
        for _ in range(20):
            app.dual_status.set_status(ids, status, realm_id=app.realm_id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(set_status, apps, [documents, documents[::-1]], ["Selected", "Maybe"]))
    found = statuses(apps[0], documents)
    assert len(set(found)) == 1
    assert found[0] in {("Selected", "Queued"), ("Maybe", None)}


@pytest.mark.parametrize("text", ["Not a Fit", "not-a-fit", "NOT_A_FIT", " not  a fit "])
def test_a_status_is_known_however_it_is_written(text: str) -> None:
    assert read_status(text) is StagingStatus.NOT_A_FIT
    assert read_status(text + "ting") is None


def test_the_database_allows_the_same_moves(app: Pipeline, documents: list[DocumentId]) -> None:
    ways: dict[str | None, tuple[str, ...]] = {
        None: (),
        "Queued": ("Queued",),
        "Processing": ("Queued", "Processing"),
        "Completed": ("Queued", "Processing", "Completed"),
        "Error": ("Queued", "Processing", "Error"),
    }
    allowed = set()
    for source, target in product([None, *DeepScanStatus], repeat=2):
        with app.open_uow() as uow:
            run = uow.session.connection.execute
            for step in ways[source]:
                run("UPDATE documents SET deep_scan_status = %s WHERE document_id = %s", [step, documents[0]])
            with suppress(psycopg.errors.CheckViolation):
                run("UPDATE documents SET deep_scan_status = %s WHERE document_id = %s", [target, documents[0]])
                allowed.add((source, target))
    same = {(status, status) for status in (None, *DeepScanStatus)}
    assert allowed - same == DEEP_SCAN_MOVES
    assert same <= allowed
