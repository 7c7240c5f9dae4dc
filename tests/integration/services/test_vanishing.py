"""Documents whose last file has vanished: by which source's policy, after which grace, and what keeps them."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConflictError, NotFoundError, RefusedError
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.domain.sources import Removal, SourceKind, Vanished
from pipeline_core.review.decisions import Decision, Request
from tests.support.folders import add_folder, sync, write
from tests.support.published import in_production, rows, standing, text_of, who_says
from tests.support.through import publish, upload

ALPHA = "The alpha office opens at 8 in the morning on Mondays."
BETA = "The beta boiler must be serviced every 12 months by an engineer."
GAMMA = "The gamma lift carries at most 12 people at a time."
FILES = {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA)}


def test_the_rule_waits_for_the_grace_and_says_why(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, FILES)
    source = add_folder(app, folder, grace=timedelta(seconds=1))
    sync(app, source)
    (folder / "a.md").unlink()
    assert sync(app, source).withdrawn == []
    assert app.vanishing().withdrawn == []
    [row] = app.sources.vanished(app.realm_id, "docs")
    assert (row.filename, row.facts, row.decision) == ("a.md", 1, None)
    time.sleep(max(0.0, (row.due_at - row.vanished_at).total_seconds()))
    assert len(app.vanishing().withdrawn) == 1
    assert in_production(app) == [("b.md", BETA)]
    [(by, reason)] = rows(app, "SELECT withdrawn_by, reason FROM withdrawals")
    assert (by, reason) == ("system", f"Its file vanished from the source “docs” on {row.vanished_at.date()}.")
    assert app.vanishing().withdrawn == []


def test_what_comes_back_within_the_grace_was_never_gone(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, FILES)
    source = add_folder(app, folder, grace=timedelta(days=1))
    sync(app, source)
    (folder / "a.md").unlink()
    sync(app, source)
    write(folder, {"again.md": FILES["a.md"]})
    assert sync(app, source).plan == {"copy": 1, "unchanged": 1}
    assert who_says(app, ALPHA) == ["again.md"]
    assert app.sources.vanished(app.realm_id) == []


def test_equal_bytes_elsewhere_keep_a_document(app: Pipeline, tmp_path: Path) -> None:
    """In another source, or uploaded: that is a place of its own; and it is shown by a name that it has now."""
    first, second = tmp_path / "one", tmp_path / "two"
    write(first, FILES)
    write(second, {"copy of a.md": FILES["a.md"], "c.md": text_of("C", GAMMA)})
    one, two = add_folder(app, first, "one"), add_folder(app, second, "two")
    sync(app, one)
    assert sync(app, two).plan == {"new": 1, "copy": 1}
    publish(app, upload("uploaded.md", FILES["b.md"]))
    (first / "a.md").unlink()
    (first / "b.md").unlink()
    write(first, {"d.md": text_of("D", "The delta desk is open until 6 in the evening.")})
    assert sync(app, one).withdrawn == []
    assert (who_says(app, ALPHA), who_says(app, BETA)) == (["copy of a.md"], ["uploaded.md"])
    (second / "copy of a.md").unlink()
    assert len(sync(app, two).withdrawn) == 1
    assert who_says(app, ALPHA) == []


def test_a_file_of_two_sources_vanishes_when_both_have_lost_it(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"below/a.md": FILES["a.md"], "below/b.md": FILES["b.md"], "c.md": text_of("C", GAMMA)})
    whole, part = add_folder(app, folder, "whole"), add_folder(app, folder / "below", "part")
    sync(app, whole)
    sync(app, part)
    app.sources.change(app.realm_id, "whole", exclude=["below/*"])
    assert sync(app, app.sources.show(app.realm_id, "whole")).plan == {"unchanged": 1, "vanished": 2}
    assert len(in_production(app)) == 3
    (folder / "below" / "a.md").unlink()
    sync(app, part)
    assert who_says(app, ALPHA) == []


def test_by_the_policy_keep_it_stays_and_a_renamed_file_shows_its_new_name(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, FILES)
    source = add_folder(app, folder, vanished=Vanished.KEEP)
    sync(app, source)
    (folder / "a.md").rename(folder / "renamed.md")
    sync(app, source)
    assert who_says(app, ALPHA) == ["renamed.md"]
    (folder / "renamed.md").unlink()
    sync(app, source)
    assert who_says(app, ALPHA) == ["renamed.md"]
    write(folder, {"third.md": FILES["a.md"]})
    sync(app, source)
    assert who_says(app, ALPHA) == ["third.md"]
    write(folder, {"third.md": text_of("C", GAMMA)})
    sync(app, source)
    assert (who_says(app, ALPHA), who_says(app, GAMMA)) == ([], ["third.md"])


def test_what_is_on_its_way_is_stopped(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, FILES)
    source = add_folder(app, folder, vanished=Vanished.REVIEW)
    app.sources.change(app.realm_id, "docs", choices={"workflow": "manual"})
    sync(app, app.sources.show(app.realm_id, "docs"))
    assert app.for_user(app.person).views.waiting_total([app.realm_id]) == 2
    app.sources.change(app.realm_id, "docs", choices={})
    source = app.sources.show(app.realm_id, "docs")
    (folder / "a.md").unlink()
    assert len(sync(app, source).withdrawn) == 1
    waiting = app.for_user(app.person).views.waiting_page([app.realm_id], limit=10)
    assert [row.filename for row in waiting] == ["b.md"], "nobody is asked about what has vanished"
    assert rows(app, "SELECT facts, published_at FROM withdrawals") == [(0, None)]
    write(folder, FILES)
    sync(app, source)
    waiting = app.for_user(app.person).views.waiting_page([app.realm_id], limit=10)
    assert sorted(row.filename for row in waiting) == ["a.md", "b.md"]


def test_a_worker_that_has_it_in_hand_is_waited_for(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, FILES)
    source = add_folder(app, folder)
    sync(app, source)
    [document_id] = [row.document_id for row in app.views.jobs(app.realm_id) if row.filename == "a.md"]
    app.retry(document_id, from_stage=None, by="Ann")
    batch = app.claim([document_id])
    with app.claim.released(batch):
        (folder / "a.md").unlink()
        assert app.sync_source(source).withdrawn == []
        app.run_through(batch)
    assert app.vanishing().withdrawn == [document_id]
    assert standing(app, document_id)[2] == "withdrawn"


@pytest.mark.parametrize(("removal", "left"), [(Removal.KEEP, 2), (Removal.VANISH, 0)])
def test_a_source_is_removed_with_or_without_its_documents(
    app: Pipeline, tmp_path: Path, removal: Removal, left: int
) -> None:
    folder = tmp_path / "docs"
    write(folder, FILES)
    source = add_folder(app, folder)
    sync(app, source)
    app.sources.remove(app.realm_id, "docs", removal)
    app.vanishing()
    assert len(in_production(app)) == left
    with pytest.raises(RefusedError, match="was removed"):
        app.sync_source(source)
    with pytest.raises(NotFoundError):
        app.sources.show(app.realm_id, "docs")
    again = add_folder(app, folder)
    sync(app, again)
    assert len(in_production(app)) == 2


def test_what_is_said_of_a_source_is_checked_and_on_record(app: Pipeline, tmp_path: Path) -> None:
    source = add_folder(app, tmp_path)
    with pytest.raises(ConflictError, match="already a source named docs"):
        add_folder(app, tmp_path)
    for wrong in ({"name": " "}, {"grace": timedelta(-1)}, {"every": timedelta(seconds=1)}, {"choices": {"speed": 1}}):
        with pytest.raises(RefusedError):
            app.sources.change(app.realm_id, "docs", **wrong)  # type: ignore[arg-type]
    app.sources.add(app.realm_id, SourceKind.S3, "bucket", "s3://bucket/prefix")
    with pytest.raises(ConflictError):
        app.sources.change(app.realm_id, source.source_id, name="bucket")
    changed = app.sources.change(app.realm_id, "docs", name="papers", every=timedelta(minutes=5), paused=True)
    assert (changed.name, changed.paused_at is not None) == ("papers", True)
    assert app.sources.due() == []
    app.sources.change(app.realm_id, "papers", paused=False)
    assert [due.name for due in app.sources.due()] == ["papers"]
    with pytest.raises(RefusedError, match="nobody goes before others"):
        app.for_user(app.person).sources.change(app.realm_id, "papers", choices={"priority": 5})
    codes = rows(app, "SELECT code FROM events WHERE type = 'source' ORDER BY event_id")
    assert codes == [("source_added",), ("source_added",), ("source_changed",), ("source_changed",)]


def test_a_persons_decision_is_theirs_even_by_the_owner(app: Pipeline, tmp_path: Path) -> None:
    """The database refuses to decide again."""
    folder = tmp_path / "docs"
    write(folder, FILES)
    source = add_folder(app, folder, vanished=Vanished.REVIEW)
    sync(app, source)
    (folder / "a.md").unlink()
    sync(app, source)
    [row] = app.sources.vanished(app.realm_id)
    with app.open_uow() as uow:
        uow.sources.decide_vanishings([row.document_id], "keep", Reviewer(app.realm_id, "Ann"))
        uow.commit()
    with app.open_uow() as uow, pytest.raises(Exception, match="decided before"):
        uow.session.connection.execute("UPDATE vanishings SET decision = 'withdraw', decided_by = 'Eve'")


def test_a_user_does_all_of_it_by_the_apis_role(make_pipeline: Callable[..., Pipeline], tmp_path: Path) -> None:
    app = make_pipeline(changes={"source_roots": str(tmp_path)})
    folder, user = tmp_path / "docs", app.for_user(app.person)
    write(folder, {**FILES, "c.md": text_of("C", GAMMA)})
    realm_id, by = user.realm_id, replace(user.reviewer, reason="The branch offices use it.")
    source = user.sources.add(realm_id, SourceKind.FOLDER, "docs", str(folder), vanished=Vanished.REVIEW)
    sync(app, source)
    for name in ("a.md", "b.md", "c.md"):
        (folder / name).unlink()
    assert sync(app, source).outcome == "waiting"
    user.sources.refuse_vanishing("docs", by=by)
    assert sync(app, source).outcome == "waiting"
    assert user.sources.confirm_vanishing("docs", by=by).decision == "confirmed"
    app.vanishing()
    assert user.views.waiting_total([realm_id]) == 3
    assert sorted(one.filename for one in app.reminders.overdue_reviews(0)) == ["a.md", "b.md", "c.md"]
    assert app.reminders.overdue_reviews(0) == []
    first, second, third = (row.document_id for row in user.sources.vanished(realm_id))
    user.review.decide(first, Request(Decision.KEEP, by))
    user.parking.park(second, Request(Decision.KEEP, by), 0.1)
    user.parking.park(third, Request(Decision.WITHDRAW, by), 0.1)
    assert user.views.waiting_total([realm_id]) == 0, "a decision about each is taken"
    time.sleep(0.2)
    app.parking.carry_out_due()
    assert [row.decision for row in user.sources.vanished(realm_id)] == ["keep", "keep", "withdraw"]
    assert len(in_production(app)) == 2
    assert [past.code for past in user.review.history(OfDocument(first), realm_id)] == [
        "review_overdue",
        "vanished_kept",
    ]
    user.sources.remove(realm_id, "docs", Removal.VANISH)
    app.vanishing()
    assert len(in_production(app)) == 2, "what a person kept stays"


def test_what_its_place_holds_now_waits_and_until_then_it_stands(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {**FILES, "copy.md": FILES["a.md"]})
    source = add_folder(app, folder)
    sync(app, source)
    source = app.sources.change(app.realm_id, "docs", choices={"workflow": "manual"})
    write(folder, {"a.md": text_of("C", GAMMA)})
    (folder / "copy.md").unlink()
    sync(app, source)
    app.vanishing()
    assert len(who_says(app, ALPHA)) == 1, "the new version is not let through yet"
    # the file of the new version goes as well: then neither stands
    (folder / "a.md").unlink()
    sync(app, source)
    assert in_production(app) == [("b.md", BETA)]
    assert rows(app, "SELECT outcome, count(*) FROM upload_jobs GROUP BY 1 ORDER BY 1") == [
        ("published", 1),
        ("withdrawn", 2),
    ]
