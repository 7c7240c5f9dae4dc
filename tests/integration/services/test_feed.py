"""Whoever follows the feed of changes misses nothing, gets nothing twice, and is told when that cannot be."""

import random
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client
from pipeline_core.domain.errors import ChangesGoneError, NotFoundError, NotPublishedError, RefusedError
from pipeline_core.domain.feed import Mark
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.realms import Person
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.feed import KnowledgeChange
from pipeline_core.services.feed import ChangeFeed, Changes, prune_changes
from tests.support.erasing import erase
from tests.support.index import Index
from tests.support.published import drain, rows, text_of
from tests.support.through import publish, upload
from tests.support.two_users import BOB

WHY = "It was sent to us by mistake."
FACTS = [
    "The bicycle must be locked to a fixed object whenever it is left outside.",
    "Members must report a theft to the police within 24 hours of discovering it.",
    "Claims are paid within thirty days of the last document that was asked for.",
    "The alpha office opens at 8 in the morning on Mondays.",
    "The beta boiler must be serviced every 12 months by an engineer.",
]


def read(app: Pipeline, since: str | None = None, cursor: str | None = None, limit: int = 1000) -> Changes:
    return app.feed.read(app.realm_id, since=since, cursor=cursor, limit=limit)


def told(items: Iterable[KnowledgeChange]) -> list[tuple[str, str | None, int, int]]:
    return [(one.kind, one.filename, len(one.facts_came), len(one.facts_went)) for one in items]


def production(app: Pipeline) -> dict[UUID, str]:
    return dict(rows(app, "SELECT question_id, statement FROM all_questions"))


def as_owner(url: str, statement: str) -> None:
    with psycopg.connect(url) as owner:
        owner.execute("SET session_replication_role = replica; SET search_path TO upload_pipeline, public")
        owner.execute(statement.encode())


def index_of(app: Pipeline) -> Index:
    query = "SELECT question_id, statement FROM all_questions WHERE question_id = ANY(%s)"
    return Index(lambda ids: dict(rows(app, query, list(ids))))


def test_changes_are_told_once_in_their_order(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", text_of("One", *FACTS[:2])))
    publish(app, upload("b.md", text_of("Two", FACTS[2])))
    app.withdraw([document_id], by=Reviewer(app.realm_id, "Ann", WHY))
    expected = [("published", "a.md", 2, 0), ("published", "b.md", 1, 0), ("withdrawn", "a.md", 0, 2)]
    everything = read(app)
    assert (told(everything.items), everything.has_more) == (expected, False)
    assert read(app, everything.mark.text).items == []
    mark, one_by_one = None, []
    while (page := read(app, mark, limit=1)).items:
        one_by_one += page.items
        mark = page.mark.text
    assert told(one_by_one) == expected
    assert app.feed.one(app.realm_id, one_by_one[0].change_id) == one_by_one[0]


def test_what_is_committed_late_is_told_late_and_once(app: Pipeline, database_url: str) -> None:
    publish(app, upload("a.md", text_of("One", FACTS[0])))
    mark = read(app).mark.text
    with psycopg.connect(database_url) as late:
        late.execute("UPDATE upload_pipeline.all_questions SET statement = 'said late'")
        [other] = publish(app, upload("b.md", text_of("Two", FACTS[1])))
        first = read(app, mark)
        assert told(first.items) == [("published", "b.md", 1, 0)]
        empty = read(app, first.mark.text)
        assert empty.items == []
    app.withdraw([other], by=Reviewer(app.realm_id, "Ann", WHY))
    for since in (first.mark.text, empty.mark.text):
        then = read(app, since)
        assert told(then.items) == [("changed", "a.md", 0, 0), ("withdrawn", "b.md", 0, 1)]
        assert then.items[0].change_id < first.items[0].change_id
    assert read(app, then.mark.text).items == []
    assert len(read(app).items) == 4


def test_what_is_late_keeps_the_limit_and_is_told_once(app: Pipeline, database_url: str) -> None:
    documents = publish(app, *(upload(f"{at}.md", text_of("One", fact)) for at, fact in enumerate(FACTS)))
    newest = read(app).mark
    # as of somebody who has seen none of what was before
    page = read(app, replace(newest, seen="3:3:").text, "index", limit=2)
    with psycopg.connect(database_url) as late:
        late.execute("UPDATE upload_pipeline.all_questions SET statement = 'said late'")
    app.withdraw(documents[:1], by=Reviewer(app.realm_id, "Ann", WHY))
    told_ids: list[int] = []
    while page.items:
        assert len(page.items) <= 2
        told_ids += [one.change_id for one in page.items]
        assert page.has_more or len(page.items) < 2
        page = read(app, page.mark.text, "index", limit=2)
    everything = [one.change_id for one in read(app).items]
    assert sorted(told_ids) == sorted(everything)
    assert len(told_ids) > len(FACTS)


@pytest.mark.parametrize("change", [{"seen": "999999999:999999999:"}, {"after": 2**62}])
def test_a_mark_that_was_never_given_is_refused(app: Pipeline, change: dict[str, Any]) -> None:
    publish(app, upload("a.md", text_of("One", FACTS[0])))
    with pytest.raises(RefusedError, match="never given"):
        read(app, replace(read(app).mark, **change).text, "index")
    assert app.feed.cursors(app.realm_id) == []


def test_a_change_that_is_rolled_back_is_not_told(app: Pipeline, database_url: str) -> None:
    publish(app, upload("a.md", text_of("One", FACTS[0])))
    with psycopg.connect(database_url) as gone:
        gone.execute("UPDATE upload_pipeline.all_questions SET statement = 'never said'")
        mark = read(app).mark.text
        gone.rollback()
    assert read(app, mark).items == []


def test_a_named_cursor_is_confirmed_by_asking_and_not_by_reading(app: Pipeline) -> None:
    publish(app, upload("a.md", text_of("One", FACTS[0])))
    publish(app, upload("b.md", text_of("Two", FACTS[1])))
    assert app.feed.cursors(app.realm_id) == []
    first = read(app, cursor="index", limit=1)
    assert read(app, cursor="index", limit=1) == first, "nothing was confirmed"
    second = read(app, first.mark.text, "index", limit=1)
    assert [one.filename for one in second.items] == ["b.md"]
    assert read(app, cursor="index").items == second.items, "the first was"
    [cursor] = app.feed.cursors(app.realm_id)
    assert (cursor.name, cursor.behind) == ("index", 1)
    read(app, second.mark.text, "index")
    # the request before, once more, and late
    read(app, first.mark.text, "index", limit=1)
    assert read(app, cursor="index").items == []
    app.feed.forget(app.realm_id, "index")
    assert len(read(app, cursor="index").items) == 2
    with pytest.raises(NotFoundError) as not_there:
        app.feed.forget(app.realm_id, "index")
    assert not_there.value.http_what_to_do == "`GET /api/v2/changes/cursors` lists yours."
    others = ChangeFeed(app.open_uow, Person(BOB, "Bob"))
    read(app, first.mark.text, "index")
    assert others.cursors(app.realm_id) == [], "each has names of their own"


def test_a_document_that_moves_leaves_one_realm_and_comes_to_the_other(app: Pipeline) -> None:
    team = Client(app=app).realms.create("team").realm_id
    [document_id] = publish(app, upload("a.md", text_of("One", *FACTS[:2])))
    here = read(app).mark.text
    Client(app=app).move(document_id, "team")
    assert told(read(app, here).items) == [("withdrawn", None, 0, 2)]
    there = app.feed.read(team, limit=10)
    assert told(there.items) == [("published", "a.md", 2, 0)]


def test_now_is_a_mark_too(app: Pipeline) -> None:
    publish(app, upload("a.md", text_of("One", FACTS[0])))
    mark = read(app, "now").mark.text
    publish(app, upload("b.md", text_of("Two", FACTS[1])))
    assert [one.filename for one in read(app, mark).items] == ["b.md"]


@pytest.mark.parametrize("since", ["x", "????", "MzozOg", Mark(UUID(int=1), BOB, 1, "5:3:").text])
def test_a_mark_that_is_none_is_refused(app: Pipeline, since: str) -> None:
    with pytest.raises(RefusedError):
        read(app, since)


@pytest.mark.parametrize("seen", ["3:3:", "1:9:2,5", "8:9:8"])
def test_a_mark_says_what_it_says(app: Pipeline, seen: str) -> None:
    mark = Mark(UUID(int=1), app.realm_id, 2**62, seen)
    assert Mark.read(mark.text) == mark
    with pytest.raises(ChangesGoneError, match="restored"):
        read(app, mark.text)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "é"])
def test_a_name_that_is_none_is_refused(app: Pipeline, name: str) -> None:
    with pytest.raises(RefusedError):
        read(app, cursor=name or " ")


def test_what_is_removed_is_said_to_whoever_has_not_seen_it(app: Pipeline, database_url: str) -> None:
    publish(app, upload("a.md", text_of("One", FACTS[0])))
    behind, seen = read(app, cursor="behind").mark.text, None
    publish(app, upload("b.md", text_of("Two", FACTS[1])))
    seen = read(app, behind, "ahead").mark.text
    assert prune_changes(app.open_uow, 0) == prune_changes(app.open_uow, 1) == 0
    as_owner(database_url, "UPDATE knowledge_changes SET at = at - interval '3 days'")
    assert prune_changes(app.open_uow, 2) == 2
    for since, cursor in ((None, None), (behind, None), (None, "behind"), (None, "ahead")):
        with pytest.raises(ChangesGoneError):
            read(app, since, cursor)
    assert read(app, seen).items == [], "who had them goes on"
    publish(app, upload("c.md", text_of("Three", FACTS[2])))
    assert [one.filename for one in read(app, seen).items] == ["c.md"]
    now = read(app, "now", "behind").mark.text
    assert read(app, now, "behind").items == []


def test_after_a_restore_everybody_begins_anew(app: Pipeline, database_url: str) -> None:
    publish(app, upload("a.md", text_of("One", FACTS[0])))
    mark = read(app).mark.text
    read(app, mark, "index")
    with app.open_uow() as uow:
        uow.feed.begin_anew()
        uow.commit()
    # the transactions of a restored database are those of another server: there they may be yet to come
    as_owner(database_url, "UPDATE knowledge_changes SET xact_id = '1000000000000'")
    for since, cursor in ((mark, None), (None, "index")):
        with pytest.raises(ChangesGoneError, match="restored"):
            read(app, since, cursor)
    everything = read(app)
    assert [one.filename for one in everything.items] == ["a.md"]
    assert read(app, everything.mark.text).items == []
    read(app, "now", "index")
    assert read(app, cursor="index").items == []


def _say_something_late(url: str, stopping: threading.Event, dice: random.Random) -> None:
    """Change words of published facts in transactions that stay open while others come and go."""
    count = 0
    while not stopping.is_set():
        with suppress(psycopg.Error), psycopg.connect(url) as connection:
            connection.execute("SET lock_timeout = '50ms'; SET search_path TO upload_pipeline, public, extensions")
            count += 1
            connection.execute(
                "UPDATE all_questions SET statement = %s WHERE question_id = (SELECT question_id FROM all_questions "
                "ORDER BY random() LIMIT 1)",
                [f"said late, for the {count}. time"],
            )
            stopping.wait(dice.uniform(0, 0.3))
            if dice.random() < 0.3:
                connection.rollback()
        stopping.wait(0.01)


@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.chaos), pytest.param(3, marks=pytest.mark.chaos)]
)
def test_an_index_stays_in_step_by_the_feed_alone(
    app: Pipeline, make_pipeline: Callable[..., Pipeline], database_url: str, seed: int
) -> None:
    dice = random.Random(seed)
    consumer, stopping = make_pipeline(), threading.Event()
    index = index_of(consumer)

    def follow() -> None:
        with consumer.open_uow():  # its connections are made here
            pass
        for page in consumer.feed.each(app.realm_id, cursor="index", limit=3, wait=lambda: not stopping.wait(0.01)):
            for change in page.items:
                index.apply(change)

    late = threading.Thread(target=_say_something_late, args=(database_url, stopping, random.Random(seed)))
    following = threading.Thread(target=follow)
    for thread in (late, following):
        thread.start()
    known: list[DocumentId] = []
    for step in range(14):
        what = dice.choice(["publish", "publish", "replace", "withdraw", "again", "erase"])
        # one that was erased takes earlier contents of its file along
        with suppress(NotPublishedError, NotFoundError):
            if what in ("publish", "replace") or not known:
                place = f"file:///{dice.randrange(3)}.md" if what == "replace" else f"file:///new-{step}.md"
                text = text_of(f"Step {step}", *dice.sample(FACTS, 2), f"Rule {step} holds for everybody since then.")
                known += publish(app, upload(f"{step}.md", text, place))
            elif what == "withdraw":
                app.withdraw([dice.choice(known)], by=Reviewer(app.realm_id, "Ann", WHY))
            elif what == "again":
                app.retry(dice.choice(known), from_stage=None, by="Ann")
                drain(app)
            else:
                gone = known.pop(dice.randrange(len(known)))
                erase(app, gone)
    stopping.set()
    for thread in (late, following):
        thread.join()

    for page in consumer.feed.each(app.realm_id, cursor="index", limit=3):
        for change in page.items:
            index.apply(change)
    assert index.facts == production(app)
    assert len(set(index.applied)) >= 8
    everything = [one.change_id for one in read(app).items]
    assert set(everything) == set(index.applied)
