"""The list as an open page has it: blocks of rows, each with a mark, so that an answer brings only those that differ.

A page sends the marks of what it shows. So nothing is lost, whoever changed it, and nothing comes twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID
from zlib import crc32

from fastapi import Form, Query

from pipeline_core.api.console.desk import Group
from pipeline_core.domain.rows.desk import ListedFact

_SIZES = (4, 8, 16, 32)
"""Rows of a block at most: the stylesheet has a height for each, so that what is out of sight is not laid out."""
_MOST_CHARS = 200_000
Held = Annotated[str, Form(max_length=_MOST_CHARS)]
"""The marks of a page that posts a decision; without scripts it sends none."""
HeldNow = Annotated[str, Query(max_length=_MOST_CHARS)]
"""The marks of a page that asks what has changed."""


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbours in a group."""

    facts: Sequence[ListedFact]

    @property
    def name(self) -> str:
        return f"rows-{self.facts[0].question_id}"

    @property
    def size(self) -> int:
        return next(size for size in _SIZES if len(self.facts) <= size)


@dataclass(frozen=True, slots=True)
class HeldList:
    """A list in groups of blocks. ``marks``: of which facts it has in which order, of what stands around them, and of
    each block."""

    groups: Sequence[tuple[str, Sequence[Block]]]
    marks: str

    @classmethod
    def of(cls, groups: Sequence[Group], looked_at: Collection[UUID | None], around: object) -> "HeldList":
        """Cut groups into blocks. ``looked_at`` are the facts at which others look: a row shows that, too."""
        cut = [(group.title, _blocks(group.facts)) for group in groups]
        order = [(group.title, [fact.question_id.int for fact in group.facts]) for group in groups]
        marks = [mark([_state(fact, looked_at) for fact in block.facts]) for _, blocks in cut for block in blocks]
        return cls(cut, "-".join((mark(order), mark(around), *marks)))

    def new_to(self, held: str) -> Sequence[Block] | None:
        """Return the blocks that a page shows otherwise; None if it has other facts, or another order."""
        had, now = held.split("-"), self.marks.split("-")
        if len(had) != len(now) or had[0] != now[0]:
            return None
        blocks = [block for _, blocks in self.groups for block in blocks]
        return [block for block, then, is_ in zip(blocks, had[2:], now[2:], strict=True) if then != is_]


def mark(shown: object) -> str:
    """Return a short text that differs where what is shown does."""
    return f"{crc32(repr(shown).encode()):x}"


def _blocks(facts: Sequence[ListedFact]) -> list[Block]:
    return [Block(facts[at : at + _SIZES[-1]]) for at in range(0, len(facts), _SIZES[-1])]


def _state(fact: ListedFact, looked_at: Collection[UUID | None]) -> tuple[object, ...]:
    # each change of the fact itself counts up its version
    return fact.version, fact.undecided, fact.settles, fact.is_open, fact.question_id in looked_at
