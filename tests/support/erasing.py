"""Planting words that nobody else has, erasing, and looking for them wherever bytes are."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db import postgres_programs as programs
from pipeline_core.domain.erasing import ErasureScope, spellings
from pipeline_core.domain.ids import DocumentId, RealmId, UserId
from pipeline_core.domain.markdown_text import plain
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.services.plan_erasures import Meant

WHY = "Somebody asked for it, under article 17."


def plan(app: Pipeline, *documents: DocumentId) -> Erasure:
    return app.erasures.plan(Meant(ErasureScope.DOCUMENTS, app.realm_id, document_ids=documents))


def erase(app: Pipeline, *documents: DocumentId) -> Erasure:
    """Erase documents of the realm, from the plan to the certificate."""
    return app.carry_out_erasures(app.erasures.begin(plan(app, *documents).erasure_id, WHY).erasure_id)


def erase_person(app: Pipeline, person: UserId, realm_id: RealmId | None) -> Erasure:
    planned = app.erasures.plan(Meant(ErasureScope.PERSON, realm_id, person))
    return app.carry_out_erasures(app.erasures.begin(planned.erasure_id, WHY).erasure_id)


def erase_realm(app: Pipeline, realm_id: RealmId) -> Erasure:
    planned = app.erasures.plan(Meant(ErasureScope.REALM, realm_id))
    return app.carry_out_erasures(app.erasures.begin(planned.erasure_id, WHY).erasure_id)


def dump(url: str) -> bytes:
    """The whole database as text, by PostgreSQL's own tool and not by ours."""
    conninfo, environment = programs.connection(url)
    command = [str(programs.program("pg_dump", 0)), "--no-owner", "--no-password", f"--dbname={conninfo}"]
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout


def places_of(app: Pipeline, url: str, text: str) -> list[str]:
    """Where the text is: in a dump, in the bytes of objects and of every file of the home, in Prefect's database."""
    wanted = [one.encode() for one in spellings(text)]
    found = [f"dump: {line[:300]!r}" for line in dump(url).splitlines() if any(one in line for one in wanted)]
    for key in app.store.list(""):
        if text in key or any(one in app.store.get(key) for one in wanted):
            found.append(f"object {key}")
    for path in app.home.rglob("*"):
        if path.is_file() and "postgres" not in path.parts and any(one in path.read_bytes() for one in wanted):
            found.append(f"file {path}")
    return found


def make_prefect_database(home: Path, *texts: str) -> Path:
    """A database as Prefect's: a run that is called after a document, and an artifact that lists it."""
    path = home / "prefect" / "prefect.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE flow_run (id CHAR(36) PRIMARY KEY, name VARCHAR NOT NULL, parameters JSON)")
        database.execute("CREATE TABLE artifact (id CHAR(36) PRIMARY KEY, data JSON)")
        for number, text in enumerate(texts):
            quoted = json.dumps(f"| {plain(text)} | published |")
            database.execute("INSERT INTO flow_run VALUES (?, ?, '{}')", [str(number), f"{text} + 3 more"])
            database.execute("INSERT INTO artifact VALUES (?, ?)", [str(number), quoted])
        database.commit()
    return path
