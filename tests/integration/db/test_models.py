"""The SQLAlchemy models and the migrated schema say the same, table by table, and neither says more."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Table, create_engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import Inspector
from sqlalchemy.pool import NullPool

from pipeline_core.db.models import SCHEMA, Base, Xid8
from tests.support.database import copied_database

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
ischema_names["xid8"] = Xid8
TABLES = {table.name: table for table in Base.metadata.sorted_tables}


@pytest.fixture(scope="module")
def inspector(postgres_url: str, template_database: str) -> Iterator[Inspector]:
    with copied_database(postgres_url, template_database) as url:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
        yield inspect(engine)


def test_the_same_tables(inspector: Inspector) -> None:
    assert sorted(TABLES) == sorted(inspector.get_table_names(SCHEMA))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_same_columns(inspector: Inspector, name: str) -> None:
    in_database = [(c["name"], *_description(c)) for c in inspector.get_columns(name, SCHEMA)]
    in_model = [(c.name, *_model_description(c)) for c in TABLES[name].columns]

    assert sorted(in_model) == sorted(in_database)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_same_keys(inspector: Inspector, name: str) -> None:
    table = TABLES[name]

    primary = inspector.get_pk_constraint(name, SCHEMA)["constrained_columns"]
    assert {c.name for c in table.primary_key} == set(primary)
    assert _model_foreign_keys(table) == {
        (
            tuple(key["constrained_columns"]),
            f"{key['referred_schema']}.{key['referred_table']}",
            tuple(key["referred_columns"]),
            key["options"].get("ondelete"),
        )
        for key in inspector.get_foreign_keys(name, SCHEMA)
    }


def _description(column: Any) -> tuple[str, bool, str]:
    if column.get("computed"):
        origin = "computed"
    elif column.get("identity"):
        origin = "identity"
    else:
        origin = "default" if column["default"] else "given"
    return column["type"].compile(DIALECT), column["nullable"], origin


def _model_description(column: Column[Any]) -> tuple[str, bool, str]:
    if column.computed:
        origin = "computed"
    elif column.identity:
        origin = "identity"
    else:
        origin = "default" if column.server_default else "given"
    return column.type.compile(DIALECT), bool(column.nullable), origin


def _model_foreign_keys(table: Table) -> set[tuple[tuple[str, ...], str, tuple[str, ...], str | None]]:
    return {
        (
            tuple(key.columns.keys()),
            key.referred_table.fullname,
            tuple(element.column.name for element in key.elements),
            key.ondelete,
        )
        for key in table.foreign_key_constraints
    }
