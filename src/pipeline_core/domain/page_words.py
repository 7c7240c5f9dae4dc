"""The words of a page as the page shows them: runs of words that stand side by side, each with its box."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]
"""Left, top, right, bottom: in points from the page's top left corner."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words on one line without a wide gap between them. ``turn``: degrees that the line is turned by, 0 to 359."""

    text: str
    box: Box
    turn: int = 0


PageWords = Mapping[int, tuple[Run, ...]]
"""The runs of each page, by its number. A page that is not in it was not looked at in this way."""


def words_as_json(pages: PageWords) -> dict[str, Any]:
    return {
        "pages": {
            str(number): [[run.text, *(round(edge, 1) for edge in run.box), run.turn] for run in runs]
            for number, runs in pages.items()
        }
    }


def words_from_json(value: Mapping[str, Any]) -> dict[int, tuple[Run, ...]]:
    return {
        int(number): tuple(Run(text, (x0, y0, x1, y1), turn) for text, x0, y0, x1, y1, turn in rows)
        for number, rows in value["pages"].items()
    }
