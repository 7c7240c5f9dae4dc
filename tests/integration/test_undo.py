"""Undoing what was done to a fact or a pair: exactly what was there before, in documents and in question banks."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import (
    ConflictError,
    RefusedError,
)
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.review import OfBatch, OfDocument, Reviewer, StagedFact, StagedPair, Where
from pipeline_core.review.decisions import Resolution
from tests.integration.test_review import park
from tests.through import publish, upload

S = QuestionStatus
RULES = (
    "# Rules\n\nMembers must report every loss to the service office within thirty days.\n\n"
    "The pool closes at ten in the evening on every day of the week.\n\n"
    "Guests must sign the visitors' book before they enter the building.\n"
)
ALIKE = RULES.replace("every loss", "each loss").replace("closes at ten", "shuts at ten")
BANK = "## Rules\n\n### How long does a claim take?\n\nTen days.\n\n### Who signs the form?\n\nThe owner signs it.\n"
BANK_ALIKE = (
    "## Rules\n\n### How long does one claim take?\n\nTen days.\n\n### Who signs this form?\n\nThe owner signs it.\n"
)
COUNTED = ("version", "changed_by", "changed_at")


def by(app: Pipeline, name: str = "Ann") -> Reviewer:
    return Reviewer(app.user_id, name)


def everything(url: str) -> dict[str, list[Any]]:
    """All facts, pairs, remembered decisions and counts, but for how often and by whom they were changed."""
    with psycopg.connect(url) as connection:
        return {
            table: sorted(
                str(sorted((name, value) for name, value in row.items() if name not in COUNTED))
                for (row,) in connection.execute(f"SELECT to_jsonb(t) FROM upload_pipeline.{table} t".encode())
            )
            for table in ("staged_questions", "staging_duplicates", "duplicate_decisions", "upload_batch_counts")
        }


def facts(app: Pipeline, where: Where) -> list[StagedFact]:
    return app.review.facts(where, app.user_id)


def pairs(app: Pipeline, where: Where) -> list[StagedPair]:
    return app.review.pairs(where, app.user_id)


def bank(app: Pipeline, text: str = BANK, name: str = "bank.md") -> BatchId:
    staged = app.staging.stage_bank(text.encode(), name, by=app.user_id)
    assert staged.batch is not None
    return staged.batch.batch_id


def document(app: Pipeline) -> Where:
    """It waits, and is like one that waits and like one that is published."""
    publish(app, upload("first.md", RULES))
    park(app, "other.md", ALIKE + "\nVisitors park their cars behind the main building only.\n")
    return OfDocument(park(app, "second.md", ALIKE))


def question_bank(app: Pipeline) -> Where:
    bank(app, BANK_ALIKE, "other.md")
    return OfBatch(bank(app))


def act(app: Pipeline, where: Where, choose: random.Random) -> tuple[str, UUID] | None:
    """Do something to a fact or a pair; None if it is refused."""
    fact, there = choose.choice(facts(app, where)), pairs(app, where)
    kind = choose.choice(["approve", "reject", "edit", "resolve"])
    try:
        if kind in ("approve", "reject"):
            to = S.APPROVED if kind == "approve" else S.REJECTED
            change = app.review.decide_facts(where, [fact.question_id], to, by=by(app))
        elif kind == "edit":
            words = {"question": f"What is rule {choose.randrange(99)}?", "answer": f"It is {choose.randrange(99)}."}
            change = app.review.edit(where, fact.question_id, words, by=by(app))
        else:
            pair, to_what = choose.choice(there), choose.choice(list(Resolution))
            change = app.review.resolve(where, to_what, [pair.duplicate_id], by=by(app))
    except (ConflictError, RefusedError):
        return None
    return ("pair" if kind == "resolve" else "fact", change.changed[0]) if change.changed else None


def undo(app: Pipeline, where: Where, what: str, subject: UUID, **more: Any) -> None:
    undo_it = app.review.undo_pair if what == "pair" else app.review.undo_fact
    undo_it(where, subject, by=by(app, "Bob"), **more)


@pytest.mark.parametrize("made", [document, question_bank])
@pytest.mark.parametrize("seed", range(2))
def test_any_history_goes_back_step_by_step(
    make_pipeline: Callable[..., Pipeline], database_url: str, made: Callable[[Pipeline], Where], seed: int
) -> None:
    app = make_pipeline(changes={"workflow": "manual"})
    where, choose = made(app), random.Random(seed)
    assert pairs(app, where)
    done = 0
    for _ in range(14):
        before = everything(database_url)
        acted = act(app, where, choose)
        if acted is None:
            assert everything(database_url) == before
            continue
        done += 1
        after = everything(database_url)
        assert after != before
        undo(app, where, *acted)
        assert everything(database_url) == before, acted
        undo(app, where, *acted)
        assert everything(database_url) == after, acted
    assert done > 5
