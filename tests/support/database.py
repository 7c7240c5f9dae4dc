"""Databases and jobs for tests that need no files: made straight in PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.documents import Document
from pipeline_core.domain.ids import CorrelationId, RealmId, document_id_for, job_id_for, text_sha256
from pipeline_core.domain.object_keys import original_key


@contextmanager
def copied_database(postgres_url: str, template: str) -> Iterator[str]:
    """A migrated database of its own, for a test or the tests of a module; dropped at the end."""
    name = f"t_{uuid4().hex[:12]}"
    # file by file takes half the processor time of a copy by the log, and what the first connection needs is in it
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        yield postgres_url.replace("/postgres?", f"/{name}?")
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def new_document(realm_id: RealmId) -> Document:
    """A document that nobody else has; its bytes are nowhere."""
    checksum = text_sha256(uuid4().hex)
    document_id = document_id_for(realm_id, checksum)
    key = original_key(document_id, "a.md")
    return Document(document_id, realm_id, job_id_for(document_id, 0), "a.md", "text/markdown", 1, checksum, key)


def register(uow: UnitOfWork, realm_id: RealmId, count: int = 1, *, workflow: str = "automatic") -> list[Document]:
    """New documents, each with its queued job; the caller commits."""
    documents = [new_document(realm_id) for _ in range(count)]
    uow.documents.register(documents, realm_id=realm_id, correlation_id=CorrelationId(uuid4()), workflow=workflow)
    return documents
