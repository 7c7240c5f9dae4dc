"""Whatever the order and whatever waits: what a published document says is published, and exactly once."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import ConflictError, RefusedError
from pipeline_core.domain.ids import DocumentId, RealmId, user_id_for
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import Reviewer
from pipeline_core.review.decisions import Decision, Request, Resolution
from pipeline_core.services.failures import record_failures
from pipeline_core.settings import load_settings
from pipeline_core.stages.registry import BY_NAME
from tests.support.database import copied_database
from tests.support.examples import examples
from tests.support.fakes import HashEmbedder
from tests.support.published import text_of
from tests.support.through import through, upload

FACTS = (
    "Members must report a theft to the police within 24 hours of discovering it.",
    "The alpha office opens its doors to every visitor at 8 in the morning.",
    "The beta boiler must be serviced every 12 months by a certified engineer.",
    "Claims are paid by bank transfer after the inspection of the building.",
)


@pytest.fixture(scope="module")
def apps(
    postgres_url: str, template_database: str, workers: WorkerProcesses, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Pipeline]]:
    """A pipeline of which no document waits, and one of which each does, on one database."""
    home: Path = tmp_path_factory.mktemp("home")
    with copied_database(postgres_url, template_database) as url:
        made = {
            workflow: Pipeline(
                load_settings(
                    home=home,
                    database_url=url,
                    duplicate_mode="baseline",
                    workflow=workflow,
                    retry_base_s=0.01,
                    # which facts are published is not asked here
                    publish_from=0.0,
                ),
                embedder=HashEmbedder(),
                workers=workers,
            )
            for workflow in ("automatic", "manual")
        }
        yield made
        for app in made.values():
            app.close()


_desks = count()


class Desk:
    """One user's documents, and what can be done to them."""

    def __init__(self, apps: dict[str, Pipeline]) -> None:
        self.apps = apps
        self.app = apps["automatic"]
        # ids are made of the user's: the same in every run of the tests
        self.user: RealmId = user_id_for(f"desk {next(_desks)}")
        self.names: dict[int, DocumentId] = {}

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.app.open_uow() as uow:
            return uow.session.connection.execute(query.encode(), (self.user,)).fetchall()  # type: ignore[attr-defined,no-any-return]

    def drain(self) -> None:
        for _ in range(6):
            if not (queued := [row["document_id"] for row in self.app.views.jobs(self.user, states=["queued"])]):
                return
            through(self.app, queued)
        raise AssertionError("documents are queued again and again")

    def run(self, kind: str, which: int, facts: frozenset[int]) -> None:
        app = self.apps["manual" if kind == "wait" else "automatic"]
        text = text_of(f"Part {which}", " ".join(FACTS[n] for n in sorted(facts)))
        received = app.intake.receive([upload(f"{which}.md", text, f"file:///{which}.md")], realm_id=self.user)
        [self.names[which]] = received.documents
        through(app, received.documents)

    def decide(self, kind: str, which: int) -> None:
        decision = {"approve": Decision.APPROVE, "reject": Decision.REJECT}[kind]
        duplicates = Resolution.KEEP_EXISTING if decision is Decision.APPROVE else None
        self.app.review.decide(self.names[which], Request(decision, Reviewer(self.user, reason="read"), duplicates))

    def die(self, which: int) -> None:
        """The document dies on its last steps, if it can be run."""
        batch = self.app.claim([self.names[which]])
        with self.app.open_uow() as uow:
            failed = dict.fromkeys(batch.document_ids, RefusedError("no use"))
            record_failures(uow, self.app.settings, StageName.INGESTOR, failed, lease=batch.lease)
            uow.commit()

    def step(self, kind: str, which: int, facts: frozenset[int]) -> None:
        if kind in ("run", "wait"):
            self.run(kind, which, facts)
        elif which in self.names:
            with suppress(RefusedError, ConflictError):
                if kind in ("approve", "reject"):
                    self.decide(kind, which)
                elif kind == "retry":
                    self.app.retry(self.names[which], from_stage=None, by="test")
                else:
                    self.die(which)

    def check(self) -> None:
        said = Counter(row[0] for row in self.rows("SELECT statement FROM all_questions WHERE realm_id = %s"))
        published = {
            row[0]
            for row in self.rows(
                "SELECT q.statement FROM staged_questions q JOIN documents d USING (document_id) "
                "WHERE q.realm_id = %s AND d.published_at IS NOT NULL AND q.status <> 'rejected' "
                # one that runs again and waits gets what its exact duplicate takes along with its reviewer's decision
                "AND NOT EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = d.document_id "
                "AND j.state <> 'done')"
            )
        }
        assert [fact for fact, times in said.items() if times > 1] == []
        assert published - said.keys() == set()
        # what is left out has something that it is left out for
        assert self.rows(
            "SELECT o.question_id FROM orphaned_questions o JOIN documents d USING (document_id) WHERE o.realm_id = %s "
            "AND d.published_at IS NOT NULL "
            "AND NOT EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = d.document_id AND j.state <> 'done')"
        ) == []  # fmt: skip
        # what is left out has an exact duplicate that is published, or on its way, or is to be published first
        assert self.rows(
            "SELECT q.statement FROM staged_questions q JOIN documents d USING (document_id) WHERE q.realm_id = %s "
            "AND d.published_at IS NOT NULL AND q.question_id IN (SELECT question_id FROM substitutes) "
            "AND NOT EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = d.document_id AND j.state <> 'done')"
        ) == []  # fmt: skip


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["run", "wait", "wait", "approve", "approve", "reject", "retry", "die"]),
        st.integers(0, 3),
        st.frozensets(st.integers(0, 3), min_size=1),
    ),
    min_size=3,
    max_size=9,
)
_ALL = frozenset(range(4))


@settings(
    max_examples=examples(12),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(_STEPS)
@example([("wait", 0, _ALL), ("wait", 1, _ALL), ("run", 2, _ALL), ("approve", 1, _ALL), ("reject", 0, _ALL)])
@example([("wait", 0, _ALL), ("run", 1, _ALL), ("run", 1, frozenset({0})), ("approve", 0, _ALL)])
@example([("wait", 0, _ALL), ("wait", 1, frozenset({0, 1})), ("run", 0, frozenset({0})), ("approve", 1, _ALL)])
@example(
    [("wait", 3, _ALL), ("wait", 3, frozenset({0, 2, 3})), ("run", 2, _ALL), ("wait", 3, _ALL), ("approve", 3, _ALL)]
)
@example(
    [
        ("wait", 2, frozenset({1, 2})), ("approve", 2, _ALL), ("run", 0, frozenset({0, 1})),
        ("wait", 0, frozenset({0, 2})), ("retry", 0, _ALL), ("run", 2, frozenset({0, 2})),
    ]
)  # fmt: skip
@example(
    [
        ("wait", 1, frozenset({0, 1})), ("run", 2, frozenset({0, 1})), ("approve", 1, _ALL), ("retry", 1, _ALL),
        ("run", 2, frozenset({1})),
    ]
)  # fmt: skip
def test_every_fact_of_a_published_document_is_published_once(
    apps: dict[str, Pipeline], steps: list[tuple[str, int, frozenset[int]]]
) -> None:
    desk = Desk(apps)
    for step in steps:
        desk.step(*step)
        desk.drain()
        desk.check()


def test_documents_published_at_once_share_their_facts_out(apps: dict[str, Pipeline]) -> None:
    """Each of three workers has read what it is to publish before any of them does."""
    app = apps["automatic"]
    desk = Desk(apps)
    desk.run("wait", 0, _ALL)
    received = app.intake.receive(
        [
            upload(f"{n}.md", text_of(f"Part {n}", " ".join((*FACTS, f"Part {n} has a page of its own in green."))))
            for n in range(1, 7)
        ],
        realm_id=desk.user,
    )
    batches = []
    for at in range(0, 6, 2):
        batch, _ = through_to_embedder(app, list(received.documents)[at : at + 2])
        batches.append(batch)
    gate = Barrier(3)

    def publish(batch: object) -> int:
        gate.wait(20)
        report = app.run_stage(BY_NAME[StageName.INGESTOR], batch)  # type: ignore[arg-type]
        return len(report.ran)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(publish, batches)) == [2, 2, 2]
    desk.check()
    assert len(desk.rows("SELECT 1 FROM all_questions WHERE realm_id = %s")) == len(FACTS) + 6
    assert desk.rows("SELECT 1 FROM events WHERE realm_id = %s AND type IN ('retry', 'error')") == []
    with psycopg.connect(app.database_url) as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.execute(query).fetchone() == (0,)


def through_to_embedder(app: Pipeline, document_ids: list[DocumentId]) -> tuple[object, object]:
    """Through the stages before the last, and still held."""
    return app.run_through(app.claim(document_ids), until=StageName.EMBEDDER)


def test_a_publication_that_is_cut_off_has_done_nothing(
    apps: dict[str, Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(apps)
    desk.run("wait", 0, _ALL)
    commit: Callable[[UnitOfWork], None] = UnitOfWork.commit
    before = desk.rows("SELECT question_id, status, duplicate_of FROM staged_questions WHERE realm_id = %s ORDER BY 1")

    def cut_off(uow: UnitOfWork) -> None:
        query = "SELECT 1 FROM all_questions WHERE realm_id = %s"
        if uow.session.connection.execute(query, (desk.user,)).fetchone():
            raise KeyboardInterrupt
        commit(uow)

    with monkeypatch.context() as patch:
        patch.setattr(UnitOfWork, "commit", cut_off)
        with pytest.raises(KeyboardInterrupt):
            desk.run("run", 1, _ALL)
    staged = desk.rows("SELECT question_id, status, duplicate_of FROM staged_questions WHERE realm_id = %s ORDER BY 1")
    assert set(before) < set(staged)
    assert desk.rows("SELECT 1 FROM all_questions WHERE realm_id = %s") == []
    desk.run("run", 1, _ALL)
    desk.check()
    assert len(desk.rows("SELECT 1 FROM all_questions WHERE realm_id = %s")) == len(FACTS)
