"""Random histories against a simple model: production as of each moment is what was recorded of it at the time.

A small part of what `make chaos` tries.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from tests.support.published import drain, rows
from tests.support.statements import execute
from tests.support.through import publish, upload

WHY = "because the history says so"
FACTS = [
    f"The {thing} must be {done} every {number} weeks by a certified person."
    for number, (thing, done) in enumerate(
        [
            ("lamp", "cleaned"), ("boiler", "serviced"), ("ladder", "inspected"), ("gauge", "read aloud"),
            ("awning", "repainted"), ("harness", "replaced"),
        ],
        start=3,
    )
]  # fmt: skip
Said = Mapping[DocumentId, frozenset[tuple[object, ...]]]


def recorded(app: Pipeline) -> tuple[datetime, Said]:
    """The moment, and what production says now, by document: every fact with its evidence."""
    [(moment,)] = rows(app, "SELECT clock_timestamp()")
    return moment, _by_document(
        rows(app, "SELECT document_id, question_id, statement, evidence::text, chunk_id FROM all_questions")
    )


def remembered(app: Pipeline, moment: datetime) -> Said:
    return _by_document(
        rows(app, "SELECT document_id, question_id, statement, evidence::text, chunk_id FROM facts_as_of(%s)", moment)
    )


def _by_document(found: list[tuple[Any, ...]]) -> Said:
    return {one: frozenset(row[1:] for row in found if row[0] == one) for one in {row[0] for row in found}}


class History:
    """Things that happen to documents, each by a service; ``named`` are the documents that there are."""

    def __init__(self, app: Pipeline, chooser: random.Random) -> None:
        self.app, self.chooser = app, chooser
        self.by = Reviewer(app.realm_id, "Ann", WHY)
        self.files = 0

    @property
    def documents(self) -> list[DocumentId]:
        return [one for (one,) in rows(self.app, "SELECT document_id FROM documents ORDER BY created_at, document_id")]

    def some(self) -> DocumentId:
        return self.chooser.choice(self.documents)

    def publish_new(self) -> None:
        """Publish a document of some facts, perhaps at a place where another stands."""
        self.files += 1
        text = "\n\n".join(self.chooser.sample(FACTS, self.chooser.randint(1, 4)))
        publish(self.app, upload(f"{self.files}.md", text, f"file:///{self.chooser.randint(1, 3)}.md"))

    def publish_again(self) -> None:
        """Publish a document again, perhaps without a fact that somebody rejects, or with one that was rejected."""
        document_id = self.some()
        status = self.chooser.choice(["", "rejected", "approved"])
        comes_from = "'imported', 'approved'" if status == "rejected" else "'rejected'"
        if status:
            execute(
                self.app,
                f"UPDATE staged_questions SET status = '{status}', reviewed_at = now(), decided_by_itself = true, "
                "reviewed_by = gen_random_uuid() WHERE question_id = (SELECT question_id FROM staged_questions "
                f"WHERE document_id = '{document_id}' AND status IN ({comes_from}) ORDER BY question_id LIMIT 1)",
            )
        self.app.retry(document_id, from_stage=None, by="Ann")

    def withdraw(self) -> None:
        """Withdraw a document; others take over what they say as well."""
        self.app.withdraw([self.some()], by=self.by)

    def revert(self) -> None:
        """Go back to a version of a document."""
        earlier = rows(
            self.app,
            "SELECT document_id, number FROM published_versions JOIN documents USING (document_id) "
            "WHERE published_at IS NOT NULL AND valid_to IS NOT NULL ORDER BY created_at, document_id, number",
        )
        document_id, number = self.chooser.choice(earlier or [(self.some(), 1)])
        self.app.revert(document_id, number, by=self.by)

    def change(self) -> None:
        """Change words by a plain statement, which nobody should."""
        execute(self.app, "UPDATE all_questions SET difficulty = coalesce(difficulty, '') || 'x'")

    def embed_again(self) -> None:
        """Touch every vector, which says nothing new."""
        execute(self.app, "UPDATE all_questions SET embedding = embedding")

    def step(self) -> str:
        happens: list[Callable[[], None]] = [
            self.publish_new, self.publish_new, self.publish_again, self.publish_again, self.withdraw, self.revert,
            self.revert, self.change, self.embed_again,
        ]  # fmt: skip
        act = self.publish_new if not self.documents else self.chooser.choice(happens)
        try:
            act()
        except PipelineError:
            return f"{act.__name__} (refused)"
        finally:
            drain(self.app)
        return act.__name__


def told_by_changes(app: Pipeline) -> Said:
    """Production as somebody knows it who follows what changed, and nothing else: ids of facts by document."""
    known: dict[DocumentId, set[object]] = {}
    for document_id, came, went, changed in rows(
        app,
        "SELECT document_id, facts_came, facts_went, facts_changed FROM knowledge_changes ORDER BY xact_id, change_id",
    ):
        have = known.setdefault(document_id, set())
        assert not have & set(came), "nothing comes twice"
        assert set(went) <= have, "nothing goes that was not there"
        assert set(changed) <= have
        have |= set(came)
        have -= set(went)
    return {document_id: frozenset((one,) for one in ids) for document_id, ids in known.items() if ids}


SEEDS = [pytest.param(10), *(pytest.param(seed, marks=pytest.mark.chaos) for seed in range(11, 31))]


@pytest.mark.parametrize("seed", SEEDS)
def test_production_as_of_each_moment_is_what_it_said_then(app: Pipeline, seed: int) -> None:
    history = History(app, random.Random(seed))
    then: list[tuple[datetime, Said]] = []
    done: list[str] = []
    for _ in range(14):
        done.append(history.step())
        then.append(recorded(app))
    for moment, said in then:
        assert remembered(app, moment) == said, done
    ids = {one: frozenset((row[0],) for row in facts) for one, facts in recorded(app)[1].items()}
    assert told_by_changes(app) == ids, done
    wrong = rows(
        app,
        # versions follow one another, and say how many facts they had
        "SELECT v.document_id, v.number FROM published_versions v WHERE v.facts <> (SELECT count(*) FROM "
        "facts_as_of(v.valid_from) f WHERE f.document_id = v.document_id) OR EXISTS (SELECT FROM published_versions o "
        "WHERE o.document_id = v.document_id AND o.number > v.number "
        "AND (v.valid_to IS NULL OR o.valid_from < v.valid_to))",
    )
    assert wrong == [], done
