"""The database remembers what production said, by whatever statement it changed."""

from typing import Any
from uuid import UUID

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from tests.support.published import drain, rows, text_of
from tests.support.statements import execute
from tests.support.through import publish, upload

WHY = "it was recalled by its maker"
FIRST = "The bicycle must be locked to a fixed object whenever it is left outside."
SECOND = "Members must report a theft to the police within 24 hours of discovering it."
THIRD = "Claims are paid within thirty days of the last document that was asked for."


def versions(app: Pipeline, document_id: DocumentId) -> list[tuple[Any, ...]]:
    return rows(
        app,
        "SELECT number, origin, ended, facts, facts_came, facts_went FROM published_versions WHERE document_id = %s "
        "ORDER BY number",
        document_id,
    )


def changes(app: Pipeline, document_id: DocumentId) -> list[tuple[str, int | None, int, int, int]]:
    return rows(
        app,
        "SELECT kind, version, cardinality(facts_came), cardinality(facts_went), cardinality(facts_changed) "
        "FROM knowledge_changes WHERE document_id = %s ORDER BY change_id",
        document_id,
    )


def moment(app: Pipeline) -> Any:
    return rows(app, "SELECT clock_timestamp()")[0][0]


def said_on(app: Pipeline, at: Any) -> set[str]:
    return {said for (said,) in rows(app, "SELECT statement FROM facts_as_of(%s)", at)}


def test_each_publication_is_a_version(app: Pipeline) -> None:
    [old] = publish(app, upload("policy.md", text_of("Policy", FIRST, SECOND), "file:///policy.md"))
    before = moment(app)
    [new] = publish(app, upload("policy.md", text_of("Policy", FIRST, THIRD), "file:///policy.md"))

    assert said_on(app, before) == {FIRST, SECOND}
    assert said_on(app, moment(app)) == {FIRST, THIRD}
    assert versions(app, old) == [(1, "published", "replaced", 2, 2, 0)]
    assert versions(app, new) == [(1, "published", None, 2, 2, 0)]
    assert changes(app, old) == [("published", 1, 2, 0, 0), ("replaced", 1, 0, 2, 0)]
    assert rows(app, "SELECT replaced_by FROM published_versions WHERE document_id = %s", old) == [(new,)]


def test_what_is_withdrawn_and_taken_over(app: Pipeline) -> None:
    [first] = publish(app, upload("a.md", text_of("One", FIRST, SECOND)))
    [second] = publish(app, upload("b.md", text_of("Two", FIRST, THIRD)))
    before = moment(app)
    app.withdraw([first], by=Reviewer(app.realm_id, "Ann", WHY))

    assert said_on(app, before) == {FIRST, SECOND, THIRD}
    assert versions(app, first) == [(1, "published", "withdrawn", 2, 2, 0)]
    assert versions(app, second) == [(1, "published", "changed", 1, 1, 0), (2, "changed", None, 2, 1, 0)]
    assert changes(app, second)[-1] == ("changed", 2, 1, 0, 0)
    [row] = rows(app, "SELECT ended_name, end_reason FROM published_versions WHERE document_id = %s", first)
    assert row == ("Ann", WHY)


def test_the_same_again_is_a_version_and_no_copy(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", text_of("One", FIRST, SECOND)))
    app.retry(document_id, from_stage=None, by="Ann")
    drain(app)

    assert versions(app, document_id)[-1][0] == 2
    assert rows(app, "SELECT count(*) FROM past_questions") == [(0,)]


def test_whatever_statement_changes_a_row_is_noted(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", text_of("One", FIRST)))
    before = moment(app)
    execute(app, f"UPDATE all_questions SET statement = '{THIRD}'")

    assert (said_on(app, before), said_on(app, moment(app))) == ({FIRST}, {THIRD})
    assert changes(app, document_id)[-1] == ("changed", 2, 0, 0, 1)
    execute(app, "UPDATE all_questions SET embedding = embedding")
    assert len(versions(app, document_id)) == 2


def test_an_erased_document_takes_its_past_along(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", text_of("One", FIRST)))
    execute(app, f"UPDATE all_questions SET statement = '{THIRD}'")
    facts: list[UUID] = [one for (one,) in rows(app, "SELECT question_id FROM all_questions")]
    execute(app, "DELETE FROM documents")

    assert rows(app, "SELECT count(*) FROM past_questions") == [(0,)]
    assert rows(app, "SELECT kind, facts_went FROM knowledge_changes ORDER BY change_id DESC LIMIT 1") == [
        ("erased", facts)
    ]
    assert said_on(app, moment(app)) == set()
    assert versions(app, document_id) == []
