"""Facts are compared within a realm; what that takes does not grow with what the realm has."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from psycopg.types.json import Jsonb

from pipeline_core.db.packed_rows import half
from pipeline_core.db.queries import load
from pipeline_core.db.session import Session, prepare
from pipeline_core.db.staging import Staging
from pipeline_core.domain.ids import QuestionId, RealmId
from pipeline_core.domain.sketches import sketches_of
from pipeline_core.domain.staging import NewRows
from pipeline_core.duplicates.comparing import match_keys
from tests.support.database import copied_database

_MODEL = {"model": "test", "version": "1"}


@pytest.fixture(scope="module")
def connection(postgres_url: str, template_database: str) -> Iterator[psycopg.Connection[Any]]:
    with copied_database(postgres_url, template_database) as url, psycopg.connect(url) as connection:
        connection.execute("SET search_path = upload_pipeline, public")
        prepare(connection)
        yield connection
        connection.rollback()


def _publish(connection: psycopg.Connection[Any], realm_id: UUID, texts: list[str], vectors: Any) -> list[QuestionId]:
    """Rows of production by COPY, with their vectors."""
    session = Session(connection)
    keys = match_keys(Staging(session), texts)
    connection.execute(
        "INSERT INTO embedding_models (embed_model, dims, is_active, activated_at) VALUES ('test', %s, true, now()) "
        "ON CONFLICT DO NOTHING",
        (vectors.shape[1],),
    )
    columns = {
        "question_id": "uuid", "realm_id": "uuid", "question_type": "text", "question": "text", "answer": "text",
        "statement": "text", "generator": "text", "match_text": "text", "match_sha256": "text",
        "match_trigrams": "int4", "match_signature": "bytea", "embedding": "halfvec", "embed_model": "text",
        "embed_version": "text",
    }  # fmt: skip
    ids = [QuestionId(uuid4()) for _ in texts]
    session.copy(
        "all_questions",
        columns,
        [
            (
                i,
                realm_id,
                "fact",
                "q",
                k.text,
                k.text,
                "test",
                k.text,
                k.sha256,
                k.trigrams,
                k.signature,
                half(v),
                "test",
                "1",
            )
            for i, k, v in zip(ids, keys, vectors, strict=True)
        ],
    )
    return ids


@pytest.mark.parametrize("dims", [4, 100, 256])
def test_database_and_program_make_the_same_sketches(connection: psycopg.Connection[Any], dims: int) -> None:
    vectors = np.random.default_rng(dims).standard_normal((40, dims)).astype(np.float32)
    vectors[0, 0] = 0.0
    realm_id = RealmId(uuid4())
    with connection.transaction(force_rollback=True):
        ids = _publish(connection, realm_id, [f"The pump {n} is new." for n in range(40)], vectors)
        [block] = Staging(Session(connection)).comparable_sketches(NewRows(realm_id), dims=dims, **_MODEL)
        other = list(
            Staging(Session(connection)).comparable_sketches(NewRows(realm_id), dims=dims, model="another", version="1")
        )
    assert block.sketches is not None
    order = [ids.index(block.counterpart(at).question_id) for at in range(len(block))]
    assert (block.sketches == sketches_of(vectors)[order]).all()
    assert not any(one.sketches is not None and one.sketches.any() for one in other)


def test_cosines_are_of_the_pairs_that_were_asked_for(connection: psycopg.Connection[Any]) -> None:
    vectors = np.random.default_rng(1).standard_normal((30, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    new = np.vstack([vectors[:3] + 0.1, np.zeros((1, 16), np.float32)])
    realm_id = RealmId(uuid4())
    with connection.transaction(force_rollback=True):
        published = _publish(connection, realm_id, [f"The fan {n} is old." for n in range(30)], vectors)
        rows = np.array([0, 2, 1, 3, 0], dtype=np.int32)
        others = [published[7], published[2], published[29], published[0], QuestionId(uuid4())]
        ids = np.frombuffer(b"".join(one.bytes for one in others), dtype="V16")
        found = Staging(Session(connection)).cosines(new, rows, ids, np.zeros(5, dtype=bool), **_MODEL)
    wanted = [float(new[i] @ vectors[j] / np.linalg.norm(new[i])) for i, j in ((0, 7), (2, 2), (1, 29))]
    assert found[:3] == pytest.approx(wanted, abs=1e-4)
    assert np.isnan(found[3:]).all()


def test_what_is_published_is_found_by_indexes_alone(connection: psycopg.Connection[Any]) -> None:
    """With much published and statistics of a little: neither exact counterparts nor other numbers read it all."""
    realm_id = RealmId(uuid4())
    with connection.transaction(force_rollback=True):
        _publish(connection, realm_id, ["The first pump is new."], np.ones((1, 4), np.float32))
        connection.execute("ANALYZE all_questions")
        texts = [f"The pump in hall {n} is new." for n in range(1500)]
        _publish(connection, realm_id, texts, np.ones((1500, 4), np.float32))
        keys = match_keys(Staging(Session(connection)), [*texts[:40], "The second pump is new."])
        params = {
            "realm_id": realm_id, "keys": [key.sha256 for key in keys], "of_keys": [""] * len(keys), "document_ids": [],
            "question_ids": [], "scanned": [],
        }  # fmt: skip
        plan = _plan(connection, "exact_duplicates", params)
        assert "Seq Scan on all_questions" not in plan
        assert "all_questions_match_idx" in plan
        differing = _plan(connection, "differ_from_published", {"document_ids": [uuid4()]})
        assert "Seq Scan on all_questions" not in differing
        # the key holds whose they are, so that no index by user alone will do
        lookups = ("undisputed", "own_undisputed", "same_question", "about", "own_about")
        for index in (f"all_questions_{lookup}_idx" for lookup in lookups):
            assert index in differing
        found = re.findall(r"Index (?:Only )?Scan using all_questions_match_idx.*?actual rows=(\d+)", plan)
        assert max(map(int, found)) <= 1


def _plan(connection: psycopg.Connection[Any], name: str, params: dict[str, Any]) -> str:
    rows = connection.execute(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF) {load()[name]}".encode(), params).fetchall()
    return "\n".join(line for (line,) in rows)


def test_vectors_are_not_read_to_be_compared() -> None:
    """What is streamed of all rows has their signs, not their vectors."""
    statement = load()["comparable_sketches"]
    assert "c.sketch" in statement
    assert not re.search(r"\bc\.embedding\b|vector_send", statement)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The plan does not cover hail for 5 days.", "The plan covers hail for 14 days."),
        ("Members can't transfer it.", "Members can transfer it."),
        ("Members cannot transfer it.", "Members can transfer it."),
        ("The fee isn't refunded.", "The fee is refunded."),
        ("Hagel ist nicht versichert.", "Hagel ist versichert."),
        ("La grêle n'est pas assurée.", "La grêle est assurée."),
        ("El granizo no está cubierto.", "El granizo está cubierto."),
        ("La polizza non copre la grandine.", "La polizza copre la grandine."),
        ("A apólice não cobre granizo.", "A apólice cobre granizo."),
        ("De polis dekt geen hagel.", "De polis dekt hagel."),
    ],
)
def test_what_is_denied_is_looked_up_as_what_is_not(connection: psycopg.Connection[Any], one: str, other: str) -> None:
    mine, theirs = uuid4(), uuid4()
    [keys] = connection.execute(
        "SELECT undisputed(%(m)s, %(a)s), undisputed(%(m)s, %(b)s), undisputed(%(t)s, %(b)s)",
        {"m": mine, "t": theirs, "a": one, "b": other},
    ).fetchall()
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (
            "The storm and flood excess is $600.",
            "Excess: Storm or flooding – Excess: 3%, here $900; Note: 2 – a: b",
            True,
        ),
        ("The excess for flood and storm is $750.", "The storm and flood excess is $600.", True),
        (
            "Der Selbstbehalt für Sturm und Hagel beträgt 500 €.",
            "Selbstbehalt: Hagel, Sturm – Selbstbehalt: 600 €",
            True,
        ),
        ("The storm and flood excess is $600.", "The storm and fire excess is $750.", False),
        ("The excess is $600.", "The excess is $750.", None),
        ("Storms of 600 days go on.", "Storms of 600 days go on.", None),
    ],
)
def test_what_gives_values_of_the_same_is_looked_up_together(
    connection: psycopg.Connection[Any], one: str, other: str, is_same: bool | None
) -> None:
    found = connection.execute(
        "SELECT about(%(m)s, %(a)s) = about(%(m)s, %(b)s)", {"m": uuid4(), "a": one, "b": other}
    ).fetchall()
    assert found == [(is_same,)]


@pytest.mark.parametrize(
    ("statement", "quotes", "own"),
    [
        ("Storms: Hail is covered.", ["Hail is covered.", "## Storms"], "Hail is covered."),
        ("Teil B: Garagen: **Hagel** ist versichert.", ["*Hagel* ist versichert."], "**Hagel** ist versichert."),
        ("倉庫: 返品は三十日以内に限る。", ["返品は三十日以内に限る。"], "返品は三十日以内に限る。"),
        # a label, an item with its lead-in and a row are what their evidence says
        ("Fee: 500 dollars", ["Fee: 500 dollars"], None),
        ("Never insured: Boats are at sea.", ["Never insured:", "- Boats are at sea."], None),
        ("Excess: Storm – Sum: $9; Note: none", ["| Storm | $9 | none |"], None),
        ("Storm – Sum: $9", ["| Peril | Sum |", "| Storm | $9 |"], None),
        ("Hail is covered.", ["Hail is covered."], None),
        ("Storms: Hail is covered.", None, None),
    ],
)
def test_own_words_are_those_behind_a_heading(
    connection: psycopg.Connection[Any], statement: str, quotes: list[str] | None, own: str | None
) -> None:
    evidence = None if quotes is None else Jsonb([{"quote": quote} for quote in quotes])
    assert connection.execute("SELECT own_words(%s, %s)", (statement, evidence)).fetchall() == [(own,)]
