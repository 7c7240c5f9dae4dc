"""A source is kept in step: what is new, changed, moved and gone there is so in production, by its policy."""

from pathlib import Path

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.sources import RunOutcome
from tests.support.folders import add_folder, sync, write
from tests.support.published import text_of, who_says

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
