"""A source is kept in step: what is new, changed, moved and gone there is so in production, by its policy."""

import os
from pathlib import Path
from threading import Event, Thread

import pytest

from pipeline_core.adapters.sources import READERS
from pipeline_core.adapters.sources.folder import FolderReader
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    ConflictError,
    ErasedBeforeError,
    NotFoundError,
    SourceUnavailableError,
    StillWrittenError,
)
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.sources import RunOutcome, SourceKind, Vanished
from pipeline_core.review.decisions import Decision, Request
from tests.support.erasing import erase, places_of
from tests.support.folders import add_folder, sync, write
from tests.support.published import in_production, rows, text_of, who_says

ALPHA = "The alpha office opens at 8 in the morning on Mondays."
BETA = "The beta boiler must be serviced every 12 months by an engineer."
GAMMA = "The gamma lift carries at most 12 people at a time."


def test_new_changed_moved_and_gone(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "below/b.md": text_of("B", BETA)})
    source = add_folder(app, folder)
    first = sync(app, source)
    assert (first.plan, first.outcome) == ({"new": 2}, RunOutcome.DONE)
    assert (who_says(app, ALPHA), who_says(app, BETA)) == (["a.md"], ["b.md"])

    write(folder, {"a.md": text_of("A", GAMMA)})
    (folder / "below" / "b.md").rename(folder / "renamed.md")
    second = sync(app, source)
    assert second.plan == {"changed": 1, "moved": 1}
    assert (who_says(app, ALPHA), who_says(app, GAMMA), who_says(app, BETA)) == ([], ["a.md"], ["renamed.md"])
    assert [(one.name, one.was) for one in second.planned if one.was] == [("renamed.md", "below/b.md")]

    (folder / "renamed.md").unlink()
    third = sync(app, source)
    assert third.plan["vanished"] == 1
    assert len(third.withdrawn) == 1
    assert who_says(app, BETA) == []
    write(folder, {"renamed.md": text_of("B", BETA)})
    assert sync(app, source).plan["returned"] == 1
    assert who_says(app, BETA) == ["renamed.md"]


def test_what_vanished_is_asked_about_and_decided(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA), "c.md": text_of("C", GAMMA)})
    source = add_folder(app, folder, vanished=Vanished.REVIEW)
    sync(app, source)
    (folder / "a.md").unlink()
    (folder / "b.md").unlink()
    assert sync(app, source).withdrawn == []
    views = app.for_user(app.person).views
    rows = views.waiting_page([app.realm_id], limit=10)
    assert [(row.kind, row.filename, row.published) for row in rows] == [
        ("vanished", "a.md", 1),
        ("vanished", "b.md", 1),
    ]
    assert rows[0].reason == "Its file has vanished from the source “docs”: 1 fact stays published until you decide."
    first, second = [row.document_id for row in rows]
    assert first
    assert second
    by = Reviewer(app.realm_id, "Ann", "It is used by the branch offices.")
    app.review.decide(first, Request(Decision.KEEP, by))
    app.review.decide(second, Request(Decision.WITHDRAW, by))
    assert views.waiting_total([app.realm_id]) == 0
    assert (who_says(app, ALPHA), who_says(app, BETA)) == (["a.md"], [])
    with pytest.raises(AlreadyDecidedError, match="Ann decided “keep” about a"):
        app.review.decide(first, Request(Decision.KEEP, by))
    assert sync(app, source).plan == {"unchanged": 1}
    assert who_says(app, ALPHA) == ["a.md"]
    # what was withdrawn because its file was gone is published again when it is back
    write(folder, {"b.md": text_of("B", BETA)})
    sync(app, source)
    assert who_says(app, BETA) == ["b.md"]


def test_what_a_person_withdrew_while_its_file_stands_stays_withdrawn(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA)})
    source = add_folder(app, folder)
    sync(app, source)
    [document_id] = [row.document_id for row in app.views.jobs(app.realm_id) if row.filename == "a.md"]
    app.withdraw([document_id], by=Reviewer(app.realm_id, "Ann", "It was sent to us by mistake."))
    write(folder, {"a.md": text_of("A", ALPHA), "copy.md": text_of("A", ALPHA)})
    assert sync(app, source).plan == {"copy": 1, "unchanged": 2}
    assert who_says(app, ALPHA) == []


def test_much_that_is_missing_waits_for_a_person(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    texts = {f"{n}.md": text_of(str(n), f"The boiler {n} must be serviced every {n + 2} months.") for n in range(20)}
    write(folder, texts)
    source = add_folder(app, folder)
    sync(app, source)
    for n in range(10):
        (folder / f"{n}.md").unlink()
    asked = sync(app, source)
    assert (asked.outcome, asked.plan, len(in_production(app))) == ("waiting", {"unchanged": 10, "vanished": 10}, 20)
    assert app.sources.show(app.realm_id, "docs").missing == 10
    by = Reviewer(app.realm_id, "Ann")
    assert app.sources.refuse_vanishing("docs", by=by).decision == "refused"
    app.vanishing()
    assert len(in_production(app)) == 20
    write(folder, {"0.md": texts["0.md"]})
    # nine are not as many as a person is asked about
    (folder / "11.md").unlink()
    assert sync(app, source).outcome == "waiting"
    with pytest.raises(NotFoundError):
        app.sources.confirm_vanishing("other", by=by)
    assert app.sources.confirm_vanishing("docs", by=by).decided_by == "Ann"
    assert len(app.vanishing().withdrawn) == 10
    assert len(in_production(app)) == 10
    with pytest.raises(AlreadyDecidedError, match="confirmed by Ann"):
        app.sources.confirm_vanishing("docs", by=by)


def test_a_listing_that_fails_changes_nothing(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA)})
    source = add_folder(app, folder)
    sync(app, source)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(SourceUnavailableError, match="cannot be seen"):
        app.sync_source(source)
    [last, _] = app.sources.runs(app.realm_id, "docs")
    assert (last.outcome, (last.error or {})["message"]) == (
        "failed",
        f"The folder {folder} cannot be seen: No such file or directory.",
    )
    # what it is on is not mounted: nothing is there at all
    folder.mkdir()
    assert sync(app, source).outcome == "waiting"
    assert len(in_production(app)) == 2
    folder.rmdir()
    (tmp_path / "elsewhere").rename(folder)
    assert (sync(app, source).outcome, len(in_production(app))) == ("done", 2)
    assert app.sources.show(app.realm_id, "docs").missing == 0


def test_a_dry_run_plans_the_same_and_stores_nothing(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA), "c.md": text_of("C", GAMMA)})
    source = add_folder(app, folder)
    assert app.sync_source.plan(source).plan == {"new": 3}
    assert app.views.jobs(app.realm_id) == []
    sync(app, source)
    write(folder, {"a.md": text_of("A", "It says something else, which is 7 times as long.")})
    (folder / "b.md").rename(folder / "moved.md")
    write(folder, {"copy.md": text_of("C", GAMMA), "empty.md": ""})
    (folder / "c.md").unlink()
    before = rows(app, "SELECT count(*) FROM events")
    planned = app.sync_source.plan(source)
    assert planned.plan == {"changed": 1, "moved": 2, "refused": 1}
    assert rows(app, "SELECT count(*) FROM events") == before
    assert [(one.change, one.name, one.was) for one in app.sync_source(source).planned] == [
        (one.change, one.name, one.was) for one in planned.planned
    ]


def test_what_cannot_be_taken_is_as_it_was_and_read_again_when_it_changes(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA)})
    source = add_folder(app, folder)
    sync(app, source)
    write(folder, {"a.md": ""})
    (folder / "link.md").symlink_to("/etc/passwd")
    assert sync(app, source).plan == {"unchanged": 1, "refused": 2}
    assert sync(app, source).plan == {"unchanged": 1, "refused": 2}, "they are told of each time"
    assert who_says(app, ALPHA) == ["a.md"]
    assert [(row.name, row.error is not None) for row in app.sources.items(app.realm_id, "docs", state="unread")] == [
        ("a.md", True),
        ("link.md", True),
    ]
    write(folder, {"a.md": text_of("A", GAMMA)})
    (folder / "link.md").unlink()
    sync(app, source)
    assert (who_says(app, ALPHA), who_says(app, GAMMA)) == ([], ["a.md"])
    assert app.sources.show(app.realm_id, "docs").unread == 0


def test_what_is_still_written_to_is_looked_at_again_and_left_if_it_grows(
    app: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline_core.services.reading_order.QUIET_WITHIN_S", 0.5)
    monkeypatch.setitem(READERS, SourceKind.FOLDER, lambda p, _: FolderReader(p.uri, p.means, coarse_s=0.3))
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA)})
    source = add_folder(app, folder)
    sync(app, source)
    torn, stop = folder / "a.md", Event()

    def grow() -> None:
        while not stop.wait(0.05):
            torn.write_text(torn.read_text() + "\nAnd one more line of it.\n")

    torn.write_text(text_of("A", GAMMA)[:12])
    writer = Thread(target=grow)
    writer.start()
    try:
        left = app.sync_source(source)
    finally:
        stop.set()
        writer.join()
    assert left.plan == {"unseen": 1, "unchanged": 1}
    assert [type(one.error) for one in left.planned] == [StillWrittenError]
    assert who_says(app, ALPHA) == ["a.md"]
    assert app.sources.show(app.realm_id, "docs").unread == 1
    torn.write_text(text_of("A", GAMMA))
    assert sync(app, source).plan == {"changed": 1, "unchanged": 1}, "it was quiet within the sync"
    assert who_says(app, GAMMA) == ["a.md"]


def test_a_folder_below_that_cannot_be_read_breaks_the_listing_off(
    app: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "closed/b.md": text_of("B", BETA)})
    source = add_folder(app, folder)
    sync(app, source)
    (folder / "a.md").unlink()
    scandir = os.scandir

    def closed(path: str) -> object:
        if path.endswith("closed/"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", closed)
    with pytest.raises(SourceUnavailableError, match="closed/ cannot be read: Permission denied"):
        app.sync_source(source)
    assert len(in_production(app)) == 2


def test_one_sync_at_a_time_and_a_lost_one_is_taken_up(app: Pipeline, tmp_path: Path) -> None:
    source = add_folder(app, tmp_path / "docs")
    with app.open_uow() as uow:
        uow.sources.begin_run(source.source_id, worker=app.worker.name)
        uow.commit()
    with pytest.raises(ConflictError, match="docs is being synced since"):
        app.sync_source(source)
    with app.open_uow() as uow:
        uow.session.connection.execute("UPDATE source_runs SET worker = 'nobody'")
        uow.commit()
    write(tmp_path / "docs", {"a.md": text_of("A", ALPHA)})
    assert sync(app, source).plan == {"new": 1}
    assert [run.outcome for run in app.sources.runs(app.realm_id, "docs")] == ["done", "failed"]


def test_equal_bytes_in_two_places_have_two_names(app: Pipeline, tmp_path: Path) -> None:
    """Search and export show a name that these bytes have now, and each name is found."""
    folder = tmp_path / "docs"
    write(folder, {"a/rules.md": text_of("A", ALPHA), "b/contract.md": text_of("A", ALPHA)})
    source = add_folder(app, folder)
    assert sync(app, source).plan == {"new": 1, "copy": 1}
    write(folder, {"a/rules.md": text_of("A", BETA)})
    sync(app, source)
    assert (who_says(app, ALPHA), who_says(app, BETA)) == (["contract.md"], ["rules.md"])
    hit = app.search(app.realm_id, "When does the alpha office open?")[0]
    assert (hit.filename, hit.also_named) == ("contract.md", [])
    document_id = app.views.resolve_document(app.realm_id, "contract.md")
    assert app.views.resolve_document(app.realm_id, "rules.md") != document_id
    write(folder, {"c/again.md": text_of("A", ALPHA)})
    sync(app, source)
    assert app.views.resolve_document(app.realm_id, "again.md") == document_id
    hit = app.search(app.realm_id, "When does the alpha office open?")[0]
    assert (hit.filename, hit.also_named) == ("contract.md", ["again.md"])


def test_what_was_erased_is_not_taken_in_again_until_a_person_does(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA)})
    source = add_folder(app, folder)
    sync(app, source)
    [(erased,)] = rows(app, "SELECT document_id FROM documents WHERE filename = 'a.md'")
    erase(app, erased)
    again = sync(app, source)
    assert again.plan == {"refused": 1, "unchanged": 1}
    [left] = again.planned
    assert isinstance(left.error, ErasedBeforeError)
    assert who_says(app, ALPHA) == []
    assert places_of(app, app.settings.database_url, "a.md") == []
    assert app.sync_source.plan(source).plan == again.plan

    [received] = app.intake.receive_groups([folder / "a.md"], realm_id=app.realm_id)
    assert list(received.documents) == [erased]
    assert sync(app, source).plan == {"copy": 1, "unchanged": 1}


def test_what_never_was_taken_in_goes_without_a_word_and_what_moved_has_not_vanished(
    app: Pipeline, tmp_path: Path
) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA), "empty.md": ""})
    source = add_folder(app, folder)
    sync(app, source)
    (folder / "empty.md").unlink()
    (folder / "b.md").rename(folder / "moved.md")
    assert sync(app, source).plan == {"moved": 1, "unchanged": 1}
    row = app.sources.show(app.realm_id, "docs")
    assert (row.items, row.gone, row.unread) == (2, 0, 0)
    write(folder, {"empty.md": text_of("C", GAMMA)})
    assert sync(app, source).plan == {"new": 1, "unchanged": 2}


def test_a_dry_run_looks_at_types_too(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.docx": "PK\x03\x04" + "\0" * 60})
    source = add_folder(app, folder)
    planned = app.sync_source.plan(source)
    assert planned.plan == app.sync_source(source).plan == {"new": 1, "refused": 1}
