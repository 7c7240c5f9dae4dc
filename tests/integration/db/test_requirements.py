"""A database or a login that lacks what the schema needs: all of it is named, with what mends it, before any row."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli.exits import Exit, of_error
from pipeline_core.db.connection import connect
from pipeline_core.db.errors import translated
from pipeline_core.db.migrate import migrate, pending
from pipeline_core.domain.checks import Check
from pipeline_core.domain.errors import (
    DatabaseNotReadyError,
    DatabaseUnavailableError,
    DataRejectedError,
    PipelineError,
)
from pipeline_core.settings import load_settings

LOGIN = "app-user"


class Place(NamedTuple):
    """A database without the schema, of this test's own, and a login to it that has no rights."""

    administrator: str
    login: str
    name: str

    def prepare(self, *statements: str) -> None:
        with psycopg.connect(self.administrator, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.format(database=self.name, login=f'"{LOGIN}"'))


@pytest.fixture
def make_place(postgres_url: str) -> Iterator[Callable[..., Place]]:
    names: list[str] = []

    def make(*, options: str = "", rights: str = "") -> Place:
        name = f"bare_{uuid4().hex[:12]}"
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} {options}")
            connection.execute(f'CREATE ROLE "{LOGIN}" LOGIN {rights}')
        names.append(name)
        url = postgres_url.replace("/postgres?", f"/{name}?")
        return Place(url, url.replace("postgres:@", f"{LOGIN}:@"), name)

    yield make
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for granted in connection.execute(
            "SELECT roleid::regrole::text, grantor::regrole::text FROM pg_auth_members WHERE member = %s::regrole",
            [f'"{LOGIN}"'],
        ).fetchall():
            connection.execute(f'REVOKE {granted[0]} FROM "{LOGIN}" GRANTED BY {granted[1]} CASCADE')
        connection.execute(f'DROP ROLE "{LOGIN}"')


def _doctor(url: str, home: Path) -> dict[str, Check]:
    """Its checks of the database."""
    pipeline = Pipeline(load_settings(database_url=url, home=home))
    checks = pipeline.diagnose()
    try:
        return {check.name: check for check, _ in zip(checks, range(4), strict=False)}
    finally:
        pipeline.close()


NO_FILES = "ALTER DATABASE {database} SET extension_control_path = '/nowhere'"
LACKING = {
    "no rights at all": ("", "", [], ["vector", "pg_trgm", "CREATE on the database", "CREATEROLE", "BYPASSRLS"]),
    "it may only make extensions": ("", "SUPERUSER", [NO_FILES], ["does not have the extension vector (pgvector)"]),
    "it may make roles and no extensions": (
        "",
        "CREATEROLE BYPASSRLS",
        ["GRANT CREATE ON DATABASE {database} TO {login}", "GRANT CREATE ON SCHEMA public TO {login}"],
        ["may not create the extension vector (pgvector)", "CREATE EXTENSION vector;"],
    ),
    "extensions are there, rights are not": (
        "",
        "",
        ["CREATE EXTENSION vector", "CREATE EXTENSION pg_trgm"],
        ["it lacks CREATE on the database", f'ALTER ROLE "{LOGIN}" BYPASSRLS;'],
    ),
    "an extension is where it is not looked for": (
        "",
        "SUPERUSER",
        ["CREATE SCHEMA elsewhere", "CREATE EXTENSION vector SCHEMA elsewhere"],
        ["the extension vector is in the schema elsewhere", "ALTER EXTENSION vector SET SCHEMA public;"],
    ),
    "an encoding of few characters": (
        "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
        "SUPERUSER",
        [],
        ["encoding is LATIN1", "ENCODING 'UTF8'"],
    ),
}


@pytest.mark.parametrize(("options", "rights", "prepared", "said"), LACKING.values(), ids=LACKING)
def test_what_lacks_is_named_with_what_mends_it(
    make_place: Callable[..., Place], tmp_path: Path, options: str, rights: str, prepared: list[str], said: list[str]
) -> None:
    place = make_place(options=options, rights=rights)
    place.prepare(*prepared)
    with pytest.raises(DatabaseNotReadyError) as raised:
        migrate(place.login)
    for words in said:
        assert words in str(raised.value)
    assert "retry JOB" not in str(raised.value)
    assert of_error(raised.value) is Exit.CONFIGURATION

    check = _doctor(place.login, tmp_path)["database"]
    assert check.result == "failed"
    for words in said:
        assert words in f"{check.detail} {check.fix}"
    with psycopg.connect(place.administrator) as connection:
        assert connection.execute("SELECT to_regnamespace('upload_pipeline')").fetchone() == (None,)


def test_what_is_advised_is_enough(make_place: Callable[..., Place], tmp_path: Path) -> None:
    """Without rights, then with those statements that the message has, then with the schema."""
    place = make_place()
    with pytest.raises(DatabaseNotReadyError) as raised:
        migrate(place.login)
    advised = raised.value.what_to_do.partition("runs in this database: ")[2].partition(" Then `pipeline migrate`")[0]
    place.prepare(*advised.split(";"))
    checks = _doctor(place.login, tmp_path)
    assert checks["database"].result == "ok"
    assert "pipeline migrate" in checks["migrations"].fix
    assert migrate(place.login)
    assert _doctor(place.login, tmp_path)["migrations"].result == "ok"


def test_a_member_of_the_role_needs_no_other_right(
    make_place: Callable[..., Place], database_url: str, tmp_path: Path
) -> None:
    """Somebody else made the schema: the login can work with it, and the doctor finds nothing amiss."""
    make_place().prepare("GRANT upload_pipeline_service TO {login}")
    login = database_url.replace("postgres:@", f"{LOGIN}:@")
    assert not pending(login)
    assert {check.result for check in _doctor(login, tmp_path).values()} == {"ok"}
    # an upgrade is for whom the schema belongs to
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM upload_pipeline.schema_migrations WHERE name LIKE '0002%'")
    with pytest.raises(DatabaseNotReadyError, match="belongs to postgres"):
        migrate(login)


REFUSALS: list[tuple[str, str, type[PipelineError]]] = [
    ("upload_pipeline_api", "DELETE FROM upload_jobs", DatabaseNotReadyError),
    ("upload_pipeline_api", "INSERT INTO webhook_endpoints (realm_id, url, secret) VALUES ('{user}', 'https://x', 'y')",
     DataRejectedError),
    ("", "SET TRANSACTION READ ONLY; DELETE FROM upload_jobs", DatabaseUnavailableError),
    ("", "CREATE EXTENSION no_such_extension", DatabaseNotReadyError),
]  # fmt: skip


@pytest.mark.parametrize(("role", "statement", "kind"), REFUSALS)
def test_a_right_that_lacks_is_not_the_documents_fault(
    database_url: str, role: str, statement: str, kind: type[PipelineError]
) -> None:
    with pytest.raises(PipelineError) as raised, translated(), connect(database_url, role=role) as connection:
        connection.execute(statement.format(user=uuid4()))
    assert type(raised.value) is kind, raised.value
