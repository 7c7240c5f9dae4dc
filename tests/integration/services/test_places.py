"""Where a file stands decides which of its versions is published: one for each place, and none without one."""

from pathlib import Path
from typing import Any

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.support.published import drain, who_says
from tests.support.through import needs_work, publish, receive, through, upload

ALPHA = "The alpha office opens at 8 in the morning on Mondays."
BETA = "The beta boiler must be serviced every 12 months by an engineer."
BOTH = "Members must report every loss to the service office within thirty days."
HERE, THERE = "file:///docs/here.md", "file:///docs/there.md"


def text(*paragraphs: str) -> str:
    return "# Notes\n\n" + "\n\n".join(paragraphs) + "\n"


def restarts(app: Pipeline, document_id: DocumentId) -> list[Any]:
    with app.open_uow() as uow:
        found = uow.session.connection.execute(
            "SELECT code FROM events WHERE document_id = %s AND type = 'restarted' ORDER BY event_id", [document_id]
        ).fetchall()
    return [code for (code,) in found]


def test_known_content_takes_the_place_of_what_stood_there(app: Pipeline) -> None:
    """A file is overwritten by a copy of another one, whose content is published already."""
    [alpha] = publish(app, upload("here.md", text(ALPHA), HERE))
    publish(app, upload("there.md", text(BETA), THERE))

    received = receive(app, upload("there.md", text(ALPHA), THERE))
    assert needs_work(app, received) == [alpha]
    through(app, [alpha])

    assert who_says(app, BETA) == []
    assert who_says(app, ALPHA) == ["here.md"]
    assert restarts(app, alpha) == ["place_taken"]
    assert needs_work(app, receive(app, upload("there.md", text(ALPHA), THERE))) == []


def test_what_the_displaced_one_said_first_is_still_said(app: Pipeline) -> None:
    publish(app, upload("there.md", text(BETA, BOTH), THERE))
    [alpha] = publish(app, upload("here.md", text(ALPHA, BOTH), HERE))
    assert who_says(app, BOTH) == ["there.md"]

    through(app, needs_work(app, receive(app, upload("there.md", text(ALPHA, BOTH), THERE))))
    drain(app)

    assert who_says(app, BOTH) == ["here.md"]
    assert who_says(app, BETA) == []
    assert restarts(app, alpha) == ["place_taken", "exact_duplicate_gone"]


def test_a_document_with_another_place_left_is_not_displaced(app: Pipeline) -> None:
    publish(app, upload("here.md", text(ALPHA), HERE))
    publish(app, upload("there.md", text(BETA), THERE))
    publish(app, upload("third.md", text(BETA), "file:///docs/third.md"))
    assert needs_work(app, receive(app, upload("there.md", text(ALPHA), THERE))) == []
    # and is shown by the name that it has there
    assert who_says(app, BETA) == ["third.md"]


def test_a_file_that_goes_back_to_its_old_words_is_published_again(app: Pipeline) -> None:
    [first] = publish(app, upload("here.md", text(ALPHA), HERE))
    publish(app, upload("here.md", text(BETA), HERE))
    publish(app, upload("here.md", text(ALPHA), HERE))
    assert (who_says(app, ALPHA), who_says(app, BETA)) == (["here.md"], [])
    assert restarts(app, first) == ["place_taken"]


def written(folder: Path, name: str, *paragraphs: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text(*paragraphs))
    return folder / name


def test_a_renamed_file_that_changes_leaves_no_old_version(app: Pipeline, tmp_path: Path) -> None:
    publish(app, written(tmp_path, "draft.md", ALPHA))
    (tmp_path / "draft.md").rename(tmp_path / "final.md")
    assert needs_work(app, receive(app, tmp_path / "final.md")) == []
    publish(app, written(tmp_path, "final.md", BETA))
    assert (who_says(app, ALPHA), who_says(app, BETA)) == ([], ["final.md"])


def test_an_old_version_goes_with_its_last_copy(app: Pipeline, tmp_path: Path) -> None:
    copy = written(tmp_path, "copy.md", ALPHA)
    publish(app, written(tmp_path, "guide.md", ALPHA), copy)
    publish(app, written(tmp_path, "guide.md", BETA))
    assert len(who_says(app, ALPHA)) == 1
    copy.unlink()
    publish(app, tmp_path / "guide.md")
    assert (who_says(app, ALPHA), who_says(app, BETA)) == ([], ["guide.md"])


def test_a_copy_in_a_folder_that_cannot_be_seen_stays(app: Pipeline, tmp_path: Path) -> None:
    away = written(tmp_path / "share", "copy.md", ALPHA)
    publish(app, written(tmp_path, "guide.md", ALPHA), away)
    (tmp_path / "share").rename(tmp_path / "unmounted")
    publish(app, written(tmp_path, "guide.md", BETA))
    assert len(who_says(app, ALPHA)) == 1


def test_a_deleted_file_stays_published(app: Pipeline, tmp_path: Path) -> None:
    """Deleting is not deciding: only newer content at its place takes a document's own."""
    publish(app, written(tmp_path, "guide.md", ALPHA), written(tmp_path, "other.md", BETA))
    (tmp_path / "guide.md").unlink()
    publish(app, tmp_path / "other.md")
    assert who_says(app, ALPHA) == ["guide.md"]
