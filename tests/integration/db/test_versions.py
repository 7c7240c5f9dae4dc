"""The database remembers what production said, by whatever statement it changed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client
from pipeline_core.domain.errors import NotFoundError, NotPublishedError, RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.search import Hit
from pipeline_core.domain.search import SearchMode
from tests.support.banks import BANK
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
    assert versions(app, new) == [(2, "published", None, 2, 2, 0)], "numbers of one place go on"
    of_user = app.for_user(app.person, realm_id=app.realm_id).versions
    assert [(one.document_id, one.number) for one in of_user(new)] == [(new, 2), (old, 1)]
    diff = of_user.diff(new)
    assert ([one.statement for one in diff.added], [one.statement for one in diff.gone]) == ([THIRD], [SECOND])
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


def test_a_search_as_of_a_day_finds_what_was_said_then(app: Pipeline) -> None:
    [old] = publish(app, upload("policy.md", text_of("Policy", FIRST, SECOND), "file:///policy.md"))
    before = moment(app)
    [new] = publish(app, upload("new.md", text_of("Policy", THIRD), "file:///policy.md"))
    for mode in SearchMode:
        now = app.search.answer(app.realm_id, "When must a theft be reported to the police?", mode=mode)
        then = app.search.answer(app.realm_id, "When must a theft be reported to the police?", mode=mode, as_of=before)
        assert SECOND not in [fact.statement for hit in now.hits for fact in hit.facts]
        [said] = [fact.then for hit in then.hits for fact in hit.facts if fact.statement == SECOND]
        assert said is not None
        assert (said.version, said.until is None, said.since < before) == (1, False, True)
        assert then.hits[0].filename == "policy.md"
    for document_id in (old, new):
        exported = app.export.read(document_id, realm_id=app.realm_id, as_of=before)
        assert {fact.statement for fact in exported.facts} == {FIRST, SECOND}
        assert (exported.document_id, exported.filename, len(exported.chunks) > 0) == (old, "policy.md", True)
    exported = app.export.read(new, realm_id=app.realm_id, as_of=moment(app))
    assert {fact.statement for fact in exported.facts} == {THIRD}
    with pytest.raises(NotPublishedError, match="was not published on"):
        app.export.read(old, realm_id=app.realm_id, as_of=moment(app))
    with pytest.raises(RefusedError, match="is remembered from"):
        app.search.answer(app.realm_id, "theft", as_of=before - timedelta(days=400))


@pytest.mark.parametrize("kind", [None, "fact", "passage"])
@pytest.mark.parametrize("mode", list(SearchMode))
def test_what_is_as_it_was_is_found_as_it_is_found_now(app: Pipeline, mode: SearchMode, kind: str | None) -> None:
    publish(app, upload("guide.md", text_of("Guide", FIRST, SECOND, THIRD)))
    asked = "When must a theft be reported to the police?"
    now = app.search.answer(app.realm_id, asked, mode=mode, kind=kind).nearest
    then = app.search.answer(app.realm_id, asked, mode=mode, kind=kind, as_of=moment(app)).nearest

    def told(hits: list[Hit]) -> list[tuple[Any, ...]]:
        found = [(one, hit.id) for hit in hits for one in (hit, *hit.facts)]
        return [
            (hit, one.id, one.statement, one.words, one.similarity and round(one.similarity, 5)) for one, hit in found
        ]

    assert told(then) == told(now) != []


def test_a_version_of_other_content_is_counted_as_it_is_compared(app: Pipeline) -> None:
    publish(app, upload("policy.md", f"{FIRST}\n\n{SECOND}\n", "file:///policy.md"))
    other = SECOND.replace("24 hours", "48 hours")
    [new] = publish(app, upload("policy.md", f"{FIRST}\n\n{other}\n\n{THIRD}\n", "file:///policy.md"))
    execute(app, f"UPDATE all_questions SET statement = '{SECOND}' WHERE statement = '{other}'")

    of_user = app.for_user(app.person, realm_id=app.realm_id).versions
    listed = of_user(new)
    counts = [(one.number, one.facts, one.facts_came, one.facts_went, one.facts_changed) for one in listed]
    assert counts == [(3, 3, 0, 0, 1), (2, 3, 1, 0, 1), (1, 2, 2, 0, 0)]
    for one in listed:
        diff = of_user.diff(new, newer=one.number)
        assert diff.newer == one
        assert (len(diff.added), len(diff.gone), len(diff.reworded)) == counts[3 - one.number][2:]


@pytest.mark.parametrize("number", [0, -1, 99, 10**20])
def test_a_version_that_is_not_there_is_named(app: Pipeline, number: int) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    of_user = app.for_user(app.person, realm_id=app.realm_id).versions
    for asked in ((number, 1), (1, number), (number, None), (None, number)):
        with pytest.raises(NotFoundError, match=f"There is no version {number} of a.md.") as error:
            of_user.diff(document_id, *asked)
        assert error.value.what_to_do == "`pipeline versions` lists them."


def test_two_versions_are_compared_fact_by_fact(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", "\n\n".join((FIRST, SECOND, THIRD))))
    execute(app, f"DELETE FROM all_questions WHERE statement = '{THIRD}'")
    other = SECOND.replace("24 hours", "48 hours")
    execute(app, f"UPDATE all_questions SET statement = '{other}' WHERE statement = '{SECOND}'")

    of_user = app.for_user(app.person, realm_id=app.realm_id).versions
    diff = of_user.diff(document_id, 1, 3)
    assert [fact.statement for fact in diff.gone] == [THIRD]
    assert [(one.before.statement, one.after.statement) for one in diff.reworded] == [(SECOND, other)]
    assert (list(diff.added), diff.unchanged) == ([], 1)
    assert [version.number for version in of_user(document_id)] == [3, 2, 1]
    last, first = of_user.diff(document_id), of_user.diff(document_id, newer=1)
    assert (last.older and last.older.number, first.older, len(first.added)) == (2, None, 3)


def test_what_left_is_forgotten_after_as_many_days_as_are_set(app: Pipeline) -> None:
    publish(app, upload("a.md", "\n\n".join((FIRST, SECOND, THIRD))))
    before = moment(app)
    execute(app, f"DELETE FROM all_questions WHERE statement = '{THIRD}'")
    assert app.prune_history.versions(0) == 0
    assert app.prune_history.versions(7) == 0
    assert said_on(app, before) == {FIRST, SECOND, THIRD}
    with app.open_uow() as uow:
        uow.session.connection.execute("SET LOCAL ROLE NONE")
        for table in ("past_questions", "published_versions"):
            uow.session.connection.execute(
                f"UPDATE {table} SET valid_from = valid_from - interval '9 days', "
                "valid_to = valid_to - interval '9 days' WHERE valid_to IS NOT NULL".encode()
            )
        uow.session.connection.execute("UPDATE memory_reach SET since = since - interval '30 days'")
        uow.commit()
    assert app.prune_history.versions(7) == 2
    with pytest.raises(RefusedError, match="is remembered from"):
        app.search.answer(app.realm_id, "theft", as_of=before - timedelta(days=8))
    assert app.search.answer(app.realm_id, "theft police", as_of=moment(app)).hits
    assert rows(app, "SELECT code FROM events WHERE type = 'pruned'") == [("versions_pruned",)]


def test_a_document_that_moves_takes_its_past_along_and_is_told_in_both_realms(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", f"{FIRST}\n\n{SECOND}\n"))
    before = moment(app)
    execute(app, f"DELETE FROM all_questions WHERE statement = '{SECOND}'")
    client = Client(app=app)
    realm = client.realms.create("team")
    client.move(document_id, to="team")

    query = "SELECT statement FROM facts_as_of(%s) WHERE realm_id = %s ORDER BY 1"
    assert rows(app, query, before, realm.realm_id) == [(SECOND,), (FIRST,)]
    assert rows(app, query, before, app.realm_id) == []
    assert [row[:2] for row in versions(app, document_id)] == [(1, "published"), (2, "changed")]
    told = rows(
        app,
        "SELECT realm_id, kind, cardinality(facts_came), cardinality(facts_went) FROM knowledge_changes "
        "WHERE document_id = %s ORDER BY change_id DESC LIMIT 2",
        document_id,
    )
    assert sorted(told, key=str) == sorted(
        [(realm.realm_id, "published", 1, 0), (app.realm_id, "withdrawn", 0, 1)], key=str
    )


def test_questions_of_a_bank_are_remembered_too(app: Pipeline) -> None:
    by = Reviewer(app.realm_id, "Ann")
    staged = app.staging.stage_bank(BANK.encode(), "bank.md", by=by).batch
    assert staged is not None
    app.staging.approve_questions(staged.batch_id, None, by=by)
    app.staging.import_approved(staged.batch_id, by=by)
    before = moment(app)
    questions = len(said_by_questions(app, before))
    assert questions > 0
    execute(
        app, "DELETE FROM all_questions WHERE question_id = (SELECT min(question_id::text)::uuid FROM all_questions)"
    )

    assert len(said_by_questions(app, before)) == questions
    assert len(said_by_questions(app, moment(app))) == questions - 1
    told = rows(app, "SELECT batch_id, kind, document_id FROM knowledge_changes ORDER BY change_id")
    assert told == [(staged.batch_id, "published", None), (staged.batch_id, "changed", None)]


def said_by_questions(app: Pipeline, at: Any) -> list[tuple[Any, ...]]:
    return rows(app, "SELECT question FROM facts_as_of(%s) WHERE document_id IS NULL", at)
