"""A transaction has its claims before its first statement; queries that are sent together bring their own rows."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pipeline_core.db.connection import connect
from pipeline_core.db.session import Session

CLAIMS = '{"sub": "00000000-0000-0000-0000-00000000a001"}'
_CLAIMS_SET = "SELECT current_setting('request.jwt.claims', true)"
REALM = UUID(int=1)


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with connect(database_url) as opened:
        yield opened


def test_claims_are_set_before_the_first_named_query(connection: psycopg.Connection[Any]) -> None:
    session = Session(connection, claims=CLAIMS)
    assert session.all("documents_of_contents", realm_id=REALM, checksums=["none"]) == []
    assert connection.execute(_CLAIMS_SET).fetchone() == (CLAIMS,)


@pytest.mark.parametrize("way", ["connection", "ahead", "together"])
def test_claims_are_set_before_anything_else_is_done(connection: psycopg.Connection[Any], way: str) -> None:
    session = Session(connection, claims=CLAIMS)
    if way == "ahead":
        session.ahead("documents_of_contents", realm_id=REALM, checksums=["none"])
    elif way == "together":
        with session.together():
            pass
    else:
        assert session.connection is connection
    assert connection.execute(_CLAIMS_SET).fetchone() == (CLAIMS,)


def test_queries_sent_ahead_bring_their_own_rows_once(connection: psycopg.Connection[Any]) -> None:
    session = Session(connection)
    session.ahead("places_gone_back", "find_originals", realm_id=REALM, uris=[], document_ids=[REALM])
    assert session.mapping("find_originals", document_ids=[REALM]) == {}
    assert session.column("places_gone_back", realm_id=REALM, uris=[], document_ids=[REALM]) == []
    assert session.mapping("find_originals", document_ids=[REALM]) == {}


def test_a_query_with_other_parameters_is_asked_anew(connection: psycopg.Connection[Any]) -> None:
    session = Session(connection)
    session.ahead("current_snapshot", "taken_elsewhere", realm_id=REALM, document_ids=[REALM])
    assert session.all("taken_elsewhere", realm_id=UUID(int=2), document_ids=[REALM]) == []


def test_a_statement_that_fails_among_others_raises_its_own_error(connection: psycopg.Connection[Any]) -> None:
    session = Session(connection)
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        session.ahead("current_snapshot", "find_originals", document_ids=["no id"])
