"""Duplicate detection: how well it tells pairs apart, and how fast it finds them.

``python -m benchmarks.duplicates scan …`` is one measured detection in a process of its own.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg

from benchmarks.corpus import ROOT, SHARED
from benchmarks.memory import memory_from_here, peak_memory
from pipeline_core.adapters.embedders.wordllama import WordLlamaEmbedder
from pipeline_core.db import session
from pipeline_core.db.connection import connect_options
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.db.packed_rows import half
from pipeline_core.db.staging import Staging
from pipeline_core.domain.ids import QuestionId, RealmId
from pipeline_core.domain.same_words import exact_key, same_words
from pipeline_core.domain.staging import Matchable, NewRows, Pair
from pipeline_core.duplicates.baseline import Baseline
from pipeline_core.duplicates.comparing import differs_in, match_keys
from pipeline_core.duplicates.features import features
from pipeline_core.duplicates.scored import APART, Scored
from pipeline_core.duplicates.scoring import Weights, scores
from pipeline_core.settings import load_settings

PAIRS = SHARED / "duplicates" / "pairs_ccbysa_dev.jsonl"
QUESTIONS = SHARED / "opentriviaqa"
STAGED = 1000
THRESHOLD = 0.70
USER = RealmId(UUID(int=7))
# so many per-row queries are asked; beyond ten thousand rows the rest is extrapolated
_ASKED = {10_000: STAGED, 100_000: 100, 1_000_000: 30}
# vectors are stored up to here
_WITH_VECTORS = 100_000

Show = Callable[..., None]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@contextmanager
def database(folder: Path) -> Iterator[str]:
    server = EmbeddedPostgres(folder / "postgres")
    migrate(server.url)
    yield server.url
    server.close()


# --- quality ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdicts:
    """Verdicts of each mode on labelled pairs: ``raised`` are shown to a person or merged, ``merged`` by the system."""

    raised: dict[str, Flags]
    merged: Flags
    score: np.ndarray[Any, np.dtype[np.float64]]


def judge(rows: Sequence[dict[str, Any]], url: str) -> Verdicts:
    left, right = [row["t1"] for row in rows], [row["t2"] for row in rows]
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT similarity(a, b) FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS i (a, b, n) ORDER BY n",
            (left, right),
        ).fetchall()
    trigrams = np.array([value for (value,) in found]) + 1e-6
    same = np.array([same_words(a, b) for a, b in zip(left, right, strict=True)])
    apart = np.array([differs_in(a, b) is not None for a, b in zip(left, right, strict=True)])
    embedder = WordLlamaEmbedder()
    cosines = (embedder.embed(left).vectors * embedder.embed(right).vectors).sum(axis=1).astype(np.float64)
    known = {text: features(text) for text in {*left, *right}}
    ends = [(known[a], known[b]) for a, b in zip(left, right, strict=True)]
    every = scores(ends, cosines, Weights(known.values()), least=-1)
    score = np.array([1.0 if same[at] else every[at].value for at in range(len(rows))])
    defaults = load_settings()
    flags = [every[at].flags for at in range(len(rows))]
    told_apart = np.array([bool(APART.keys() & set(f)) for f in flags]) & ~same
    clean = np.array([not f for f in flags])
    raised = {
        "trigram ≥ .65": trigrams >= 0.65,
        "trigram ≥ .70": trigrams >= THRESHOLD,
        "baseline mode": ((trigrams >= THRESHOLD) & ~apart) | same,
        "S ≥ .55, nothing told apart": score >= 0.55,
        "scored mode": (score >= defaults.duplicates_from) & ~told_apart,
    }
    return Verdicts(raised, same | ((score >= defaults.duplicate_automatic) & clean), score)


def precision_recall_f1(raised: Flags, label: Flags) -> tuple[float, float, float]:
    hits = float((raised & label).sum())
    precision, recall = hits / max(1, raised.sum()), hits / max(1, label.sum())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def quality(folder: Path, show: Show) -> None:
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    with database(folder) as url:
        verdicts = judge(rows, url)
    label = np.array([row["label"] == 1 for row in rows])
    natural = np.array([row["ds"] == "otqa_natural" for row in rows])
    table = []
    for name, raised in verdicts.raised.items():
        figures = [*precision_recall_f1(raised, label), *precision_recall_f1(raised[natural], label[natural])]
        table.append([name, *(f"{figure:.3f}" for figure in figures)])
    columns = ["", "precision", "recall", "F1", "natural precision", "natural recall", "natural F1"]
    show(
        f"Duplicates: {len(rows):,} labelled pairs", columns, table, "to reach: F1 .10 above trigrams, natural no worse"
    )
    by_kind: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        by_kind[row["kind"], bool(row["label"])].append(at)
    table = []
    for (kind, same), places in sorted(by_kind.items(), key=lambda item: (not item[0][1], item[0][0])):
        shares = [verdicts.raised[mode][places].mean() for mode in ("trigram ≥ .70", "baseline mode", "scored mode")]
        shares.append(verdicts.merged[places].mean())
        table.append([kind, "same" if same else "other", f"{len(places):,}", *(f"{share:.3f}" for share in shares)])
    columns = ["kind", "fact", "pairs", "trigram ≥ .70", "baseline mode", "scored mode", "merged by the system"]
    note = "share of pairs raised; merged: in scored mode, were the answers equal; to reach: number, negation ≤ .01"
    show("Duplicates by kind", columns, table, note)


# --- speed -----------------------------------------------------------------------------------------------


def real_questions() -> list[str]:
    lines = (line for path in sorted(QUESTIONS.iterdir()) for line in path.read_text("utf-8", "replace").splitlines())
    return sorted({line[3:].strip() for line in lines if line.startswith("#Q ") and len(line) > 12})


def synthesised(count: int, seed: int) -> list[str]:
    """Real questions, in most of which one to four words are those of other questions."""
    chooser = random.Random(seed)
    questions = real_questions()
    words = [word for question in questions for word in question.split()]
    made = []
    for _ in range(count):
        text = chooser.choice(questions).split()
        for _ in range(chooser.randint(0, 4)):
            text[chooser.randrange(len(text))] = chooser.choice(words)
        made.append(" ".join(text))
    return made


def matchables(staging: Staging, texts: Sequence[str]) -> list[Matchable]:
    return [
        Matchable(QuestionId(uuid4()), USER, k.sha256, k.trigrams, k.signature, k.text, k.text, True, k.text, k.sha256)
        for k in match_keys(staging, texts)
    ]


_COMMON = {
    "question_id": "uuid", "realm_id": "uuid", "question": "text", "answer": "text", "generator": "text",
    "match_text": "text", "match_sha256": "text", "match_trigrams": "int4", "match_signature": "bytea",
    "question_type": "text",
}  # fmt: skip
_PUBLISHED = {**_COMMON, "embedding": "halfvec", "embed_model": "text", "embed_version": "text"}


def _values(row: Matchable) -> tuple[Any, ...]:
    return (
        row.question_id, USER, row.text, row.answer, "bench", row.text, row.sha256, row.trigrams, row.signature, "fact"
    )  # fmt: skip


def fill(connection: psycopg.Connection[Any], count: int) -> None:
    """Production rows up to ``count``, with vectors up to ``_WITH_VECTORS``."""
    staging, embedder = Staging(session.Session(connection)), WordLlamaEmbedder()
    there = connection.execute("SELECT count(*) FROM all_questions").fetchone()
    at = there[0] if there else 0
    connection.execute("DROP INDEX IF EXISTS all_questions_search_idx, all_questions_trigrams_idx")
    # rows without vectors stand for those of another model, which production never has
    connection.execute("ALTER TABLE all_questions DISABLE TRIGGER all_questions_active_model_insert")
    while at < count:
        texts = synthesised(min(50_000, count - at), seed=at)
        rows = matchables(staging, texts)
        with_vectors = at < _WITH_VECTORS
        vectors = embedder.embed(texts).vectors if with_vectors else np.zeros((len(texts), 1), dtype=np.float32)
        model = embedder.model if with_vectors else "none"
        values = [
            (*_values(row), half(vector), model, embedder.version) for row, vector in zip(rows, vectors, strict=True)
        ]
        staging._session.copy("all_questions", _PUBLISHED, values)
        connection.commit()
        at += len(texts)
    connection.execute("CREATE INDEX all_questions_trigrams_idx ON all_questions USING gin (match_text gin_trgm_ops)")
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE all_questions")
    connection.autocommit = False


def stage(connection: psycopg.Connection[Any]) -> list[Matchable]:
    """A thousand new rows: half are all but in production, half are new."""
    staging = Staging(session.Session(connection))
    chooser = random.Random(5)
    known = connection.execute("SELECT match_text FROM all_questions ORDER BY question_id LIMIT 500").fetchall()
    texts = []
    for (text,) in known:
        words = text.split()
        words.insert(chooser.randrange(len(words)), chooser.choice(["the", "indeed", "famous", "then"]))
        texts.append(" ".join(words))
    texts += synthesised(STAGED - len(texts), seed=-1)
    batch_id = uuid4()
    connection.execute(
        "INSERT INTO upload_batches (batch_id, uploaded_by, realm_id, file_name) VALUES (%s, %s, %s, 'bench')",
        (batch_id, USER, USER),
    )
    rows = matchables(staging, texts)
    values = [(*_values(row), batch_id) for row in rows]
    staging._session.copy("staged_questions", {**_COMMON, "upload_batch_id": "uuid"}, values)
    connection.commit()
    return rows


def _connect(url: str) -> psycopg.Connection[Any]:
    """A connection with the pipeline's own settings, for what is measured and for what it is measured against."""
    connection = psycopg.connect(url, options=connect_options(""))
    session.prepare(connection)
    return connection


def per_row(connection: psycopg.Connection[Any], rows: Sequence[Matchable], asked: int) -> tuple[float, set[Any]]:
    """Seconds for a thousand rows with one ``%`` query each, and the pairs of those that were asked."""
    # a pair that prints as exactly the threshold is missed by % at the threshold itself
    connection.execute(f"SET pg_trgm.similarity_threshold = {THRESHOLD - 1e-4}")
    found = set()
    chosen = random.Random(1).sample(list(rows), asked)
    start = time.perf_counter()
    for row in chosen:
        for (other,) in connection.execute(
            "SELECT question_id FROM all_questions WHERE realm_id = %(user)s AND match_text %% %(text)s "
            "AND similarity(match_text, %(text)s) >= %(least)s::real",
            {"user": USER, "text": row.text, "least": THRESHOLD},
        ):
            found.add((row.question_id, other))
    seconds = time.perf_counter() - start
    connection.commit()
    return seconds * len(rows) / asked, found


def detect(
    staging: Staging, new: NewRows, rows: Sequence[Matchable], mode: str, embedder: WordLlamaEmbedder
) -> list[Pair]:
    """The pairs of the rows; in scored mode with all that the step does, embedding and recording."""
    if mode == "baseline":
        return Baseline(THRESHOLD)(staging, new, rows)
    vectors = embedder.embed([row.text for row in rows]).vectors
    by_id = {row.question_id: vector for row, vector in zip(rows, vectors, strict=True)}
    defaults = load_settings()
    scored = Scored(
        defaults.duplicates_from, defaults.duplicate_automatic, by_id, embedder.model, embedder.version, 256
    )
    pairs = scored(staging, new, rows)
    staging.record_pairs(pairs, [])
    return pairs


def scan(url: str, mode: str) -> dict[str, Any]:
    """One detection of what is staged: seconds, memory that it took, and its pairs with production."""
    embedder = WordLlamaEmbedder()
    if mode == "scored":
        embedder.embed(["warm up"])
    with _connect(url) as connection:
        staging = Staging(session.Session(connection))
        staged = connection.execute(
            "SELECT question_id, match_text, match_trigrams, match_signature FROM staged_questions ORDER BY question_id"
        ).fetchall()
        rows = [
            Matchable(QuestionId(i), USER, exact_key(text), count, bytes(bits), text, text, True, text, "")
            for i, text, count, bits in staged
        ]
        new = NewRows(RealmId(USER), question_ids=[row.question_id for row in rows])
        memory = memory_from_here()
        # one row first: the connection finds its way as it did for the ``%`` queries, of which all but one do
        detect(staging, new, rows[:1], mode, embedder)
        start = time.perf_counter()
        pairs = detect(staging, new, rows, mode, embedder)
        seconds = time.perf_counter() - start
        memory = peak_memory() - memory
        connection.rollback()
    return {
        "seconds": seconds,
        "megabytes": memory,
        "pairs": [[str(pair.staged), str(pair.existing)] for pair in pairs if not pair.existing_is_staged],
    }


def measured(url: str, mode: str, times: int = 2) -> dict[str, Any]:
    """The better of some scans, each in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.duplicates", "scan", url, mode]
    # as the pipeline sets it, whose package is imported after numpy here
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    runs = [json.loads(subprocess.check_output(command, cwd=ROOT, env=environment, text=True)) for _ in range(times)]
    best: dict[str, Any] = min(runs, key=lambda run: float(run["seconds"]))
    return best


def speed(folder: Path, show: Show, sizes: Sequence[int]) -> None:
    table = []
    with database(folder) as url, _connect(url) as connection:
        rows: list[Matchable] = []
        for count in sizes:
            fill(connection, count)
            rows = rows or stage(connection)
            asked = _ASKED[count]
            # the two take turns, so that a noisy neighbour meets both
            first = measured(url, "baseline", 1)
            one_each, found = per_row(connection, rows, asked)
            baseline = min(first, measured(url, "baseline", 1), key=lambda run: float(run["seconds"]))
            chosen = {str(row.question_id) for row in random.Random(1).sample(rows, asked)}
            same = {(str(a), str(b)) for a, b in found} == {(a, b) for a, b in baseline["pairs"] if a in chosen}
            assert same, "baseline mode and the % operator must find the same pairs"
            scored = measured(url, "scored") if count <= _WITH_VECTORS else None
            table.append(
                [
                    f"{count:,}",
                    f"{one_each:.1f}" + ("" if asked == STAGED else f" (from {asked})"),
                    f"{baseline['seconds']:.2f}",
                    f"{one_each / baseline['seconds']:.0f}×",
                    f"{baseline['megabytes']:.0f}",
                    f"{scored['seconds']:.2f}" if scored else "–",
                    f"{scored['megabytes']:.0f}" if scored else "–",
                ]
            )
    columns = ["production rows", "% a row, s", "baseline s", "faster", "MB", "scored s", "scored MB"]
    note = (
        "1,000 new rows; “from n”: n queries were asked, the time extrapolated; MB: what the process grew by; scored: "
        "the whole step, embedding and recording too; to reach: 50× at 10,000, 80× beyond; scored 3 s at 100,000"
    )
    show("Duplicates: time", columns, table, note)


def main(folder: Path, show: Show, sizes: Sequence[int] = (10_000, 100_000, 1_000_000)) -> None:
    if not PAIRS.is_file() or not QUESTIONS.is_dir():
        show("Duplicates", ["not measured"], [], "the labelled pairs and questions are not next to this repository")
        return
    quality(folder / "quality", show)
    speed(folder / "speed", show, sizes)


if __name__ == "__main__":
    print(json.dumps(scan(*sys.argv[2:4])))
