"""Whatever people do to a bank, in whatever order and at once: its counts are its rows, and nothing is there twice."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.batches import BatchCounts
from pipeline_core.domain.errors import ConflictError, RefusedError, TransientError
from pipeline_core.domain.ids import BatchId, QuestionId, RealmId, user_id_for
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.ports.embedder import Embedded
from pipeline_core.review.decisions import Resolution
from pipeline_core.settings import load_settings
from tests.support.database import copied_database
from tests.support.examples import examples
from tests.support.fakes import HashEmbedder

_SUBJECTS = ("the fee", "the fees", "the form", "the tower", "the harbour", "a fee")
# Near-duplicates, equal ones and others: within a bank and from one bank to the next.
BANKS = ["\n".join(f"Q: Who pays {name} of {place}?\nA: The {place} office.\n" for name in _SUBJECTS) for place in
         ("Exeter", "Leiden")]  # fmt: skip
BANKS.append(BANKS[0] + BANKS[1] + "Q: Who pays the fee of Exeter?\nA: The Exeter office.\n")


@pytest.fixture(scope="module")
def app(postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with copied_database(postgres_url, template_database) as url:
        home = tmp_path_factory.mktemp("home")
        made = Pipeline(load_settings(home=home, database_url=url, duplicate_mode="baseline"), embedder=HashEmbedder())
        yield made
        made.close()


def stage(app: Pipeline, user: RealmId, text: str) -> BatchId:
    staged = app.staging.stage_bank(text.encode(), "bank.md", by=Reviewer(user))
    assert staged.batch is not None
    return staged.batch.batch_id


def check(app: Pipeline, user: RealmId) -> None:
    """Counts are the rows; what is imported is published once; what is left out has an exact duplicate
    that stands, or one in the same bank that was rejected."""
    with psycopg.connect(app.database_url) as connection:
        connection.execute("SET search_path = upload_pipeline, public")
        rows = connection.execute(
            "SELECT upload_batch_id, status, question_id, duplicate_of FROM staged_questions WHERE realm_id = %s",
            (user,),
        ).fetchall()
        published = {
            row[0] for row in connection.execute("SELECT question_id FROM all_questions WHERE realm_id = %s", (user,))
        }
        status = dict(connection.execute("SELECT batch_id, status FROM upload_batches WHERE realm_id = %s", (user,)))
    with app.open_uow() as uow:
        counts = uow.batches.counts(list(status))
    for batch, count in counts.items():
        by_status = Counter(row[1] for row in rows if row[0] == batch)
        assert count == BatchCounts(
            sum(by_status.values()), by_status["pending"], by_status["approved"] + by_status["imported"],
            by_status["rejected"], by_status["duplicate"], by_status["imported"],
        )  # fmt: skip
        assert status[batch] == count.status()
    assert published == {row[2] for row in rows if row[1] == "imported"}
    standing = published | {row[2] for row in rows if row[1] in ("pending", "approved")}
    rejected = {(row[0], row[2]) for row in rows if row[1] == "rejected"}
    left_out = [row for row in rows if row[1] == "duplicate"]
    assert [row for row in left_out if row[3] not in standing and (row[0], row[3]) not in rejected] == []


Step = tuple[str, int, int]
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["approve", "approve all", "reject", "edit", "resolve", "resolve all", "import", "stage"]),
        st.integers(0, 50),
        st.integers(0, 3),
    ),
    max_size=14,
)


def take(app: Pipeline, user: RealmId, step: Step) -> None:
    """One operation on whatever the numbers choose; what is refused is refused."""
    kind, which, what = step
    service, by = app.staging, Reviewer(user)
    batches = service.batches(realm_id=user)
    batch: BatchId = batches[which % len(batches)]["batch_id"]
    rows = service.get_batch_questions(batch, realm_id=user)
    question: QuestionId = rows[which % len(rows)].question_id
    pairs = app.review.pairs(OfBatch(batch), user)
    resolution = list(Resolution)[what]
    operations: dict[str, Callable[[], Any]] = {
        "approve": lambda: service.approve_questions(batch, [question], by=Reviewer(user)),
        "approve all": lambda: service.approve_questions(batch, by=Reviewer(user)),
        "reject": lambda: service.reject_questions(batch, [question], by=Reviewer(user)),
        "edit": lambda: app.review.edit(OfBatch(batch), question, {"answer": f"The office of {what}."}, by=by),
        "resolve": lambda: pairs and app.review.resolve_pair(
            pairs[which % len(pairs)].duplicate_id, resolution, by=by
        ),
        "resolve all": lambda: app.review.resolve(OfBatch(batch), resolution, by=by),
        "import": lambda: service.import_approved(batch, by=Reviewer(user)),
        "stage": lambda: service.stage_bank(BANKS[which % len(BANKS)].encode(), "bank.md", by=Reviewer(user)),
    }  # fmt: skip
    with suppress(RefusedError, ConflictError, TransientError):
        operations[kind]()


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS)
def test_the_counts_are_right_after_every_step(app: Pipeline, steps: list[Step]) -> None:
    user = user_id_for(uuid4().hex)
    stage(app, user, BANKS[0])
    stage(app, user, BANKS[2])
    check(app, user)
    for step in steps:
        take(app, user, step)
        check(app, user)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS, _STEPS)
def test_the_counts_are_right_after_two_people_at_once(app: Pipeline, left: list[Step], right: list[Step]) -> None:
    user = user_id_for(uuid4().hex)
    stage(app, user, BANKS[0])
    stage(app, user, BANKS[2])
    barrier = Barrier(2)

    def work(steps: Sequence[Step]) -> None:
        barrier.wait()
        for step in steps:
            take(app, user, step)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(work, left), pool.submit(work, right)]:
            future.result()
    for row in app.staging.batches(realm_id=user):
        app.staging.update_batch_counts(row["batch_id"], by=Reviewer(user))
    check(app, user)


def test_two_imports_at_once_import_once(app: Pipeline) -> None:
    for _ in range(3):
        user = user_id_for(uuid4().hex)
        text = "\n".join(f"Q: {random.getrandbits(64):x} {uuid4()}?\nA: {uuid4()}" for _ in range(200))
        batch = stage(app, user, text)
        app.review.resolve(OfBatch(batch), Resolution.NOT_DUPLICATE, by=Reviewer(user))
        app.staging.approve_questions(batch, by=Reviewer(user))
        barrier = Barrier(2)

        class Together(HashEmbedder):
            def embed(self, texts: Sequence[str], gate: Barrier = barrier) -> Embedded:
                gate.wait(20)  # both have read what is approved before either imports
                return super().embed(texts)

        importer = replace(app.staging.importer, embedder=Together)
        with ThreadPoolExecutor(2) as pool:
            reports = [f.result() for f in [pool.submit(importer, batch, by=Reviewer(user)) for _ in range(2)]]
        assert sorted(len(report.imported) for report in reports) == [0, 200]
        assert {report.counts.imported for report in reports} == {200}
        events = [event.code for event in app.review.history(OfBatch(batch), user)]
        assert events.count("batch_imported") == 1
        check(app, user)


def test_a_rejection_and_an_import_at_once_agree(app: Pipeline) -> None:
    user = user_id_for(uuid4().hex)
    batch = stage(app, user, BANKS[0])
    app.review.resolve(OfBatch(batch), Resolution.KEEP_BOTH, by=Reviewer(user))
    app.staging.approve_questions(batch, by=Reviewer(user))
    question = app.staging.get_batch_questions(batch, realm_id=user)[0].question_id
    with ThreadPoolExecutor(2) as pool:
        imported = pool.submit(app.staging.import_approved, batch, by=Reviewer(user))
        rejected = pool.submit(app.staging.reject_questions, batch, [question], by=Reviewer(user))
        imported.result()
        refused = rejected.exception()
    assert refused is None or isinstance(refused, ConflictError)
    row = app.staging.get_batch_questions(batch, realm_id=user)[0]
    assert row.status == ("rejected" if refused is None else "imported")
    check(app, user)
