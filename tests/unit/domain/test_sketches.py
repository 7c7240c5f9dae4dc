"""The nearest sketches, found tile by tile, are those that a look at every pair finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_core.domain import sketches as module
from pipeline_core.domain.sketches import Positions, Sketches, near


def by_looking_at_each(left: Sketches, right: Sketches, bound: int, most: int, ends: Positions) -> set[tuple[int, ...]]:
    found = set()
    for i, (row, end) in enumerate(zip(left, ends.tolist(), strict=True)):
        bits = np.bitwise_count(row ^ right).sum(axis=1, dtype=int).tolist()
        near_it = [(n, j) for j, n in enumerate(bits) if n <= bound and j < end and row.any() and right[j].any()]
        found |= {(i, j, n) for n, j in sorted(near_it)[:most]}
    return found


@pytest.mark.parametrize(("rows", "columns"), [(3, 5), (16, 4096)])
@pytest.mark.parametrize("words", [1, 4, 6])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), most=st.integers(1, 6), bound=st.integers(0, 100), triangle=st.booleans())
def test_the_nearest_are_those_of_every_pair(
    rows: int, columns: int, words: int, seed: int, most: int, bound: int, triangle: bool
) -> None:
    chooser = np.random.default_rng(seed)
    kinds = chooser.integers(2**63, size=(5, words), dtype=np.uint64)
    flips = np.uint64(1) << chooser.integers(63, size=(2, 40, words), dtype=np.uint64)
    left, right = kinds[chooser.integers(5, size=(2, 40))] ^ flips * chooser.integers(
        2, size=(2, 40, 1), dtype=np.uint64
    )
    left[3] = right[7] = 0
    ends = np.arange(40) if triangle else np.full(40, 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROWS", rows)
        patch.setattr(module, "COLUMNS", columns)
        found = near(left, right, np.full(40, bound, dtype=np.int16), most, ends)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == sorted(
        by_looking_at_each(left, right, bound, most, ends)
    )
