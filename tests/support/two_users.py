"""A database in which Ann and Bob both have documents, and ways into it as each role."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.embedders.wordllama import WordLlamaEmbedder
from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.connection import connect_options
from pipeline_core.db.sources import TakenItem
from pipeline_core.domain.erasing import ErasureScope
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import DocumentId, RealmId, UserId, user_id_for
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.domain.rows.webhooks import WebhookEvent
from pipeline_core.domain.sources import RunOutcome, SourceKind
from pipeline_core.domain.spending import Budgets, Payer, PlannedCall
from pipeline_core.ports.embedder import Embedder
from pipeline_core.services.plan_erasures import Meant
from pipeline_core.settings import load_settings
from tests.support.database import copied_database
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

ANN, BOB = user_id_for("ann"), user_id_for("bob")
API, SERVICE = "upload_pipeline_api", "upload_pipeline_service"


@dataclass(frozen=True)
class TwoUsers:
    """Connections to the database, opened as the engine opens them; nothing done on them stays."""

    url: str

    @contextmanager
    def role(self, role: str, *, claims: object = None, login: str = "") -> Iterator[psycopg.Connection[Any]]:
        """As a role (empty: the owner). ``claims`` are set for the transaction, ``login`` is who connects."""
        extra = {"user": login} if login else {}
        with psycopg.connect(self.url, options=connect_options(role), **extra) as connection:
            if claims is not None:
                text = claims if isinstance(claims, str) else json.dumps(claims, default=str)
                connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [text])
            yield connection
            connection.rollback()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the owner sees."""
        with self.role("") as connection:
            return connection.execute(query.encode(), values).fetchall()


@contextmanager
def two_users(
    postgres_url: str, template: str, home: Path, **adapters: WorkerProcesses | LocalConverter
) -> Iterator[TwoUsers]:
    with copied_database(postgres_url, template) as url:
        embedder = WordLlamaEmbedder()
        _fill(url, home, ANN, "Ann's boiler", embedder, **adapters)
        _fill(url, home, BOB, "Bob's boiler", embedder, **adapters)
        yield TwoUsers(url)


def _fill(
    url: str, home: Path, realm_id: RealmId, name: str, embedder: Embedder, **adapters: WorkerProcesses | LocalConverter
) -> None:
    """Published documents with decided near-duplicates; one with vectors in the buffer; one that waits its turn."""
    app = Pipeline(load_settings(home=home, database_url=url, user_id=realm_id), embedder=embedder, **adapters)
    text = MANUAL.replace("Boiler", name)
    publish(app, upload("a.md", text, "file:///a.md"), upload("b.md", text + "\nAppendix: none.\n"))
    publish(app, upload("old.md", f"# Old {name}\n\nThe old one was serviced once every 6 months by {name}.\n"))
    [old] = [row.document_id for row in app.views.jobs(realm_id) if row.filename == "old.md"]
    app.withdraw([old], by=Reviewer(realm_id, name, "The old one is used no more."))
    with app.open_uow() as uow:
        [document_id] = uow.session.connection.execute(  # type: ignore[attr-defined]
            "SELECT document_id FROM documents WHERE realm_id = %s LIMIT 1", (realm_id,)
        ).fetchone()
        uow.changes.begin([uuid4()], OfDocument(document_id), Reviewer(realm_id, name))
        uow.session.connection.execute(  # type: ignore[attr-defined]
            "UPDATE staging_duplicates SET resolution = 'keep_existing', resolved_by = %s, resolved_at = now() "
            "WHERE realm_id = %s",
            (name, realm_id),
        )
        where = OfDocument(document_id)
        opened = [fact.question_id for fact in uow.reviews.facts(where, limit=1)]
        uow.questions.open(where, opened, realm_id=realm_id, user_id=UserId(realm_id))
        uow.webhooks.add(uuid4(), realm_id, "https://example.org/hook", f"whsec_{'A' * 44}", list(WebhookEvent), most=0)
        uow.event_streams.open(uuid4(), realm_id, UserId(realm_id), most=10, lease_s=3600)
        uow.session.connection.execute(  # type: ignore[attr-defined]
            "INSERT INTO presence (document_id, realm_id, user_id) VALUES (%s, %s, %s)",
            (document_id, realm_id, realm_id),
        )
        uow.session.connection.execute(  # type: ignore[attr-defined]
            "INSERT INTO reversions (document_id, realm_id, version, user_id, reverted_by, reason) "
            "VALUES (%s, %s, 1, %s, %s, 'It was right as it was.')",
            (document_id, realm_id, realm_id, name),
        )
        uow.commit()
    _keep_a_source(app, realm_id, document_id)
    third = receive(app, upload("c.md", text + "\nSee a.\n"))
    through(app, needs_work(app, third), until=StageName.EMBEDDER)
    publish(app, upload("e.md", text + "\nSee c.\n"))
    fourth = receive(app, upload("d.md", text + "\nSee b.\n"))
    with app.open_uow() as uow:
        call = PlannedCall("embeddings", "m", Payer(realm_id), 1, Usage(1, 0, 0.5))
        accounts = Budgets(app.settings.run_id).accounts(realm_id, datetime.now(UTC))
        [queued] = uow.documents.find(list(fourth.documents)).values()
        uow.parking.park(queued.job_id, "reject", {}, by=Reviewer(realm_id, name), window_s=10)
        uow.spending.reserve(call, accounts, run_id=app.settings.run_id, worker="w", lease_s=60)
        uow.commit()
    app.feed.read(realm_id, since="now", cursor="index", limit=1)
    with psycopg.connect(url) as owner:
        owner.execute("INSERT INTO upload_pipeline.pruned_changes (realm_id, through) VALUES (%s, 1)", [realm_id])
    app.erasures.plan(Meant(ErasureScope.REALM, realm_id))
    app.close()


def _keep_a_source(app: Pipeline, realm_id: RealmId, document_id: DocumentId) -> None:
    """A source with a file, a sync that waits for a person, and a document that has vanished."""
    source = app.sources.add(realm_id, SourceKind.FOLDER, "docs", "/nowhere/docs")
    with app.open_uow() as uow:
        uow.sources.put(
            source.source_id, realm_id, [TakenItem("file:///nowhere/docs/a.md", "a.md", 1, "1", "0" * 64, document_id)]
        )
        run_id, _ = uow.sources.begin_run(source.source_id, worker="w")
        assert run_id is not None
        uow.sources.end_run(run_id, RunOutcome.WAITING)
        uow.session.connection.execute(  # type: ignore[attr-defined]
            "INSERT INTO vanishings (document_id, realm_id, source_id, name) VALUES (%s, %s, %s, 'a.md')",
            (document_id, realm_id, source.source_id),
        )
        uow.commit()


@contextmanager
def member_of_api(postgres_url: str) -> Iterator[str]:
    """The name of a login that is nothing but a member of the API's role."""
    name = f"login_{uuid4().hex[:8]}"
    names = [sql.Identifier(name), sql.Identifier(API)]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(*names))
        yield name
        connection.execute(sql.SQL("DROP ROLE {}").format(names[0]))
