"""Deep scans: what was published stays, what is new waits, and a scan that breaks off is taken up again."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.bootstrap.kinds import CONVERTERS
from pipeline_core.domain.documents import Converted, Page, PageMap
from pipeline_core.domain.errors import CorruptDocumentError, ServiceUnavailableError
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.domain.ids import CorrelationId, DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.review.decisions import Decision, Request, Resolution
from pipeline_core.review.marking import Marked, MissedFact
from pipeline_core.services.deep_scan import DeepScan
from tests.support.deep_scans import LONG, USUAL, scan, select
from tests.support.fakes import ScriptedFactGenerator
from tests.support.published import drain, who_says
from tests.support.through import needs_work, publish, receive, through, upload


@pytest.fixture
def deep(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes=USUAL)


def row(app: Pipeline, document_id: DocumentId) -> dict[str, Any]:
    [found] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return found


def published(app: Pipeline, document_id: DocumentId) -> dict[str, Any]:
    exported = app.views.export(app.realm_id, document_id)
    return {"chunks": exported["chunks"], "facts": exported["facts"]}


def facts(app: Pipeline, document_id: DocumentId, status: str) -> dict[Any, str]:
    staged = app.review.facts(OfDocument(document_id), app.realm_id)
    return {fact.question_id: fact.statement for fact in staged if fact.status == status}


def codes(app: Pipeline, document_id: DocumentId) -> list[str]:
    with app.open_uow() as uow:
        found = uow.session.connection.execute(
            "SELECT code FROM events WHERE document_id = %s AND code LIKE 'deep_scan%%' ORDER BY event_id",
            [document_id],
        ).fetchall()
    return [code for (code,) in found]


def test_what_is_new_waits_and_what_was_published_stays(deep: Pipeline) -> None:
    [document_id] = publish(deep, upload(text=LONG))
    before, first_job = published(deep, document_id), row(deep, document_id)["job_id"]
    select(deep, document_id)
    assert scan(deep) == [document_id]

    now = row(deep, document_id)
    assert (now["state"], now["stage"], now["profile"]) == ("awaiting_review", "matching_review", "deep")
    assert (now["staging_status"], now["deep_scan_status"]) == ("Selected", "Completed")
    assert codes(deep, document_id) == ["deep_scan_started", "deep_scan_completed"]
    assert now["job_id"] != first_job
    # readers see what they saw before
    assert published(deep, document_id) == before
    new = facts(deep, document_id, "pending")
    assert len(new) >= 5
    assert facts(deep, document_id, "imported").keys() == {fact["question_id"] for fact in before["facts"]}
    assert not set(new.values()) & {fact["statement"] for fact in before["facts"]}
    with deep.open_uow() as uow:
        batches = uow.session.connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE upload_batch_id <> ALL("
            "SELECT upload_batch_id FROM staged_questions WHERE status = 'imported')) "
            "FROM staged_questions WHERE status = 'pending'"
        ).fetchone()
    assert batches == (len(new), len(new))

    deep.review.decide(document_id, Request(Decision.APPROVE, Reviewer(deep.realm_id)))
    through(deep, [document_id])
    assert row(deep, document_id)["outcome"] == "published"
    after = published(deep, document_id)
    statements = {fact["statement"] for fact in after["facts"]}
    assert statements == {fact["statement"] for fact in before["facts"]} | set(new.values())
    assert all(len(chunk["text"]) <= 800 for chunk in after["chunks"])
    assert_evidence_stands(deep, document_id)
    # nothing is left to do, neither for the next run nor for the next scan
    assert needs_work(deep, receive(deep, upload(text=LONG))) == []
    select(deep, document_id)
    assert scan(deep) == [document_id]
    assert (row(deep, document_id)["outcome"], row(deep, document_id)["deep_scan_status"]) == ("published", "Completed")
    assert published(deep, document_id)["facts"] == after["facts"]


def assert_evidence_stands(app: Pipeline, document_id: DocumentId) -> None:
    exported = app.views.export(app.realm_id, document_id)
    file = next(f for f in exported["files"] if f["file_type"] == "optimized_markdown")
    text = app.store.get(file["file_path"], sha256=file["checksum"]).decode()
    chunks = {chunk["chunk_id"]: chunk for chunk in exported["chunks"]}
    for fact in exported["facts"]:
        assert text[fact["char_from"] : fact["char_to"]] == fact["quote"]
        assert chunks[fact["chunk_id"]]["char_from"] <= fact["char_from"] < chunks[fact["chunk_id"]]["char_to"]


class Told:
    """Says what it is told to of the chunks in which the quote stands."""

    name, version = "told", "1"
    context_chars = 0

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        """The quote of each statement."""

    @property
    def params(self) -> dict[str, object]:
        return {"facts": sorted(self.facts)}

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        return [
            Generated(
                tuple(
                    FactCandidate(f"What about it, {statement[:12]}?", statement, statement, (quote,))
                    for statement, quote in self.facts.items()
                    if quote in chunk.text
                )
            )
            for chunk in chunks
        ]


HOUSING = "The housing of the pump must be kept at 7 degrees in cabinet 21."
FILTER = "The filter of the pump must be rinsed by a technician every week."
SEAL = "A worn gasket is replaced before the engine is started."
ROOM = f"# Pump room\n\n{HOUSING}\n\n{FILTER}\n\n{SEAL}\n"
SAME = "The housing of a pump must be kept at 7 degrees in the cabinet 21."
ALIKE = "The filter of the pump has to be rinsed by some technician every single week."


@pytest.fixture
def told(make_pipeline: Callable[..., Pipeline]) -> tuple[Pipeline, DocumentId]:
    """A document with two published facts, and its scan: one says the same, one nearly, one something new."""
    generator = Told()
    app = make_pipeline(generator=generator, changes={"validation_max_facts_per_10k_chars": 1e6})
    generator.facts = {HOUSING: HOUSING, FILTER: FILTER}
    [document_id] = publish(app, upload("room.md", ROOM))
    assert [fact["statement"] for fact in published(app, document_id)["facts"]] == [HOUSING, FILTER]
    generator.facts = {SAME: HOUSING, ALIKE: FILTER, SEAL: SEAL}
    select(app, document_id)
    assert scan(app) == [document_id]
    return app, document_id


def statements(app: Pipeline, document_id: DocumentId) -> dict[str, str]:
    return {fact.statement: fact.status for fact in app.review.facts(OfDocument(document_id), app.realm_id)}


def test_what_looks_like_a_published_fact_of_the_document_is_no_news(told: tuple[Pipeline, DocumentId]) -> None:
    app, document_id = told
    old = {fact["statement"]: fact["question_id"] for fact in published(app, document_id)["facts"]}
    assert statements(app, document_id) == {
        HOUSING: "imported", FILTER: "imported", SAME: "duplicate", ALIKE: "pending", SEAL: "pending",
    }  # fmt: skip
    with app.open_uow() as uow:
        pairs = uow.session.connection.execute(
            "SELECT q.statement, p.existing_question_id, p.resolution, p.existing_is_staged FROM staging_duplicates p "
            "JOIN staged_questions q ON q.question_id = p.staged_question_id ORDER BY p.similarity_score DESC"
        ).fetchall()
    assert pairs == [(SAME, old[HOUSING], "keep_existing", False), (ALIKE, old[FILTER], "pending", False)]
    assert row(app, document_id)["stage"] == "matching_review"


@pytest.mark.parametrize(
    ("resolution", "says"),
    [
        (Resolution.KEEP_EXISTING, [HOUSING, FILTER, SEAL]),
        (Resolution.REPLACE_EXISTING, [HOUSING, ALIKE, SEAL]),
        (Resolution.KEEP_BOTH, [HOUSING, FILTER, ALIKE, SEAL]),
    ],
)
def test_the_reviewer_decides_which_words_of_the_document_stand(
    told: tuple[Pipeline, DocumentId], resolution: Resolution, says: list[str]
) -> None:
    app, document_id = told
    before = published(app, document_id)
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id), duplicates=resolution))
    assert published(app, document_id) == before
    through(app, [document_id])
    assert row(app, document_id)["outcome"] == "published"
    assert sorted(fact["statement"] for fact in published(app, document_id)["facts"]) == sorted(says)
    assert_evidence_stands(app, document_id)
    # nothing is raised again
    select(app, document_id)
    assert scan(app) == [document_id]
    assert row(app, document_id)["outcome"] == "published"
    assert sorted(fact["statement"] for fact in published(app, document_id)["facts"]) == sorted(says)


def test_a_rejected_scan_that_would_have_replaced_leaves_the_old_fact(told: tuple[Pipeline, DocumentId]) -> None:
    app, document_id = told
    before = published(app, document_id)
    app.review.decide(document_id, Request(Decision.REJECT, Reviewer(app.realm_id, reason="nothing of use")))
    assert published(app, document_id) == before
    assert {statements(app, document_id)[text] for text in (HOUSING, FILTER)} == {"imported"}


def test_the_converter_of_the_profile_is_used(
    make_pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Thorough:
        name, version = "thorough", "1"

        def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
            markdown = data.decode() + "\nThe fine print says that the roof is checked each spring.\n"
            return Converted(markdown, PageMap((Page(1, 0, len(markdown)),), "document"), self.name)

    monkeypatch.setitem(CONVERTERS, "llama-parse", lambda _app, _settings: Thorough())
    app = make_pipeline(changes={**USUAL, "deep_converter": "llama-parse"})
    [document_id] = publish(app, upload(text=LONG))
    assert not any("fine print" in chunk["text"] for chunk in published(app, document_id)["chunks"])
    select(app, document_id)
    scan(app)
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    chunks = published(app, document_id)["chunks"]
    assert any("fine print" in chunk["text"] for chunk in chunks)
    assert max(len(chunk["text"]) for chunk in chunks) <= app.settings.deep_chunk_max_chars
    [file] = [f for f in app.views.export(app.realm_id, document_id)["files"] if f["file_type"] == "facts_json"]
    content = json.loads(app.store.get(file["file_path"], sha256=file["checksum"]))
    assert max(len(chunk["facts"]) for chunk in content["chunks"]) > app.settings.facts_per_chunk


def test_a_rejected_scan_leaves_everything_as_it_was(deep: Pipeline) -> None:
    [document_id] = publish(deep, upload(text=LONG))
    before = published(deep, document_id)
    select(deep, document_id)
    scan(deep)
    new = facts(deep, document_id, "pending")
    with deep.open_uow() as uow:
        chunk = uow.staging.chunks([document_id])[document_id][0].chunk
    words = Marked(at := chunk.text.index("The housing of part"), at + len("The housing of part"))
    missed = MissedFact(chunk.chunk_id, (words,), statement="There is a housing.")
    added = deep.add_fact(document_id, missed, by=Reviewer(deep.realm_id)).fact.question_id
    decided = deep.review.decide(
        document_id, Request(Decision.REJECT, Reviewer(deep.realm_id, reason="nothing of use"))
    )
    assert "what was published stays" in decided.message
    assert published(deep, document_id) == before
    # what a reviewer added to the scan goes with it
    assert facts(deep, document_id, "rejected").keys() == new.keys() | {added}
    assert facts(deep, document_id, "imported").keys() == {fact["question_id"] for fact in before["facts"]}
    assert needs_work(deep, receive(deep, upload(text=LONG))) == []
    # what was rejected is not raised again
    select(deep, document_id)
    scan(deep)
    assert facts(deep, document_id, "pending") == {}
    assert row(deep, document_id)["outcome"] == "published"


def test_decisions_about_facts_survive_a_scan(make_pipeline: Callable[..., Pipeline]) -> None:
    changes = {"duplicate_threshold": 1.0, "facts_per_chunk": 4, "workflow": "manual"}
    app = make_pipeline(changes=changes)
    [document_id] = needs_work(app, receive(app, upload(text=LONG)))
    through(app, [document_id])
    first, second, *_ = facts(app, document_id, "pending")
    app.review.edit(OfDocument(document_id), first, {"statement": "In the cabinet."}, by=Reviewer(app.realm_id))
    app.review.decide(document_id, Request(Decision.REJECT, Reviewer(app.realm_id), question_ids=(second,)))
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    select(app, document_id)
    scan(app)
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    after = {fact["question_id"]: fact["statement"] for fact in published(app, document_id)["facts"]}
    assert after[first] == "In the cabinet."
    assert second not in after
    assert facts(app, document_id, "rejected").keys() == {second}


def test_a_scan_that_would_withdraw_a_fact_waits(make_pipeline: Callable[..., Pipeline]) -> None:
    """The evidence of one published fact is gone from the staged text: nobody withdraws it unseen."""
    app = make_pipeline(changes={"duplicate_threshold": 1.0, "deep_facts_per_chunk": 1, "facts_per_chunk": 20})
    [document_id] = publish(app, upload(text=LONG))
    before = published(app, document_id)
    with app.open_uow() as uow:
        # as if the text had been converted otherwise meanwhile
        uow.session.connection.execute(
            "UPDATE staged_questions SET evidence = "
            "jsonb_set(evidence, '{0,quote}', to_jsonb(upper(evidence #>> '{0,quote}'))) WHERE question_id = %s",
            [before["facts"][0]["question_id"]],
        )
        uow.commit()
    select(app, document_id)
    scan(app)
    assert row(app, document_id)["stage"] == "matching_review"
    parked = [
        e for e in app.views.job(app.realm_id, row(app, document_id)["job_id"])["events"] if e["type"] == "parked"
    ]
    assert parked[0]["payload"]["withdrawn_facts"] == 1
    assert published(app, document_id) == before


def test_a_scan_that_fails_says_why_and_can_be_tried_again(make_pipeline: Callable[..., Pipeline]) -> None:
    generator = ScriptedFactGenerator()
    app = make_pipeline(generator=generator, changes={"duplicate_threshold": 1.0})
    [document_id] = publish(app, upload(text=LONG))
    before = published(app, document_id)
    generator.fail_with(ServiceUnavailableError("the larger model is away"))
    select(app, document_id)
    scan(app)
    assert row(app, document_id)["deep_scan_status"] == "Processing"  # it is tried again
    while row(app, document_id)["state"] == "retryable":
        through(app, [document_id])
    app.deep_scan.settle()
    failed = row(app, document_id)
    assert failed["deep_scan_status"] == "Error"
    assert "the larger model is away" in failed["deep_scan_error"]
    assert published(app, document_id) == before

    generator.heal()
    app.retry(document_id, from_stage=None, by="test")
    # whoever runs it settles it, not only the next run of deep scans
    through(app, [document_id])
    mended = row(app, document_id)
    assert (mended["deep_scan_status"], mended["deep_scan_error"]) == ("Completed", None)
    assert codes(app, document_id)[-4:] == [
        "deep_scan_failed", "deep_scan_queued", "deep_scan_started", "deep_scan_completed",
    ]  # fmt: skip


@pytest.mark.parametrize("until", [StageName.INGEST, StageName.CHUNKER, StageName.FACT_GENERATOR])
def test_a_scan_that_breaks_off_is_taken_up_again(deep: Pipeline, until: StageName) -> None:
    [document_id] = publish(deep, upload(text=LONG))
    before = published(deep, document_id)
    select(deep, document_id)
    assert deep.deep_scan.claim(10) == [document_id]
    through(deep, [document_id], until=until)
    assert deep.deep_scan.claim(10) == [document_id]  # its job is not at rest
    through(deep, [document_id])
    # while a living worker holds it, it is left alone
    assert row(deep, document_id)["deep_scan_status"] == "Processing"
    with deep.open_uow() as uow:
        # its worker is gone
        uow.session.connection.execute("UPDATE upload_jobs SET claimed_by = 'somebody else' WHERE state = 'working'")
        uow.commit()
    assert scan(deep) == [document_id]
    assert row(deep, document_id)["deep_scan_status"] == "Completed"
    assert row(deep, document_id)["stage"] == "matching_review"
    assert published(deep, document_id) == before
    assert deep.deep_scan.claim(10) == []


def test_two_scans_at_once_never_take_the_same_document(make_pipeline: Callable[..., Pipeline]) -> None:
    apps = [make_pipeline(changes={"duplicate_threshold": 1.0}) for _ in range(4)]
    files = [upload(f"{n}.md", f"# Room {n}\n\nRoom {n} is locked at {n} every night.\n") for n in range(12)]
    ids = publish(apps[0], *files)
    select(apps[0], *ids)

    def claim(app: Pipeline) -> list[DocumentId]:
        with app.open_uow() as uow:
            taken = uow.deep_scans.claim(5, [app.realm_id], correlation_id=CorrelationId(ids[0]))
            uow.commit()
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(claim, apps))
    flat = [document_id for of_one in taken for document_id in of_one]
    assert len(flat) == len(set(flat))
    while more := claim(apps[0]):
        flat += more
    assert sorted(flat) == sorted(ids)
    assert {row(apps[0], document_id)["deep_scan_status"] for document_id in ids} == {"Processing"}


def test_a_scan_waits_for_the_present_run(deep: Pipeline) -> None:
    [document_id] = needs_work(deep, receive(deep, upload(text=LONG)))
    select(deep, document_id)
    assert deep.deep_scan.claim(10) == []
    through(deep, [document_id])
    assert scan(deep) == [document_id]
    assert row(deep, document_id)["stage"] == "matching_review"


def test_a_document_that_cannot_be_read_ends_in_error(deep: Pipeline) -> None:
    [document_id] = needs_work(deep, receive(deep, upload("bad.pdf", "%PDF-1.7\nnothing more")))
    through(deep, [document_id])
    select(deep, document_id)
    scan(deep)
    failed = row(deep, document_id)
    assert failed["deep_scan_status"] == "Error"
    assert failed["last_error"]["code"] == CorruptDocumentError.code


def test_profiles_go_through_the_stages_together(deep: Pipeline) -> None:
    [scanned] = publish(deep, upload(text=LONG))
    select(deep, scanned)
    [other] = needs_work(deep, receive(deep, upload("other.md", LONG.replace("Part", "Piece"))))
    claimed = deep.deep_scan.claim(10)
    _, reports = through(deep, [*claimed, other])
    assert set(reports[StageName.CHUNKER].ran) == {scanned, other}
    assert row(deep, other)["outcome"] == "published"
    assert row(deep, scanned)["stage"] == "matching_review"
    sizes = {d: max(len(c["text"]) for c in published(deep, d)["chunks"]) for d in (scanned, other)}
    assert sizes[other] > 300


def test_changed_settings_of_the_profile_run_it_again(deep: Pipeline, make_pipeline: Callable[..., Pipeline]) -> None:
    [document_id] = publish(deep, upload(text=LONG))
    select(deep, document_id)
    scan(deep)
    deep.review.decide(document_id, Request(Decision.APPROVE, Reviewer(deep.realm_id)))
    through(deep, [document_id])
    before = published(deep, document_id)
    # the usual settings are nothing to it any more; its own are
    other = make_pipeline(changes={**USUAL, "chunk_max_chars": 900})
    assert needs_work(other, receive(other, upload(text=LONG))) == []
    finer = make_pipeline(changes={**USUAL, "deep_chunk_max_chars": 500, "deep_chunk_min_chars": 200})
    assert needs_work(finer, receive(finer, upload(text=LONG))) == [document_id]
    through(finer, [document_id])
    staged = {*facts(finer, document_id, "approved"), *facts(finer, document_id, "imported")}
    assert staged >= {fact["question_id"] for fact in before["facts"]}


@pytest.mark.parametrize("limited", [True, False])
def test_a_scan_that_opens_while_its_document_is_revived(make_pipeline: Callable[..., Pipeline], limited: bool) -> None:
    """Another document is published without the fact that this one repeats, at the moment the scan claims this one."""
    app, other = make_pipeline(), make_pipeline()
    same = "Members must report every loss to the service office within thirty days."
    publish(app, upload("first.md", f"# First\n\n{same}\n", "file:///first.md"))
    [second] = publish(app, upload("second.md", f"# Second\n\n{same}\n", "file:///second.md"))
    [without] = needs_work(
        app, receive(app, upload("first.md", "# First\n\nThe office opens its doors at nine.\n", "file:///first.md"))
    )
    select(app, second)
    with ThreadPoolExecutor(1) as pool, app.open_uow() as uow:
        ids = DeepScan(lambda: Uncommitted(uow)).claim(10, realm_id=app.realm_id if limited else None)  # type: ignore[arg-type,return-value]
        publishing = pool.submit(through, other, [without])
        wait_for_a_lock(app)
        uow.commit()
        publishing.result()
    assert ids == [second]
    assert (row(app, without)["state"], row(app, without)["outcome"]) == ("done", "published")
    through(app, ids)
    app.deep_scan.settle()
    drain(app)
    assert row(app, second)["state"] == "done"
    assert who_says(app, same) == ["second.md"]


def test_a_document_whose_scan_was_rejected_takes_the_place_that_it_is_copied_to(deep: Pipeline) -> None:
    [document_id] = publish(deep, upload("long.md", LONG, "file:///long.md"))
    before = published(deep, document_id)["facts"]
    opens = "The office opens its doors to every visitor at nine."
    publish(deep, upload("there.md", f"# Hours\n\n{opens}\n", "file:///there.md"))
    select(deep, document_id)
    scan(deep)
    deep.review.decide(document_id, Request(Decision.REJECT, Reviewer(deep.realm_id, reason="nothing of use")))

    received = receive(deep, upload("there.md", LONG, "file:///there.md"))
    assert needs_work(deep, received) == [document_id]
    through(deep, received.documents)
    assert (row(deep, document_id)["outcome"], who_says(deep, opens)) == ("published", [])
    said = {fact["statement"] for fact in published(deep, document_id)["facts"]}
    assert said == {fact["statement"] for fact in before}
    assert needs_work(deep, receive(deep, upload("there.md", LONG, "file:///there.md"))) == []


class Uncommitted:
    """A unit of work that stays open when its user commits and leaves."""

    def __init__(self, uow: Any) -> None:
        self._uow = uow

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uow, name)

    def commit(self) -> None: ...


def wait_for_a_lock(app: Pipeline) -> None:
    """Until somebody in this database waits for somebody else."""
    with psycopg.connect(app.database_url, autocommit=True) as connection:
        for _ in range(400):
            [waiting] = connection.execute(  # type: ignore[misc]
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if waiting:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_a_selection_is_taken_back_or_its_scan_begins(deep: Pipeline, make_pipeline: Callable[..., Pipeline]) -> None:
    """A person archives documents while a worker claims their scans: each goes one way, and no scan begins unasked."""
    texts = [f"# Store {n}\n\nStore {n} must be locked at {n + 5} in the evening.\n" for n in range(8)]
    ids = publish(deep, *[upload(f"{n}.md", text) for n, text in enumerate(texts)])
    select(deep, *ids)
    worker = make_pipeline(changes=USUAL)

    def claim() -> list[DocumentId]:
        claimed: list[DocumentId] = []
        for _ in ids:
            claimed += worker.deep_scan.claim(1, besides=claimed)
        return claimed

    def take_back() -> list[DocumentId]:
        changes = [
            change
            for document_id in reversed(ids)
            for change in deep.dual_status.set_status([document_id], "Archived", realm_id=deep.realm_id)
        ]
        return [change.document_id for change in changes if change.is_taken_back]

    with ThreadPoolExecutor(2) as pool:
        claiming, taking = pool.submit(claim), pool.submit(take_back)
        begun, taken_back = set(claiming.result()), set(taking.result())
    assert (begun | taken_back, begun & taken_back) == (set(ids), set())
    rows = {row["document_id"]: row for row in deep.views.jobs(deep.realm_id, document_ids=ids)}
    for document_id in ids:
        is_begun = document_id in begun
        assert rows[document_id]["deep_scan_status"] == ("Processing" if is_begun else None)
        assert rows[document_id]["profile"] == ("deep" if is_begun else "standard")
