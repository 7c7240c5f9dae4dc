"""Facts are found anew on request: said first what would change, and what people decided stays."""

from collections.abc import Callable, Sequence

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.domain.wished import Wished
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.ports.workers import InWorker
from pipeline_core.review.decisions import Decision, Request
from tests.support.through import needs_work, receive, through, upload

SENTENCES = {
    "edited": "The relief valve of the boiler opens at a pressure of 3 bar.",
    "rejected": "The burner is cleaned by members of staff every second week.",
    "approved": "The thermostat keeps the water of the pool at 28 degrees.",
    "taken over": "The caretaker has the keys of the plant room and of the gate.",
    "going": "The chimney was built in the year 1974 by a local company.",
    "staying": "The oil tank in the cellar of the hall holds 6,000 litres.",
    "coming": "The insurance of the building ends on the last day of March.",
}
TEXT = "# Plant\n\n" + "\n\n".join(SENTENCES.values()) + "\n"
BEFORE = ("edited", "rejected", "approved", "taken over", "going", "staying")
AFTER = ("edited", "rejected", "staying", "taken over", "coming")


class Says(InWorker):
    """These sentences, each as it stands, or in other words where it is the newer of the two."""

    name, context_chars = "says", 0

    def __init__(self, names: Sequence[str], version: str) -> None:
        self.params: dict[str, object] = {}
        self.names, self.version = names, version

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        return [Generated(tuple(map(self._fact, self.names))) for _ in chunks]

    def _fact(self, name: str) -> FactCandidate:
        quote = SENTENCES[name]
        other_words = self.version == "2" and name != "staying"
        return FactCandidate(None, None, f"Of the plant: {quote}" if other_words else quote, (quote,))


@pytest.fixture
def decided(make_pipeline: Callable[..., Pipeline]) -> tuple[Pipeline, DocumentId]:
    """A published document of which a person edited, rejected and approved single facts."""
    app = make_pipeline(generator=Says(BEFORE, "1"), changes={"workflow": "manual", "publish_from": 0.0})
    [document_id] = needs_work(app, receive(app, upload("plant.md", TEXT)))
    through(app, [document_id])
    ids = {fact.statement: fact.question_id for fact in app.review.facts(OfDocument(document_id), app.realm_id)}
    app.review.edit(
        OfDocument(document_id),
        ids[SENTENCES["edited"]],
        {"statement": "It opens at 3 bar."},
        by=Reviewer(app.realm_id),
    )
    for decision, names in ((Decision.REJECT, ["rejected"]), (Decision.APPROVE, ["approved", "taken over"])):
        one_by_one = tuple(ids[SENTENCES[name]] for name in names)
        app.review.decide(document_id, Request(decision, Reviewer(app.realm_id, reason="I looked."), None, one_by_one))
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    return app, document_id


def statements(app: Pipeline, document_id: DocumentId) -> set[str]:
    return {fact["statement"] for fact in app.views.export(app.realm_id, document_id)["facts"]}


def newer(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(generator=Says(AFTER, "2"), changes={"publish_from": 0.0})


def test_what_would_change_is_said_and_nothing_is_done(
    make_pipeline: Callable[..., Pipeline], decided: tuple[Pipeline, DocumentId]
) -> None:
    app, document_id = newer(make_pipeline), decided[1]
    before = statements(app, document_id)
    meant = app.read_again.which(app.realm_id)
    assert meant.document_ids == [document_id]
    foreseen = app.read_again.preview(meant.document_ids, StageName.FACT_GENERATOR)
    [change] = foreseen.documents
    # stay: one in the same words, and four that were decided; "going" goes; "coming" comes
    assert (change.stay, change.come, change.go, change.decisions) == (5, 1, 1, 4)
    assert (change.filename, change.unknown) == ("plant.md", None)
    assert statements(app, document_id) == before


def test_decisions_and_edits_survive(
    make_pipeline: Callable[..., Pipeline], decided: tuple[Pipeline, DocumentId]
) -> None:
    app, document_id = newer(make_pipeline), decided[1]
    again = app.read_again(app.realm_id, StageName.FACT_GENERATOR, by="ann")
    assert again.document_ids == [document_id]
    through(app, [document_id])
    # its workflow is manual: what is new waits to be looked at
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    assert statements(app, document_id) == {
        "It opens at 3 bar.",
        SENTENCES["approved"],
        SENTENCES["taken over"],
        SENTENCES["staying"],
        f"Of the plant: {SENTENCES['coming']}",
    }
    by_status = {fact.statement: fact.status for fact in app.review.facts(OfDocument(document_id), app.realm_id)}
    assert by_status[SENTENCES["rejected"]] == "rejected"
    # and again: what stood stands, in whatever words it is found
    assert app.read_again.preview([document_id], StageName.FACT_GENERATOR).total("come") == 0


def test_what_would_be_paid_for_is_not_asked(
    make_pipeline: Callable[..., Pipeline], decided: tuple[Pipeline, DocumentId]
) -> None:
    from tests.support.fakes import ScriptedFactGenerator

    paid = ScriptedFactGenerator()
    app = make_pipeline(generator=paid)
    [change] = app.read_again.preview([decided[1]], StageName.FACT_GENERATOR).documents
    assert change.unknown == "1 of its chunks would be sent to scripted, and paid for"
    assert paid.calls == 0


def test_what_waits_for_a_person_is_left_alone(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(generator=Says(BEFORE, "1"), changes={"publish_from": 0.0})
    [document_id] = needs_work(app, receive(app, upload("plant.md", TEXT)))
    through(app, [document_id])
    app.retry(document_id, from_stage=StageName.FACT_GENERATOR, by="ann")
    again = app.read_again(app.realm_id, StageName.FACT_GENERATOR, by="ann")
    assert (again.document_ids, again.waiting) == ([], 1)


def counted(app: Pipeline, document_id: DocumentId) -> tuple[int, int, int]:
    """How many facts are there, are left out, and wait for somebody who is asked about them."""
    rows = app.review.facts(OfDocument(document_id), app.realm_id)
    out = sum(row.status == "left_out" for row in rows)
    return len(rows) - out, out, sum(row.status == "pending" for row in rows)


# from which confidence facts are published, at first and then; whether a person is asked about those below
POLICIES = {
    "a higher threshold leaves out": (0.0, 1.0, None, "settings"),
    "a lower one takes in": (1.0, 0.0, None, "settings"),
    "people are asked about what was published": (0.0, 1.0, 0.0, "settings"),
    "people are asked about what was left out": (1.0, 1.0, 0.0, "settings"),
    "of this upload a higher one leaves out": (0.0, 1.0, None, "upload"),
    "of this upload a lower one takes in": (1.0, 0.0, None, "upload"),
    "nothing changes": (0.5, 0.5, None, "settings"),
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_what_is_said_of_the_policy_is_done(
    make_pipeline: Callable[..., Pipeline], policy: tuple[float, float, float | None, str]
) -> None:
    first, then, ask_from, where = policy
    app = make_pipeline(generator=Says(BEFORE, "1"), changes={"publish_from": first})
    [document_id] = needs_work(app, receive(app, upload("plant.md", TEXT)))
    through(app, [document_id])
    facts, out, _ = counted(app, document_id)
    if where == "upload":
        wished = Wished(then, ask_from)
        app.intake.receive([upload("plant.md", TEXT)], realm_id=app.realm_id, wished=wished)
        app = make_pipeline(generator=Says(BEFORE, "1"), changes={"publish_from": first})
    else:
        app = make_pipeline(generator=Says(BEFORE, "1"), changes={"publish_from": then, "ask_from": ask_from})
    foreseen = app.read_again.preview([document_id], StageName.FACT_GENERATOR)
    [change] = foreseen.documents
    assert (
        counted(app, document_id)[:2] == (facts, out) == (change.stay + change.newly_left_out, change.left_out_before)
    )
    assert change.changes == (policy != POLICIES["nothing changes"])
    app.read_again(app.realm_id, StageName.FACT_GENERATOR, by="ann")
    through(app, [document_id])
    assert counted(app, document_id) == (change.stay + change.taken_in, change.left_out, change.asked)
    if not change.asked:
        published = app.views.export(app.realm_id, document_id)["facts"]
        assert len(published) == change.stay + change.taken_in


def test_a_threshold_leaves_alone_what_people_decided(
    make_pipeline: Callable[..., Pipeline], decided: tuple[Pipeline, DocumentId]
) -> None:
    document_id = decided[1]
    before = statements(decided[0], document_id)
    app = make_pipeline(generator=Says(BEFORE, "1"), changes={"publish_from": 1.0})
    [change] = app.read_again.preview([document_id], StageName.FACT_GENERATOR).documents
    # of two nobody said anything by itself, but the document was approved as a whole
    assert (change.stay, change.newly_left_out, change.decisions, change.changes) == (6, 0, 4, False)
    app.read_again(app.realm_id, StageName.FACT_GENERATOR, by="ann")
    through(app, [document_id])
    assert statements(app, document_id) == before
