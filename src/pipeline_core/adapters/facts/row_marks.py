"""Meaning of a check mark: the heading of its column holds for the row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.adapters.facts.cell_texts import LONG, length
from pipeline_core.adapters.facts.table_body import Said

YES = frozenset("✓✔☑√")
"""Marks that say yes wherever they stand; a dot or a cross says so in some tables only."""
ANSWERS = YES | frozenset("✗✘☒×○◯")
"""Marks of which a row may have nothing else: what the column asks holds, or does not."""
_RUN = re.compile(r"(?<!\S)[✓✔☑√](?:\s+[✓✔☑√])*(?!\S)\s*")
_LEVEL = re.compile(r"[^\W\d_]{1,3}\d")


@dataclass(frozen=True, slots=True)
class Marked:
    """The name of a row without marks that were printed into it, and the columns for which these said yes.

    ``is_sure``: none were, or it is known for which columns.
    """

    text: str
    columns: tuple[str, ...] = ()
    is_sure: bool = True


def holds_for(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[tuple[str, str]]]:
    """The columns with nothing but a mark that says yes, and the other pairs."""
    holding = [column for column, value in pairs if value in YES]
    return holding, [(column, value) for column, value in pairs if value not in YES]


def without_marks(said: Said) -> Marked:
    """The row's name, where marks of other columns stand in its text as PDFs have it.

    The names of those columns stand in the header of the text, then: "Description L1 L2 L3". With a mark for each all
    hold; with fewer, nobody can tell which do.
    """
    marks = _RUN.findall(said.name)
    if not marks or length(said.name) < LONG:
        return Marked(said.name)
    text = " ".join(_RUN.sub("", said.name).split())
    columns = _levels(said.name_of_name)
    is_sure = len(columns) == sum(len(run.split()) for run in marks)
    return Marked(text, (", ".join(columns),) if is_sure else (), is_sure)


def _levels(name: str) -> list[str]:
    """The last words of a column's name that are of one make, as levels are."""
    levels: list[str] = []
    for word in reversed(name.split()):
        if not _LEVEL.fullmatch(word) or (levels and word[:-1] != levels[0][:-1]):
            break
        levels.insert(0, word)
    return levels if len(levels) > 1 else []
