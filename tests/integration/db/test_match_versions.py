"""Signs, languages and versions of what facts are compared by: in documents, in question banks, and in older rows."""

import random
from collections.abc import Callable

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.migrate import migrate
from pipeline_core.domain.languages import may_be_one
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.domain.same_words import VERSION, same_words
from pipeline_core.review.decisions import Resolution
from tests.support.published import in_production
from tests.support.same_words import SAME_WORDS
from tests.support.through import publish, upload

MakePipeline = Callable[..., Pipeline]
FIRST = """# First manual

The boiler pressure must be ≥ 2 bar before the burner starts.

The donor must have blood of group B+ for the first unit.

The sender must radiate 3 MW in the night hours of the year.
"""
SECOND = FIRST.replace("≥", "≤").replace("B+", "B-").replace("MW", "mW")
PORTUGUESE = "# Regras\n\nO prazo de pagamento da renda mensal é de trinta dias e não é prorrogado pelo senhorio.\n"
SPANISH = "# Reglas\n\nEl plazo de pago de la renta mensual es de treinta días y no se prorroga por el arrendador.\n"
KEY = "\nLX prazo renda mensual pago plazo 4711 total.\n"

SPELLINGS = [
    ("'", "’"), ('"', "“"), (" ", "\u00a0"), (" ", "  "), ("<=", "≤"), ("e", "Ｅ"), ("5", "５"), ("-", "–"), (".", ""),
]  # fmt: skip


def answers(app: Pipeline) -> set[str]:
    with psycopg.connect(app.database_url, options="-c search_path=upload_pipeline,public") as connection:
        return {row[0] for row in connection.execute("SELECT answer FROM all_questions")}


def said(app: Pipeline, name: str) -> list[str]:
    return [text for filename, text in in_production(app) if filename == name]


@pytest.mark.parametrize("mode", ["scored", "baseline"])
def test_facts_that_differ_in_a_sign_are_both_published(make_pipeline: MakePipeline, mode: str) -> None:
    app = make_pipeline(changes={"duplicate_mode": mode})
    publish(app, upload("first.md", FIRST))
    publish(app, upload("second.md", SECOND))
    assert len(said(app, "first.md")) == len(said(app, "second.md")) == 3


def test_a_corrected_bank_keeps_its_corrections(app: Pipeline) -> None:
    entries = "Q: Which group must the donor have?\nA: {}\n\nQ: What is it written in?\nA: {}\n"
    wrong = app.staging.stage_bank(entries.format("B+", "C++").encode(), "wrong.md", by=Reviewer(app.realm_id))
    assert wrong.batch is not None
    app.staging.approve_questions(wrong.batch.batch_id, by=Reviewer(app.realm_id))
    app.staging.import_approved(wrong.batch.batch_id, by=Reviewer(app.realm_id))
    right = app.staging.stage_bank(entries.format("B-", "C#").encode(), "right.md", by=Reviewer(app.realm_id))
    assert right.counts is not None
    assert right.batch is not None
    assert right.counts.duplicate == 0
    pairs = app.review.pairs(OfBatch(right.batch.batch_id), app.realm_id)
    assert [(pair.flags, pair.proposed, pair.resolution) for pair in pairs] == [
        (["corrected"], "replace_existing", "pending")
    ] * 2
    app.review.resolve(OfBatch(right.batch.batch_id), Resolution.REPLACE_EXISTING, by=Reviewer(app.realm_id))
    app.staging.approve_questions(right.batch.batch_id, by=Reviewer(app.realm_id))
    app.staging.import_approved(right.batch.batch_id, by=Reviewer(app.realm_id))
    assert answers(app) == {"B-", "C#"}


def test_questions_in_the_same_words_are_found_by_the_server(app: Pipeline) -> None:
    """Its key is coarser, and never tells apart what is the same words."""
    chosen = random.Random(7)
    made = ["".join(chosen.choices("aAbBßμé 125.,-'\"<=>", k=20)) for _ in range(200)]
    pairs = [*SAME_WORDS, *((text, text.replace(*chosen.choice(SPELLINGS))) for text in made)]
    same = [pair for pair in pairs if same_words(*pair)]
    left, right = [pair[0] for pair in same], [pair[1] for pair in same]
    with psycopg.connect(app.database_url, options="-c search_path=upload_pipeline,public") as connection:
        told_apart = connection.execute(
            "SELECT a, b FROM unnest(%s::text[], %s::text[]) AS i (a, b) WHERE asked_key(a) <> asked_key(b)",
            (left, right),
        ).fetchall()
    assert len(same) > 150
    assert told_apart == []


def test_the_database_and_python_agree_on_languages(app: Pipeline) -> None:
    codes = ["", "pt", "es", "zh"]
    with psycopg.connect(app.database_url, options="-c search_path=upload_pipeline,public") as connection:
        rows = connection.execute(
            "SELECT a, b, may_be_one_language(a, b) FROM unnest(%(all)s::text[]) a, unnest(%(all)s::text[]) b",
            {"all": codes},
        ).fetchall()
    assert len(rows) == 16
    assert all(told == may_be_one(left, right) for left, right, told in rows)


def test_no_pair_is_raised_across_languages(make_pipeline: MakePipeline) -> None:
    """Nor where the words are the very same, as in a table of codes."""
    app = make_pipeline(changes={"duplicate_mode": "baseline", "duplicate_threshold": 0.3})
    for name, text in (("pt.md", PORTUGUESE + KEY), ("es.md", SPANISH + KEY)):
        publish(app, upload(name, text))
    with psycopg.connect(app.database_url, options="-c search_path=upload_pipeline,public") as connection:
        languages = connection.execute(
            "SELECT DISTINCT d.filename, q.language FROM staged_questions q "
            "JOIN documents d USING (document_id) ORDER BY 1"
        ).fetchall()
        pairs = connection.execute("SELECT count(*) FROM staging_duplicates").fetchone()
    assert languages == [("es.md", "es"), ("pt.md", "pt")]
    assert pairs == (0,)


def test_older_rows_are_given_the_present_hash(app: Pipeline) -> None:
    """Also with what hangs on it: the words of the exact duplicate, and what people decided."""
    publish(app, upload("first.md", FIRST))
    publish(app, upload("copy.md", FIRST + "\nThe gate is closed at night by the porter.\n"))
    query = (
        "SELECT question_id, match_sha256, match_version, language, duplicate_of_sha256 FROM staged_questions "
        "ORDER BY question_id"
    )
    with psycopg.connect(app.database_url, options="-c search_path=upload_pipeline,public") as connection:
        before = connection.execute(query).fetchall()
        assert {row[2] for row in before} == {VERSION}
        assert any(row[4] for row in before)
        for table in ("staged_questions", "all_questions"):
            connection.execute(
                f"UPDATE {table} SET match_version = 1, language = '', "
                "match_sha256 = encode(sha256(match_sha256::bytea), 'hex')"
            )
        connection.execute(
            "UPDATE staged_questions SET duplicate_of_sha256 = encode(sha256(duplicate_of_sha256::bytea), 'hex')"
        )
    assert migrate(app.database_url) == []
    with psycopg.connect(app.database_url, options="-c search_path=upload_pipeline,public") as connection:
        assert connection.execute(query).fetchall() == before
        assert connection.execute("SELECT count(*) FROM all_questions WHERE match_version < 3").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM orphaned_questions").fetchone() == (0,)
