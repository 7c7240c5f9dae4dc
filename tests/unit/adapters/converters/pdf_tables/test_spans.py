"""Words over several columns of a table: over which, the places tell, or they stay where they are."""

import pytest

from pipeline_core.adapters.converters.boxes import Box, Word
from pipeline_core.adapters.converters.pdf_tables.rows import over_their_first


def _row(columns: int, **middles: tuple[int, float]) -> list[list[list[Word]]]:
    """The words by the column in which they stand and their middle."""
    row: list[list[list[Word]]] = [[] for _ in range(columns)]
    for text, (column, middle) in middles.items():
        row[column] = [[Word(text, Box(middle - 10, 0, middle + 10, 9), 0)]]
    return row


def _names(columns: int) -> list[list[list[Word]]]:
    """Names of columns, 40 points apart, the first of the rows' own."""
    return _row(columns, **{f"c{at}": (at, 100.0 + 40 * at) for at in range(columns)})


@pytest.mark.parametrize(
    ("columns", "labels", "placed"),
    [
        # six years and four; the middle of six is between the third and the fourth
        (11, {"Actual": (3, 240.0), "Projected": (8, 440.0)}, {"Actual": 1, "Projected": 7}),
        (7, {"Boys": (2, 180.0), "Girls": (5, 300.0)}, {"Boys": 1, "Girls": 4}),
        (7, {"Mo": (1, 160.0), "Di": (3, 240.0), "Mi": (6, 320.0)}, {"Mo": 1, "Di": 3, "Mi": 5}),
        # over the first of their columns, or of neither: they stay
        (7, {"Boys": (1, 140.0), "Girls": (4, 260.0)}, {"Boys": 1, "Girls": 4}),
        (7, {"Boys": (3, 220.0), "Girls": (5, 300.0)}, {"Boys": 3, "Girls": 5}),
        (7, {"All": (3, 240.0)}, {"All": 3}),
    ],
)
def test_words_stand_over_the_first_of_their_columns(
    columns: int, labels: dict[str, tuple[int, float]], placed: dict[str, int]
) -> None:
    row = over_their_first(_row(columns, **labels), _names(columns))
    assert {cell[0][0].text: at for at, cell in enumerate(row) if cell} == placed


def test_a_row_above_values_that_are_not_all_there_stays() -> None:
    row, below = _row(5, Boys=(1, 160.0), Girls=(3, 240.0)), _names(5)
    below[2] = []
    assert over_their_first(row, below) == row
