"""Duplicate detection on a real database: baseline against brute force, and what scored mode stores and decides."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.session import Session
from pipeline_core.db.staging import Staging
from pipeline_core.domain.ids import QuestionId, RealmId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.staging import Matchable, NewRows
from pipeline_core.duplicates.baseline import Baseline
from pipeline_core.duplicates.comparing import match_keys
from pipeline_core.review.decisions import Decision, Request, Resolution
from tests.support.database import copied_database
from tests.support.fakes import HashEmbedder
from tests.support.through import needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]

# letters of many scripts, marks, digits, ligatures, things that change length when lower-cased
_WORDS = ["due", "Due", "dues", "loss", "los", "Straße", "STRASSE", "İstanbul", "ıstanbul", "ﬁre", "fire", "naïve",
          "naive", "Ελλάδα", "ελλας", "ΣΑΣ", "страхование", "Страховка", "保険", "保険料", "보험료", "تأمين",
          "12", "12th", "x_y", "e\u0301tat", "état", "½", "Ⅷ", "𝔘ber", "a", "ǅ", "don't"]  # fmt: skip
_texts = st.one_of(
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6).map(" ".join),
    st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20),
)


@pytest.fixture(scope="module")
def connection(postgres_url: str, template_database: str) -> Iterator[psycopg.Connection[Any]]:
    with copied_database(postgres_url, template_database) as url, psycopg.connect(url) as connection:
        connection.execute("SET search_path = upload_pipeline, public")
        yield connection
        connection.rollback()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_texts, min_size=1, max_size=8),
    st.lists(_texts, min_size=1, max_size=8),
    st.sampled_from([0.3, 0.35, 0.5, 0.6, 0.65, 0.7, 0.8, 0.9, 1.0]),
)
def test_baseline_is_brute_force(
    connection: psycopg.Connection[Any], new: list[str], there: list[str], threshold: float
) -> None:
    """The pairs that the mode returns are those that ``similarity() >= t`` holds for: none missed, none added."""
    staging = Staging(Session(connection))
    realm_id = RealmId(uuid4())
    with connection.transaction(force_rollback=True):
        rows = _put(connection, staging, realm_id, new, "staged_questions")
        others = _put(connection, staging, realm_id, there, "all_questions")
        excluded = NewRows(realm_id, question_ids=[row.question_id for row in rows])
        pairs = Baseline(threshold)(staging, excluded, rows)
        brute = connection.execute(
            "SELECT q.question_id, p.question_id FROM staged_questions q "
            "JOIN (SELECT question_id, match_text, -1 AS n FROM all_questions WHERE realm_id = %(user)s UNION ALL "
            "      SELECT question_id, match_text, ordinality FROM staged_questions "
            "      JOIN unnest(%(ids)s::uuid[]) WITH ORDINALITY AS i (id, ordinality) ON id = question_id) p "
            "    ON p.n < (SELECT ordinality FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS i (id, ordinality) "
            "              WHERE id = q.question_id) "
            "WHERE q.question_id = ANY(%(ids)s) AND similarity(q.match_text, p.match_text) >= %(threshold)s::real",
            {"user": realm_id, "ids": [row.question_id for row in rows], "threshold": threshold},
        ).fetchall()
    assert {(pair.staged, pair.existing) for pair in pairs} == set(brute)
    assert len(pairs) == len(brute)
    assert {pair.existing for pair in pairs if not pair.existing_is_staged} <= {row.question_id for row in others}


def _put(
    connection: psycopg.Connection[Any], staging: Staging, realm_id: RealmId, texts: list[str], table: str
) -> list[Matchable]:
    """Rows with these texts, of a batch of their own."""
    keys = match_keys(staging, texts)
    rows = [
        Matchable(QuestionId(uuid4()), realm_id, key.sha256, key.trigrams, key.signature, key.text, "", False, "", "")
        for key in keys
    ]
    more = {"question_type": "fact", "question": "q", "answer": "a", "generator": "test"}
    if table == "staged_questions":
        more["upload_batch_id"] = str(uuid4())
        connection.execute(
            "INSERT INTO upload_batches (batch_id, uploaded_by, realm_id, file_name) VALUES (%s, %s, %s, 'bank.md')",
            (more["upload_batch_id"], realm_id, realm_id),
        )
    else:
        more |= {"embedding": "[1]", "embed_model": "test", "embed_version": "1"}
        connection.execute(
            "INSERT INTO embedding_models (embed_model, dims, is_active, activated_at) VALUES ('test', 1, true, now()) "
            "ON CONFLICT DO NOTHING"
        )
    columns = ["question_id", "realm_id", "match_text", "match_sha256", "match_trigrams", "match_signature", *more]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
            [(r.question_id, realm_id, r.text, r.sha256, r.trigrams, r.signature, *more.values()) for r in rows],
        )
    return rows


def _pairs(url: str, columns: str = "p.resolution, p.method, p.reasons -> 'flags', p.similarity_score") -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            f"SELECT {columns} FROM upload_pipeline.staging_duplicates p "
            "JOIN upload_pipeline.staged_questions q ON q.question_id = p.staged_question_id ORDER BY q.statement"
        ).fetchall()


FIRST = """# Rules

Members must report every loss to the service office within thirty days.

The certificate of insurance is renewed automatically in the spring.

Damage by rising groundwater in the cellar is covered by this contract.

The claims desk in Vienna must answer letters from members abroad within a week.
"""
SECOND = """# Rules

Members must report each loss to the service office within thirty days.

The certifcate of insurance is renewed automatically in the spring.

Damage by rising groundwater in the cellar is not covered by this contract.

The claims desk in Warsaw must answer letters from members abroad within a week.
"""


def test_scored_pairs_have_reasons_and_only_harmless_ones_are_merged(app: Pipeline, database_url: str) -> None:
    publish(app, upload("first.md", FIRST))
    publish(app, upload("second.md", SECOND))
    found = _pairs(database_url)
    assert {method for _, method, _, _ in found} == {"scored"}
    by_flags = {tuple(sorted(flags)): resolution for resolution, _, flags, _ in found}
    assert by_flags[()] == "keep_existing"
    assert by_flags["words",] == "pending"
    assert by_flags["name", "words"] == "pending"
    negated = [resolution for flags, resolution in by_flags.items() if "negation" in flags]
    assert set(negated) <= {"not_duplicate"}
    [job] = app.views.jobs(app.realm_id, states=["awaiting_review"])
    assert (job["filename"], job["undecided"]) == ("second.md", 2)
    pairs = app.views.job(app.realm_id, job["job_id"])["pairs"]
    assert all(set(pair["reasons"]) == {"flags", "ratio", "soft", "cosine", "sub"} for pair in pairs)


def test_a_misspelt_statement_with_an_amount_is_merged(app: Pipeline, database_url: str) -> None:
    """The marks of its numbers are in what is compared as its answer, too."""
    statement = "The certificate of insurance for boats costs $1,250.50 and is renewed automatically in the spring."
    publish(app, upload("first.md", f"# Fees\n\n{statement}\n"))
    publish(app, upload("second.md", f"# Fees\n\n{statement.replace('certificate', 'certifcate')}\n"))
    assert [(resolution, flags) for resolution, _, flags, _ in _pairs(database_url)] == [("keep_existing", [])]


@pytest.mark.parametrize("mode", ["scored", "baseline"])
def test_a_heading_before_the_same_words_is_no_other_fact(
    make_pipeline: MakePipeline, database_url: str, mode: str
) -> None:
    app = make_pipeline(changes={"duplicate_mode": mode})
    said = "Damages to the cellar must be reported to the service office within thirty days."
    publish(app, upload("first.md", f"{said}\n"))
    publish(app, upload("second.md", f"# Handbook\n\n## Earthquakes\n\n{said}\n"))
    reason = "the same words but for a heading"
    assert _pairs(database_url, "p.resolution, p.resolution_notes") == [("keep_existing", reason)]


@pytest.mark.parametrize("mode", ["scored", "baseline"])
def test_no_document_waits_for_near_duplicates_within_itself(
    make_pipeline: MakePipeline, database_url: str, mode: str
) -> None:
    """Both are kept, and listed with the reason; the same sentences in two documents are asked about."""
    app = make_pipeline(changes={"duplicate_mode": mode})
    publish(app, upload("both.md", FIRST + SECOND.replace("# Rules", "")))
    [row] = app.views.jobs(app.realm_id)
    assert (row["state"], row["outcome"]) == ("done", "published")
    kept = _pairs(database_url, "p.resolution, p.resolved_by, p.resolution_notes")
    assert ("keep_both", "system", "the same document says both") in kept
    assert "pending" not in {resolution for resolution, *_ in kept}


def test_among_documents_that_wait(manual: Pipeline, database_url: str) -> None:
    """Rows of a document that waits have their vectors in the cache."""
    publish(manual, upload("both.md", FIRST + SECOND.replace("# Rules", "")))
    before = len(_pairs(database_url))
    assert before >= 3
    publish(manual, upload("third.md", FIRST.replace("thirty", "the next thirty").replace("letters", "all letters")))
    assert len(_pairs(database_url)) > before
    assert "pending" in {resolution for resolution, *_ in _pairs(database_url)}
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM upload_pipeline.staging_duplicates "
            "WHERE existing_is_staged AND reasons ->> 'cosine' > '0.5'"
        ).fetchone()
    assert row is not None
    assert row[0] >= 3


@pytest.mark.parametrize("mode", ["scored", "baseline"])
def test_a_decided_pair_is_not_raised_again(make_pipeline: MakePipeline, database_url: str, mode: str) -> None:
    app = make_pipeline(changes={"duplicate_mode": mode})
    publish(app, upload("first.md", FIRST))
    [document_id] = publish(app, upload("second.md", SECOND))
    assert any(resolution == "pending" for resolution, *_ in _pairs(database_url))
    request = Request(Decision.APPROVE, Reviewer(app.realm_id, reason="both stand"), Resolution.KEEP_BOTH)
    app.review.decide(document_id, request)
    through(app, [document_id])
    decided = _pairs(database_url, "p.duplicate_id, p.resolution, p.resolved_by, p.resolved_at")
    for stage in (StageName.CHUNKER, StageName.FACT_GENERATOR, None):
        app.retry(document_id, from_stage=stage, by="test")
        through(app, [document_id])
        assert _pairs(database_url, "p.duplicate_id, p.resolution, p.resolved_by, p.resolved_at") == decided
        [row] = [row for row in app.views.jobs(app.realm_id) if row["filename"] == "second.md"]
        assert (row["state"], row["outcome"]) == ("done", "published")


@pytest.mark.parametrize("mode", ["scored", "baseline"])
def test_a_threshold_of_one_lets_nothing_wait(make_pipeline: MakePipeline, mode: str) -> None:
    app = make_pipeline(changes={"duplicate_mode": mode, "duplicate_threshold": 1.0})
    publish(app, upload("first.md", FIRST))
    publish(app, upload("second.md", SECOND))
    assert {row["outcome"] for row in app.views.jobs(app.realm_id)} == {"published"}


class WatchedEmbedder(HashEmbedder):
    """Notes whether any transaction of the database is open while it works."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.open_transactions: list[int] = []

    def embed(self, texts: Any) -> Any:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND xact_start IS NOT NULL"
            ).fetchone()
        assert row is not None
        self.open_transactions.append(row[0])
        return super().embed(texts)


def test_no_transaction_is_open_while_embedding_and_no_text_is_embedded_twice(
    make_pipeline: MakePipeline, database_url: str
) -> None:
    embedder = WatchedEmbedder(database_url)
    app = make_pipeline(embedder=embedder)
    received = receive(app, upload("first.md", FIRST))
    through(app, needs_work(app, received))
    assert embedder.open_transactions
    assert set(embedder.open_transactions) == {0}
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM upload_pipeline.document_chunks), count(*) FROM upload_pipeline.all_questions"
        ).fetchone()
    assert row is not None
    assert embedder.texts_embedded == sum(row)


def test_vectors_of_another_model_are_no_vectors(make_pipeline: MakePipeline, database_url: str) -> None:
    """What is staged and was embedded by another model is found by its letters and says so."""
    app = make_pipeline()
    through(app, needs_work(app, receive(app, upload("first.md", FIRST))), until=StageName.VALIDATION)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE upload_pipeline.embedding_cache SET embed_model = 'another'")
    publish(app, upload("second.md", SECOND))
    found = _pairs(database_url)
    assert found
    assert all("no_vector" in flags for _, _, flags, _ in found)
    assert all(resolution in ("pending", "not_duplicate") for resolution, *_ in found)


def test_copied_blocks_are_the_rows(
    postgres_url_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A binary COPY cut anywhere gives each row once, in order."""
    from pipeline_core.db import session as module

    monkeypatch.setattr(module, "load", lambda: {"numbers": "SELECT n FROM generate_series(1, %(last)s::int) AS n"})
    row = np.dtype([("n", ">i4")])
    for last, size in itertools.product((0, 1, 2, 5, 6, 100), (1, 2, 3, 6, 1000)):
        blocks = list(Session(postgres_url_connection).copy_out_blocks("numbers", row, size, last=last))
        assert np.concatenate([block["n"] for block in blocks]).tolist() == list(range(1, last + 1))
        assert all(len(block) <= size for block in blocks)
