"""The score of two texts, its flags, and the candidates it is asked about."""

import math
import tracemalloc
from collections.abc import Iterator
from itertools import product
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_core.domain.differences import DIFFERENCES
from pipeline_core.domain.ids import QuestionId, RealmId
from pipeline_core.domain.sketches import bits_within, near, sketches_of
from pipeline_core.domain.staging import Matchable, SignatureTable
from pipeline_core.domain.vectors import Vectors
from pipeline_core.duplicates.comparing import differs_in
from pipeline_core.duplicates.features import features
from pipeline_core.duplicates.nearest import (
    TOP_BY_SKETCHES,
    TOP_BY_VECTORS,
    Cosines,
    CosinesOf,
    nearest,
    part,
    table_of,
)
from pipeline_core.duplicates.scored import APART, answers_agree
from pipeline_core.duplicates.scoring import Score, Weights, scores
from pipeline_core.duplicates.signatures import ascii_trigrams, signature


def score(left: str, right: str, cosine: float = 0.95) -> Score:
    both = (features(left), features(right))
    return scores([both], np.array([cosine]), Weights(both), least=-1)[0]


@pytest.mark.parametrize(
    ("left", "right", "flags"),
    [
        ("The premium is due on 1 May.", "The premium is due on 2 May.", {"number", "words"}),
        ("The premium is due within two weeks.", "The premium is due within three weeks.", {"number", "words"}),
        ("The premium is due.", "The premium of 500 euros is due.", {"number_missing", "more_words"}),
        ("Flood damage is covered.", "Flood damage is not covered.", {"negation", "more_words"}),
        ("Water damage isn't covered.", "Water damage is covered.", {"negation"}),
        ("The first claim of the year is free.", "The last claim of the year is free.", {"polarity", "words"}),
        ("These losses are insured.", "These losses are uninsured.", {"polarity"}),
        ("The office in Austria pays.", "The office in Australia pays.", {"name"}),
        ("The office in Vienna pays.", "The office in Berlin pays.", {"name", "words"}),
        ("A roof is replaced at its present value.", "A fence is replaced at its present value.", {"words"}),
        ("Members must report every loss.", "Members must report each loss.", {"words"}),
        ("The certificate is renewed yearly.", "The certifcate is renewed yearly.", set()),
        ("What is the limit for jewellery?", "Please, what is the limit for jewellery", set()),
        ("Straße und Größe sind gleich.", "STRASSE UND GRÖSSE SIND GLEICH.", set()),
    ],
)  # fmt: skip
def test_flags_say_in_what_two_texts_differ(left: str, right: str, flags: set[str]) -> None:
    found = set(score(left, right).flags)
    assert found - {"more_words"} == flags - {"more_words"}
    assert found == set(score(right, left).flags)
    assert found <= DIFFERENCES.keys()


texts = st.text(alphabet="abcdeé ÄßI.1290%-not ", max_size=40)


@settings(max_examples=150, deadline=None)
@given(texts, texts, st.floats(-1, 1))
def test_a_score_is_between_0_and_1_and_knows_no_order(left: str, right: str, cosine: float) -> None:
    here, there = score(left, right, cosine), score(right, left, cosine)
    assert 0 <= here.value <= 1
    assert here.value == pytest.approx(there.value)
    assert here.value <= score(left, left, 1.0).value + 1e-9 or not left.strip()


def test_the_same_words_score_one_and_a_missing_vector_is_told() -> None:
    assert score("A fee is due.", "A fee is due!", 1.0).value == pytest.approx(1.0)
    without = score("A fee is due.", "A fee is due!", math.nan)
    assert without.value == pytest.approx(1.0)
    assert without.flags == ("no_vector",)


def test_only_what_reaches_the_threshold_is_given_and_nothing_is_lost() -> None:
    lines = ["The fee is due in May.", "The fee is due in June.", "A fee will be due in May.", "Cats sleep all day."]
    pairs = [(features(a), features(b)) for a, b in product(lines, lines)]
    weights, cosines = Weights(map(features, lines)), np.linspace(-0.2, 1, len(pairs))
    everything = scores(pairs, cosines, weights, least=-1)
    for least in (0.4, 0.6, 0.8):
        assert scores(pairs, cosines, weights, least=least) == {
            at: found for at, found in everything.items() if found.value >= least
        }


def matchables(lines: list[str], answers: list[str] | None = None) -> list[Matchable]:
    rows = []
    for line, answer in zip(lines, answers or lines, strict=True):
        trigrams = ascii_trigrams(line)
        rows.append(
            Matchable(
                QuestionId(uuid4()),
                RealmId(uuid4()),
                "",
                len(trigrams),
                signature(trigrams),
                line,
                answer,
                False,
                "",
                "",
            )
        )
    return rows


def in_blocks(table: SignatureTable, size: int) -> list[SignatureTable]:
    return [part(table, at, size) for at in range(0, len(table), size)]


def unit_vectors(count: int, dims: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, dims)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def asked_of(rows: list[Matchable], vectors: Vectors, new: Vectors) -> CosinesOf:
    """The cosines as the database answers them: none where a row has no vector."""
    place = {row.question_id.bytes: at for at, row in enumerate(rows)}

    def cosines(of_new: npt.NDArray[np.int32], ids: npt.NDArray[np.void], _: npt.NDArray[np.bool_]) -> Cosines:
        others = vectors[[place[one.tobytes()] for one in ids]]
        found: Cosines = np.where(others.any(axis=1), (new[of_new] * others).sum(axis=1), np.nan).astype(np.float32)
        return found

    return cosines


@pytest.mark.parametrize("block", [7, 64, 1000])
@pytest.mark.parametrize("at_a_time", [6, 512])
def test_candidates_are_the_nearest_vectors_whatever_the_blocks(
    block: int, at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline_core.duplicates.nearest.ROWS_AT_A_TIME", at_a_time)
    vectors = unit_vectors(320, 256, seed=3)
    # twelve near each of the new rows, the nearer the earlier; the rest is far
    for n in range(20, 260):
        vectors[n] = vectors[n % 20] + (0.5 + 0.02 * (n // 20)) * vectors[n]
        vectors[n] /= np.linalg.norm(vectors[n])
    rows = matchables([f"word{n} thing{n * 7}" for n in range(320)])
    new, there = rows[:20], rows[20:]
    asked = asked_of(there, vectors[20:], vectors[:20])
    found = nearest(table_of(new, vectors[:20]), in_blocks(table_of(there, vectors[20:]), block), vectors[:20], asked)
    here = {row.question_id for row in new}
    for i in range(20):
        cosines = vectors[20:] @ vectors[i]
        nearest_ids = {there[j].question_id for j in np.argsort(-cosines)[:TOP_BY_VECTORS]}
        got = {found.counterpart(at).question_id for at in np.flatnonzero(found.rows == i)}
        assert nearest_ids <= got
        assert got & here <= {r.question_id for r in rows[:i]}


def test_the_nearest_by_meaning_are_among_those_by_sketch() -> None:
    """Of neighbours with a cosine of .5 nearly all, of .6 all: what is farther reaches no score by its meaning."""
    far, new = unit_vectors(20_000, 256, seed=5), unit_vectors(100, 256, seed=6)
    for cosine, least in ((0.5, 0.93), (0.6, 0.995), (0.8, 1.0)):
        apart = far[:100] - (far[:100] * new).sum(axis=1, keepdims=True) * new
        apart /= np.linalg.norm(apart, axis=1, keepdims=True)
        planted = far.copy()
        planted[:100] = cosine * new + math.sqrt(1 - cosine**2) * apart
        bounds = np.full(100, bits_within(256, 0.25), dtype=np.int16)
        rows, columns, _ = near(sketches_of(new), sketches_of(planted), bounds, TOP_BY_SKETCHES)
        assert np.mean([i in columns[rows == i] for i in range(100)]) >= least


@pytest.mark.parametrize("dims", [1, 64, 100, 1536])
def test_a_row_without_vector_has_no_sketch_and_is_near_nothing(dims: int) -> None:
    vectors = np.vstack([np.zeros((1, dims), np.float32), np.ones((2, dims), np.float32)])
    sketches = sketches_of(vectors)
    rows, columns, bits = near(sketches, sketches, np.full(3, dims, dtype=np.int16), 10)
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert not bits.any()


def test_a_row_without_vector_is_found_by_its_letters() -> None:
    new = matchables(["The boiler must be serviced once a year."])
    there = matchables(["The boiler must be serviced once a year!", "Cats sleep."])
    vectors, none = np.ones((1, 4), np.float32) / 2, np.zeros((2, 4), np.float32)
    found = nearest(table_of(new, vectors), [table_of(there, none)], vectors, asked_of(there, none, vectors))
    assert [found.counterpart(at).question_id for at in range(len(found))] == [there[0].question_id]
    assert math.isnan(found.cosines[0])


def peak_of_a_search(blocks: int) -> int:
    """Bytes that a search allocates among so many blocks, each made when it is asked for."""
    chooser = np.random.default_rng(5)
    rows = matchables([f"word{n} thing{n * 7}" for n in range(200)])

    def there() -> Iterator[SignatureTable]:
        for _ in range(blocks):
            near = vectors[chooser.integers(200, size=2000)]
            sketches = sketches_of(near + chooser.standard_normal((2000, 64), dtype=np.float32) / 2)
            ids = np.frombuffer(chooser.bytes(16 * 2000), dtype="V16")
            maps = np.frombuffer(chooser.bytes(64 * 2000), dtype=np.uint64).reshape(-1, 8)
            yield SignatureTable(ids, np.zeros(2000, bool), np.full(2000, 12, np.int32), maps, sketches)

    vectors = chooser.standard_normal((200, 64)).astype(np.float32)
    new = table_of(rows, vectors)
    tracemalloc.start()
    try:
        found = nearest(new, there(), vectors, lambda of_new, _ids, _staged: np.full(len(of_new), 0.6, np.float32))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found) >= 200 * TOP_BY_VECTORS
    return peak


def test_memory_does_not_grow_with_what_is_there() -> None:
    # five times as much is there; two threads may have been at their peaks at one moment, or not
    assert peak_of_a_search(100) < peak_of_a_search(20) * 1.5


def test_answers_are_compared_as_words_and_statements_only_once() -> None:
    [question] = matchables(["Which year was it?"], ["In 1969."])
    assert answers_agree(question, "in 1969", "What year was it?")
    assert not answers_agree(question, "In 1970.", "What year was it?")
    [statement] = matchables(["The fee is due in May."])
    assert answers_agree(statement, "The fees are due in May.", "The fees are due in May.")


@pytest.mark.parametrize(
    ("left", "right", "flag"),
    [
        ("The boiler must have ≥ 2 bar.", "The boiler must have ≤ 2 bar.", "sign"),
        ("The donor has blood of group B+.", "The donor has blood of group B-.", "sign"),
        ("The sender radiates 3 MW at night.", "The sender radiates 3 mW at night.", "sign"),
        ("The service is written in C++ here.", "The service is written in C# here.", "sign"),
        ("There are 10⁷ cells in it.", "There are 10⁸ cells in it.", "number"),
        ("The CO level is low.", "The Co level is low.", "sign"),
        ("The share may be 5 % of it.", "The share may be 5 of it.", "sign_missing"),
        ("KW: Currency dinar", "KWP: Currency dinar", "key"),
        ("The line has 3 MB a second.", "The line has 3 mb a second.", "sign"),
        ("Model LX-A2: Rent low", "Model LX-A3: Rent low", "key"),
        ("The pump LX-A2 is for rent.", "The pump LX-B2 is for rent.", "code"),
        ("The tax is due in KW today.", "The tax is due in KWP today.", "code"),
    ],
)
def test_signs_codes_and_keys_are_differences(left: str, right: str, flag: str) -> None:
    assert flag in score(left, right).flags
    assert flag in score(right, left).flags
    if flag in APART:
        assert differs_in(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Do you take SWIFT transfers?", "do you take swift transfers"),
        ("The fee, if any, is due.", "The fee — if any — is due."),
        ("In May 2024 the fee is due.", "IN MAY 2024 THE FEE IS DUE."),
    ],
)
def test_typography_is_no_difference(left: str, right: str) -> None:
    assert not {"sign", "sign_missing", "key", "key_missing", "code"} & set(score(left, right).flags)
    assert differs_in(left, right) is None
