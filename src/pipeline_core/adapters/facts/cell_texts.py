"""Kinds of text in a table's cell: a sentence, the id of a requirement, a few words."""

import re
from collections.abc import Sequence

from pipeline_core.adapters.facts.table_grid import SECTION, plain
from pipeline_core.domain.cut_ends import CUT_END
from pipeline_core.domain.sentence_ends import STOPS

LONG = 5
"""Words from which a cell's text has a beginning and an end that can be missing."""
_CLOSED = r"(?:[)\"'”’»\]]|\s*[(\[][^()\[\]]{1,24}[)\]])*\s*\Z"
_SENTENCE = re.compile(rf"(?:.{{12,}}[{STOPS}]|.{{5,}}[。！？]){_CLOSED}", re.DOTALL)
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEADING_NUMBER = re.compile(rf"(?:{SECTION.pattern})\s+(?=\S)")
_UNFINISHED = re.compile(r"[/,，、]\Z")


def is_sentence(said: str) -> bool:
    """Return whether it ends as sentences do; a note or a reference in parentheses may stand behind."""
    return _SENTENCE.match(said) is not None


def is_whole_sentence(said: str) -> bool:
    """Return whether it begins as sentences do as well, with or without a number before it."""
    return is_sentence(said) and not said[0].islower() and length(said) > 3


def length(said: str) -> int:
    """Its words; where none are parted by blanks, two signs are counted as a word."""
    return len(said.split()) + len(_IDEOGRAPH.findall(said)) // 2


def is_id(name: str) -> bool:
    """Return whether it is a number or code, as requirements have them: ``1.2.3``, ``REQ-7``, ``V2.1``."""
    return len(name) <= 24 and name.count(" ") <= 1 and any(map(str.isdigit, name))


def is_section_number(name: str) -> bool:
    """Return whether it numbers the text, and names nothing: ``1.2.3``, ``C.9``; not ``SHA-1`` or ``HAProxy 2.4``."""
    return SECTION.fullmatch(name) is not None


def begins_with_number(said: str) -> bool:
    """Return whether the number of a section or requirement is all of it, or stands before its words."""
    return is_section_number(said) or _LEADING_NUMBER.match(said) is not None


def is_unfinished(said: str) -> bool:
    """Return whether its end is missing, as its last sign or word shows."""
    return _UNFINISHED.search(said) is not None or (length(said) >= LONG and CUT_END.search(said) is not None)


def long_texts(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    """The texts of a column that have a beginning and an end."""
    return [said for row in rows if length(said := plain(row[column])) >= LONG]
