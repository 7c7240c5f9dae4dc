"""Trigram signatures against brute force: no qualifying pair is missed, and the sets are pg_trgm's own."""

import random

import numpy as np
import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_core.duplicates.signatures import (
    Counts,
    Maps,
    Sized,
    ascii_trigrams,
    candidates,
    estimated_similarity,
    matrix,
    signature,
)


def jaccard(left: set[str], right: set[str]) -> float:
    return len(left & right) / len(left | right) if left | right else 0.0


def arrays(sets: list[set[str]]) -> tuple[Counts, Maps]:
    return np.array([len(s) for s in sets], dtype=np.int32), matrix([signature(s) for s in sets])


WORDS = "the deductible for wind and hail is paid by members within 30 days of a loss".split()  # noqa: SIM905
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, max_size=12), st.lists(texts, max_size=12), st.floats(0.3, 1.0))
def test_no_qualifying_pair_is_missed(left: list[str], right: list[str], threshold: float) -> None:
    a, b = [ascii_trigrams(t) for t in left], [ascii_trigrams(t) for t in right]
    found = candidates(*arrays(a), *arrays(b), threshold)
    wanted = {(i, j) for i, x in enumerate(a) for j, y in enumerate(b) if jaccard(x, y) >= threshold}
    pairs = list(zip(*(found_part.tolist() for found_part in found[:2]), strict=True))
    assert wanted <= set(pairs)
    assert len(pairs) == len(set(pairs))


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, min_size=1, max_size=30), st.floats(0.3, 1.0), st.integers(1, 3))
def test_the_most_alike_before_each_are_those_of_all_pairs(rows: list[str], threshold: float, most: int) -> None:
    counts, maps = arrays([ascii_trigrams(text) for text in rows])
    left, right, bits = candidates(counts, maps, counts, maps, threshold)
    alike = estimated_similarity(counts[left], counts[right], bits)
    all_pairs = sorted(
        (i, -a, j) for i, j, a in zip(left.tolist(), right.tolist(), alike.tolist(), strict=True) if j < i
    )
    wanted = {(i, j) for i in range(len(rows)) for _, _, j in [one for one in all_pairs if one[0] == i][:most]}
    sized = Sized(counts, maps, threshold)
    found = sized.pairs(sized, most, np.arange(len(rows)))
    assert set(zip(found[0].tolist(), found[1].tolist(), strict=True)) == wanted
    assert len(found[0]) == len(wanted)


def test_most_of_what_cannot_qualify_is_thrown_out() -> None:
    chooser = random.Random(1)
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    made = [" ".join("".join(chooser.choices(alphabet, k=6)) for _ in range(10)) for _ in range(400)]
    sets = [ascii_trigrams(text) for text in made]
    found = candidates(*arrays(sets), *arrays(sets), 0.7)
    assert len(found[0]) < 2 * 400


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=st.characters(max_codepoint=127, min_codepoint=1), max_size=60))
def test_ascii_trigrams_are_those_of_the_server(postgres_url_connection: psycopg.Connection, text: str) -> None:
    row = postgres_url_connection.execute("SELECT show_trgm(%s)", (text,)).fetchone()
    assert row is not None
    assert ascii_trigrams(text) == set(row[0])
