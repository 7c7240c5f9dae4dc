"""Bytes that are in no place any more are not asked about beside those that took their place."""

from pathlib import Path

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import EncryptedDocumentError
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.failures import record_failures
from tests.support.folders import add_folder, sync, write
from tests.support.published import decide, drain, rows, standing, text_of, who_says
from tests.support.through import needs_work, publish, receive, through, upload

A, B, C = "The boiler is serviced every 12 months.", "The lift carries 12 people.", "The office opens at 8."
PLACE = "file:///a.md"


def waiting(app: Pipeline) -> list[str]:
    return [row.filename or "" for row in app.for_user(app.person).views.waiting_page([app.realm_id], limit=50)]


def test_only_the_newest_version_of_a_file_waits(manual: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    source = add_folder(manual, folder)
    for n in range(3):
        write(folder, {"a.md": text_of("A", f"{A} {n}"), "b.md": text_of("B", B)})
        sync(manual, source)
    assert sorted(waiting(manual)) == ["a.md", "b.md"]
    assert rows(manual, "SELECT outcome, count(*) FROM upload_jobs GROUP BY 1 ORDER BY 1") == [
        ("superseded", 2),
        (None, 2),
    ]
    told = rows(manual, "SELECT payload ->> 'newer' FROM events WHERE code = 'superseded_in_review' ORDER BY event_id")
    ids = rows(manual, "SELECT document_id::text FROM documents WHERE filename = 'a.md' ORDER BY created_at")
    assert told == ids[1:]


def test_going_back_to_old_bytes_asks_about_them_again(manual: Pipeline) -> None:
    [first] = publish(manual, upload("a.md", text_of("A", A), PLACE))
    [second] = publish(manual, upload("a.md", text_of("A", B), PLACE))
    assert standing(manual, first) == ("done", "matching_review", "superseded")
    assert publish(manual, upload("a.md", text_of("A", A), PLACE)) == [first]
    assert standing(manual, first) == ("awaiting_review", "matching_review", None)
    assert standing(manual, second)[2] == "superseded"


def test_one_that_is_published_ends_what_waits(app: Pipeline, manual: Pipeline) -> None:
    [first] = publish(manual, upload("a.md", text_of("A", A), PLACE))
    [second] = publish(app, upload("a.md", text_of("A", B), PLACE))
    assert standing(app, second)[2] == "published"
    assert standing(app, first)[2] == "superseded"


def test_what_comes_to_wait_after_its_successor_is_not_asked_about(manual: Pipeline) -> None:
    first = needs_work(manual, receive(manual, upload("a.md", text_of("A", A), PLACE)))
    publish(manual, upload("a.md", text_of("A", B), PLACE))
    through(manual, first)
    assert standing(manual, first[0])[2] == "superseded"
    assert waiting(manual) == ["a.md"]


def test_a_newer_one_that_fails_or_has_not_come_as_far_leaves_it(manual: Pipeline) -> None:
    [first] = publish(manual, upload("a.md", text_of("A", A), PLACE))
    newer = needs_work(manual, receive(manual, upload("a.md", text_of("A", B), PLACE)))
    batch, _ = through(manual, newer, until=StageName.CHUNKER)
    assert standing(manual, first)[0] == "awaiting_review"
    with manual.open_uow() as uow:
        failed = dict.fromkeys(batch.document_ids, EncryptedDocumentError("no use"))
        record_failures(uow, manual.settings, StageName.CHUNKER, failed, lease=batch.lease)
        uow.commit()
    assert waiting(manual) == ["a.md"]
    decide(manual, first)


def test_one_with_another_place_or_in_production_stays(manual: Pipeline) -> None:
    [first] = publish(manual, upload("a.md", text_of("A", A), PLACE))
    publish(manual, upload("copy.md", text_of("A", A), "file:///copy.md"))
    publish(manual, upload("a.md", text_of("A", B), PLACE))
    assert standing(manual, first)[0] == "awaiting_review"
    decide(manual, first)
    drain(manual)
    assert who_says(manual, A)
    publish(manual, upload("copy.md", text_of("A", C), "file:///copy.md"))
    assert standing(manual, first)[2] == "published"
