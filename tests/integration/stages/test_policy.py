"""By its confidence a fact is published, asked about or left out; and the database holds to it."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.wished import NOTHING_WISHED, Wished
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.review.decisions import Decision, Request
from tests.support.through import needs_work, through, upload

SURE = "The pressure relief valve of the boiler opens at 3 bar and protects the vessel."
UNSURE = "the burner of the hotel before that"
MIDDLE = 0.2
"""Whatever the weights are: the first is surer than this, the second is not."""
TEXT = f"# Manual\n\n{SURE}\n\n{UNSURE}\n"


class TwoFacts:
    """Says two facts, and is sure of the first alone."""

    name, version, context_chars = "two-facts", "1", 0

    def __init__(self) -> None:
        self.params: dict[str, object] = {}

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        sure = FactCandidate(None, None, SURE, (SURE,), {"sentence_whole": 1.0, "leans": 0.0, "logprob": -0.01})
        unsure = FactCandidate(None, None, UNSURE, (UNSURE,), {"sentence_whole": 0.0, "leans": 1.0, "logprob": -3.0})
        return [Generated((sure, unsure)) for _ in chunks]


@pytest.fixture
def make(make_pipeline: Callable[..., Pipeline]) -> Callable[..., Pipeline]:
    def made(**changes: object) -> Pipeline:
        return make_pipeline(generator=TwoFacts(), changes=changes)

    return made


def processed(app: Pipeline, wished: Wished = NOTHING_WISHED, name: str = "a.md") -> DocumentId:
    received = app.intake.receive([upload(name, TEXT.replace("Manual", name))], realm_id=app.realm_id, wished=wished)
    needs_work(app, received)
    [document_id] = received.documents
    through(app, [document_id])
    return document_id


def job(app: Pipeline, document_id: DocumentId) -> dict[str, Any]:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return app.views.job(app.realm_id, row["job_id"])


def published(app: Pipeline, document_id: DocumentId) -> dict[str, float]:
    facts = app.views.export(app.realm_id, document_id)["facts"]
    return {fact["statement"]: fact["confidence"] for fact in facts}


def test_every_fact_has_a_confidence_with_its_reasons(make: Callable[..., Pipeline]) -> None:
    app = make(publish_from=0.0)
    document_id = processed(app)
    facts = app.views.export(app.realm_id, document_id)["facts"]
    said = {fact["statement"]: fact for fact in facts}
    assert said[UNSURE]["confidence"] < MIDDLE < said[SURE]["confidence"]
    words = [reason["words"] for reason in said[UNSURE]["confidence_reasons"] if reason["effect"] < 0]
    assert "leans on the sentence before it" in words


def test_what_is_unsure_is_left_out_counted_listed_and_taken_in(make: Callable[..., Pipeline]) -> None:
    app = make(publish_from=MIDDLE)
    document_id = processed(app)
    assert list(published(app, document_id)) == [SURE]
    row = job(app, document_id)
    assert (row["state"], row["left_out"], row["left_out_by"]) == ("done", 1, {"low_confidence": 1})
    [fact] = row["left_out_facts"]
    assert (fact["statement"], fact["reason"]) == (UNSURE, "low_confidence")
    assert fact["confidence"] < MIDDLE
    assert fact["confidence_reasons"]

    app.review.decide(
        document_id,
        Request(Decision.APPROVE, Reviewer(app.realm_id, reason="I know it."), None, (fact["question_id"],)),
    )
    through(app, [document_id])
    assert set(published(app, document_id)) == {SURE, UNSURE}


def test_between_the_two_a_person_is_asked(make: Callable[..., Pipeline]) -> None:
    app = make(publish_from=MIDDLE, ask_from=0.0)
    document_id = processed(app)
    row = job(app, document_id)
    assert (row["state"], row["stage"], row["facts_to_decide"]) == ("awaiting_review", "matching_review", 1)
    [waiting] = row["to_decide"]
    assert waiting["statement"] == UNSURE

    rejected = Request(Decision.REJECT, Reviewer(app.realm_id, reason="Of what?"), None, (waiting["question_id"],))
    app.review.decide(document_id, rejected)
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    assert list(published(app, document_id)) == [SURE]


def test_who_approves_the_document_approves_what_was_asked(make: Callable[..., Pipeline]) -> None:
    app = make(publish_from=MIDDLE, ask_from=0.0)
    document_id = processed(app)
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    assert set(published(app, document_id)) == {SURE, UNSURE}


def test_an_upload_has_its_own_policy_in_every_run(make: Callable[..., Pipeline]) -> None:
    app = make(publish_from=0.0)
    document_id = processed(app, Wished(publish_from=MIDDLE))
    assert list(published(app, document_id)) == [SURE]

    app.retry(document_id, from_stage=None, by="Ann")
    through(app, [document_id])
    assert list(published(app, document_id)) == [SURE]

    # said anew with the same bytes
    app.intake.receive([upload("a.md", TEXT.replace("Manual", "a.md"))], realm_id=app.realm_id, wished=Wished(0.0))
    through(app, [document_id])
    assert set(published(app, document_id)) == {SURE, UNSURE}


def known(app: Pipeline, name: str, wished: Wished) -> tuple[list[DocumentId], list[str], Wished]:
    """The same bytes again: what is to run, what is said of those that keep their policy, and what is stored."""
    received = app.intake.receive([upload(name, TEXT.replace("Manual", name))], realm_id=app.realm_id, wished=wished)
    to_run = needs_work(app, received)
    with app.open_uow() as uow:
        [summary] = uow.documents.find(list(received.documents)).values()
    return to_run, [one.message for one in received.choices_kept], summary.wished


def test_what_is_published_is_judged_by_a_new_policy_at_once(make: Callable[..., Pipeline]) -> None:
    app = make(publish_from=0.0)
    document_id = processed(app)
    assert set(published(app, document_id)) == {SURE, UNSURE}
    assert known(app, "a.md", Wished(MIDDLE)) == ([document_id], [], Wished(MIDDLE))
    through(app, [document_id])
    assert list(published(app, document_id)) == [SURE]
    assert known(app, "a.md", Wished(MIDDLE)) == ([], [], Wished(MIDDLE)), "nothing has changed"
    assert known(app, "a.md", Wished(0.0))[0] == [document_id]
    through(app, [document_id])
    assert set(published(app, document_id)) == {SURE, UNSURE}


def test_what_was_not_begun_takes_the_newest_policy(make: Callable[..., Pipeline]) -> None:
    app = make(publish_from=0.0)
    [document_id], left, stored = known(app, "a.md", Wished(0.9))
    assert (left, stored) == ([], Wished(0.9))
    assert known(app, "a.md", Wished(MIDDLE)) == ([document_id], [], Wished(MIDDLE))
    through(app, [document_id])
    assert list(published(app, document_id)) == [SURE]


@pytest.mark.parametrize("decision", [None, Decision.APPROVE, Decision.REJECT])
def test_a_policy_that_is_not_applied_is_said_and_not_stored(
    make: Callable[..., Pipeline], decision: Decision | None
) -> None:
    app = make(publish_from=MIDDLE, ask_from=0.0)
    document_id = processed(app)
    if decision:
        app.review.decide(document_id, Request(decision, Reviewer(app.realm_id)))
    why = {
        None: "it waits for a person. Decide on it, then",
        Decision.APPROVE: "it is under way. Set the new ones again once it has come to rest.",
        Decision.REJECT: "it was rejected. Retry it, then",
    }[decision]
    before = job(app, document_id)
    _, [left], stored = known(app, "a.md", Wished(0.9))
    assert f"a.md keeps its thresholds: {why}" in left
    assert stored == NOTHING_WISHED
    after = job(app, document_id)
    assert [after[name] for name in ("state", "stage")] == [before[name] for name in ("state", "stage")]


def test_the_database_publishes_nothing_unsure_without_a_person(make: Callable[..., Pipeline]) -> None:
    app = make(publish_from=MIDDLE)
    processed(app)
    unsure = f"WHERE statement = '{UNSURE}'"
    with psycopg.connect(app.database_url) as connection:
        for change in ("status = 'approved'", "status = 'pending', left_out_reason = NULL"):
            with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                connection.execute(f"UPDATE upload_pipeline.staged_questions SET {change} {unsure}")


@pytest.mark.parametrize("wished", [Wished(0.2, 0.3), Wished(1.5), Wished(0.5, -1.0)])
def test_what_is_no_policy_is_refused(wished: Wished) -> None:
    from pipeline_core.settings import Settings

    with pytest.raises(RefusedError):
        wished.over(Settings().policy)
