"""Equal bytes at several places are one document, which is known by each of its names."""

from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.search import SearchMode
from tests.support.through import needs_work, publish, receive, through, upload

RULES = "The tenant of this house must pay the cleaning fee of $90 within ten days."
OTHER = "The tenant of this house must water the garden every evening in July."


def text(paragraph: str) -> str:
    return f"# Rules\n\n{paragraph}\n"


def written(path: Path, paragraph: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text(paragraph))
    return path


def named(app: Pipeline, name: str) -> DocumentId:
    job = app.views.job(app.realm_id, app.views.resolve_job(app.realm_id, name))
    return DocumentId(job["document_id"])


def sources(app: Pipeline, words: str) -> set[tuple[str, tuple[str, ...]]]:
    """The names that search gives for what says the words."""
    hits = app.search(app.realm_id, words, limit=5, mode=SearchMode.HYBRID)
    return {(hit["filename"], tuple(hit["also_named"])) for hit in hits if words in (hit["evidence"] or "")}


def test_both_names_are_known_and_the_one_that_goes_is_forgotten(app: Pipeline, tmp_path: Path) -> None:
    first, second = written(tmp_path / "a" / "rules.md", RULES), written(tmp_path / "b" / "contract.md", RULES)
    received = receive(app, first, second)
    assert received.copies == [(str(second), str(first))]
    [document] = needs_work(app, received)
    through(app, [document])
    assert named(app, "rules.md") == named(app, "contract.md") == document
    assert sources(app, RULES) == {("rules.md", ("contract.md",))}
    [row] = app.views.jobs(app.realm_id)
    assert (row["filename"], row["also_named"]) == ("rules.md", ["contract.md"])

    [other] = publish(app, written(first, OTHER))
    assert sources(app, RULES) == {("contract.md", ())}
    assert (named(app, "rules.md"), named(app, "contract.md")) == (other, document)
    exported = app.export.read(document, realm_id=app.realm_id)
    assert (exported["filename"], exported["also_named"]) == ("contract.md", [])


def test_a_name_that_comes_later_is_known_too(app: Pipeline) -> None:
    [document] = publish(app, upload("first.md", text(RULES)))
    receive(app, upload("second.md", text(RULES)))
    receive(app, upload("second.md", text(RULES)))
    assert named(app, "second.md") == named(app, "first.md") == document
    assert sources(app, RULES) == {("first.md", ("second.md",))}


def test_an_upload_is_a_place_that_nothing_else_takes(app: Pipeline) -> None:
    [document] = publish(app, upload("rules.md", text(RULES)))
    publish(app, upload("rules.md", text(OTHER)))
    assert sources(app, RULES) == {("rules.md", ())}
    with pytest.raises(NotFoundError, match=r"rules\.md could be any of"):
        named(app, "rules.md")
    assert named(app, str(document)) == document


def test_a_document_under_another_name_is_not_converted_again(app: Pipeline, tmp_path: Path) -> None:
    first, second = written(tmp_path / "rules.md", RULES), written(tmp_path / "terms.txt", RULES)
    [document] = publish(app, first, second)
    publish(app, written(first, OTHER))
    app.retry(document, from_stage=None, by="test")
    through(app, [document])
    [stage] = [
        one for one in app.views.job(app.realm_id, app.views.resolve_job(app.realm_id, str(document)))["stages"]
        if one["stage_name"] == "markdown-conversion"
    ]  # fmt: skip
    assert stage["runs"] == 1
