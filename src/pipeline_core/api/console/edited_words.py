"""An edited fact beside what it said before, word by word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline_core.domain.earlier_words import WORDS, Words, earlier_words
from pipeline_core.domain.review import PastDecision
from pipeline_core.domain.word_diff import Piece, word_diff


@dataclass(frozen=True, slots=True)
class EditedPart:
    """A question, an answer or a statement before and after, each word that only one of them has marked."""

    name: str
    old: Sequence[Piece]
    new: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class ShownEdits:
    """The edits that stand, oldest first, and the parts that they have changed; no part if they are kept no longer."""

    edits: Sequence[PastDecision]
    parts: Sequence[EditedPart]


class Worded(Protocol):
    """A fact or question, wherever it is read from."""

    @property
    def question(self) -> str | None: ...

    @property
    def answer(self) -> str | None: ...

    @property
    def statement(self) -> str | None: ...


def shown_edits(done: Sequence[PastDecision], fact: Worded, read: Callable[[str], str] = str) -> ShownEdits:
    """Set the words of a fact beside those that it had before it was edited. ``read`` gives a text as it is shown."""
    now: Words = {name: getattr(fact, name) for name in WORDS}
    found = earlier_words(done, now)
    if found is None:
        return ShownEdits((), ())
    changed = [name for name in WORDS if found.words[name] != now[name]]
    parts = [EditedPart(name, *word_diff(read(found.words[name] or ""), read(now[name] or ""))) for name in changed]
    return ShownEdits(found.edits, parts)
