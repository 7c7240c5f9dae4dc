"""Requirements of a database before the schema can be made in it, and advice where one is not met."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import dict_row

from pipeline_core.domain.errors import DatabaseNotReadyError

EXTENSIONS = {"vector": "pgvector", "pg_trgm": "pg_trgm, of PostgreSQL's contrib package"}
"""What each extension is known as, by its name in the database."""
_LEAST_SERVER = 15
"""UNIQUE NULLS NOT DISTINCT"""
_LEAST_VECTOR = (0, 8)
"""hnsw.iterative_scan"""
_SCHEMA = "upload_pipeline"
_ROLES = "upload_pipeline_service, upload_pipeline_api"

_FACTS = """
SELECT quote_ident(current_user) AS login, quote_ident(current_database()) AS database,
    current_setting('server_version_num')::int / 10000 AS server, current_setting('server_encoding') AS encoding,
    r.rolsuper AS is_superuser, r.rolcreaterole AS creates_roles, r.rolbypassrls AS bypasses,
    has_database_privilege(current_database(), 'CREATE') AS creates_schemas,
    to_regnamespace('public') IS NOT NULL AND has_schema_privilege('public', 'CREATE') AS creates_in_public,
    NOT EXISTS (SELECT FROM pg_roles p WHERE p.rolname IN ('upload_pipeline_service', 'upload_pipeline_api')
        AND NOT pg_has_role(p.oid, 'MEMBER WITH ADMIN OPTION')) AS grants,
    quote_ident(pg_get_userbyid(n.nspowner)) AS owner, coalesce(pg_has_role(n.nspowner, 'MEMBER'), true) AS owns
FROM pg_roles r LEFT JOIN pg_namespace n ON n.nspname = %(schema)s
WHERE r.rolname = current_user
"""
_FOUND_EXTENSIONS = """
SELECT wanted AS name, a.default_version AS offered, coalesce(v.trusted, false) AS is_trusted,
    e.extversion AS installed, e.extnamespace::regnamespace::text AS schema,
    e.extnamespace::regnamespace::text = ANY(%(path)s) AS is_in_path
FROM unnest(%(names)s::text[]) AS wanted
LEFT JOIN pg_available_extensions a ON a.name = wanted
LEFT JOIN pg_available_extension_versions v ON v.name = wanted AND v.version = a.default_version
LEFT JOIN pg_extension e ON e.extname = wanted
"""


class Unmet(NamedTuple):
    """One thing that is lacking, as the end of a sentence, and what mends it: advice, or a statement."""

    what: str
    advice: str = ""
    statements: str = ""
    """For an administrator to run in the database."""
    instead: str = ""
    """Another way, which needs none of the statements."""
    is_right: bool = False
    """A right of the login, which it needs to make the schema and not afterwards."""
    is_certain: bool = True
    """Whether it can be told without trying: hosted services grant some rights in ways of their own."""


def unmet(connection: psycopg.Connection[Any]) -> list[Unmet]:
    """Requirements that the login does not meet for making the schema. Writes nothing."""
    with connection.cursor(row_factory=dict_row) as cursor:
        facts = cursor.execute(_FACTS, {"schema": _SCHEMA}).fetchall()[0]
        path = [_SCHEMA, "public", "extensions", "pg_catalog"]
        extensions = cursor.execute(_FOUND_EXTENSIONS, {"names": list(EXTENSIONS), "path": path}).fetchall()
    of_extensions = [one for row in extensions for one in _of_extension(row, facts)]
    return [*_of_server(facts), *of_extensions, *(_of_login(facts) if not facts["is_superuser"] else [])]


def not_ready(lacking: Sequence[Unmet], *, where: str, cause: str = "") -> DatabaseNotReadyError:
    """All of it as one error; ``cause`` is what PostgreSQL said to an attempt."""
    said = f" PostgreSQL says: {cause}." if cause else ""
    statements = " ".join(one.statements for one in lacking if one.statements)
    steps = [*dict.fromkeys(one.advice for one in lacking if one.advice)]
    if statements:
        steps.append(f"An administrator runs in this database: {statements}")
    steps += ["Then `pipeline migrate`.", *(one.instead for one in lacking if one.instead)]
    return DatabaseNotReadyError(
        f"The schema cannot be made: {'; '.join(one.what for one in lacking)}.{said}",
        where=where,
        action=" ".join(steps),
    )


def _of_server(facts: dict[str, Any]) -> Iterator[Unmet]:
    if facts["server"] < _LEAST_SERVER:
        yield Unmet(
            f"the server is PostgreSQL {facts['server']}, older than {_LEAST_SERVER}",
            f"Use PostgreSQL {_LEAST_SERVER} or newer.",
        )
    if facts["encoding"] != "UTF8":
        yield Unmet(
            f"the database's encoding is {facts['encoding']}, which lacks characters that UTF8 has",
            "Make a database with UTF-8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0;",
        )


def _of_extension(row: dict[str, Any], facts: dict[str, Any]) -> Iterator[Unmet]:
    name, known_as = row["name"], EXTENSIONS[row["name"]]
    if row["installed"]:
        if not row["is_in_path"]:
            yield Unmet(
                f"the extension {name} is in the schema {row['schema']}, where it is not looked for",
                statements=f"ALTER EXTENSION {name} SET SCHEMA public;",
            )
        if name == "vector" and _is_too_old(row["installed"]):
            yield Unmet(
                f"the extension vector (pgvector) is {row['installed']}, older than {_version(_LEAST_VECTOR)}",
                f"Have pgvector {_version(_LEAST_VECTOR)} or newer installed on the server.",
                "ALTER EXTENSION vector UPDATE;",
            )
    elif row["offered"] is None:
        package = f"postgresql-{facts['server']}-pgvector" if name == "vector" else "postgresql-contrib"
        yield Unmet(
            f"the server does not have the extension {name} ({known_as})",
            f"Have {name} installed on the server: Debian and Ubuntu have the package {package}, hosted PostgreSQL a "
            "switch.",
        )
    elif name == "vector" and _is_too_old(row["offered"]):
        yield Unmet(
            f"the server's extension vector (pgvector) is {row['offered']}, older than {_version(_LEAST_VECTOR)}",
            f"Have pgvector {_version(_LEAST_VECTOR)} or newer installed on the server.",
        )
    elif not (facts["is_superuser"] or (row["is_trusted"] and facts["creates_schemas"])):
        yield Unmet(
            f"the login {facts['login']} may not create the extension {name} ({known_as})",
            statements=f"CREATE EXTENSION {name};",
            is_right=True,
            is_certain=False,
        )


def _of_login(facts: dict[str, Any]) -> Iterator[Unmet]:
    login, database = facts["login"], facts["database"]
    if not facts["owns"]:
        yield Unmet(
            f"the schema {_SCHEMA} belongs to {facts['owner']}, and the login {login} is not a member of that role",
            f"Log in as {facts['owner']} for `pipeline migrate`, or: GRANT {facts['owner']} TO {login};",
            is_right=True,
        )
        return
    rights = (
        # name in the facts, what it is, what gives it, whether it is certain
        (
            "creates_schemas",
            f"CREATE on the database {database}",
            f"GRANT CREATE ON DATABASE {database} TO {login};",
            True,
        ),
        ("creates_in_public", "CREATE on the schema public", f"GRANT CREATE ON SCHEMA public TO {login};", True),
        ("creates_roles", "CREATEROLE", f"ALTER ROLE {login} CREATEROLE;", False),
        ("bypasses", "BYPASSRLS", f"ALTER ROLE {login} BYPASSRLS;", False),
        ("grants", f"ADMIN OPTION on the roles {_ROLES}", f"GRANT {_ROLES} TO {login} WITH ADMIN OPTION;", False),
    )
    missing = [(right, mend, certain) for held, right, mend, certain in rights if not facts[held]]
    if missing:
        yield Unmet(
            f"the login {login} may not make schema and roles: it lacks {', '.join(right for right, _, _ in missing)}",
            statements=" ".join(mend for _, mend, _ in missing),
            instead="Or run `pipeline migrate` once with an administrator's login in UPLOAD_PIPELINE_DATABASE_URL; "
            f"then all that {login} needs is: GRANT {_ROLES} TO {login};",
            is_right=True,
            is_certain=any(certain for _, _, certain in missing),
        )


def _is_too_old(version: str) -> bool:
    parts = version.split(".")[:2]
    return all(part.isdigit() for part in parts) and tuple(map(int, parts)) < _LEAST_VECTOR


def _version(parts: tuple[int, ...]) -> str:
    return ".".join(map(str, parts))
