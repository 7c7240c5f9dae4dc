"""The statement of a table's row: what it is about, and its values under the names of their columns.

A check mark says that the heading of its column holds for the row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from pipeline_core.adapters.facts import cell_texts
from pipeline_core.adapters.facts.cell_texts import LONG, length
from pipeline_core.adapters.facts.table_body import TOTAL, Said
from pipeline_core.adapters.facts.table_grid import MARKS
from pipeline_core.domain.table_words import COLUMN_WORDS
from pipeline_core.domain.tables import VALUES, is_empty, kind_of

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
    words = name.split()[::-1]
    levels = [*takewhile(lambda word: _LEVEL.fullmatch(word) and word[:-1] == words[0][:-1], words)]
    return levels[::-1] if len(levels) > 1 else []


_LONGEST_NAME = 160
_REMARK = re.compile(r"\[[^\[\]]*\]")
"""``[DELETED, DUPLICATE OF 4.1.3]``: what stands where a requirement was."""
_WORD = re.compile(r"[^\W\d_]+")
_SIGN = re.compile(r"[A-ZÀ-ÖØ-ÞΑ-ΩА-Я]|[IVX]{2,4}")
"""A letter alone and a Roman number name nothing without the name of their column: "Probe A", "Zone II"."""
_FEWEST_OF_A_TOPIC = 3
_NUMBERED = re.compile(r"(?:\S+ ){0,5}?(?<![\d.])\d{1,4}\.")


def statement_of(said: Said) -> str:
    """``Flood – Deductible: $500; Limit: $10,000``; blank where nobody could tell what is stated."""
    sentence = sentence_in(said)
    if not sentence and (_says_nothing(said) or any(_REMARK.fullmatch(value) for _, value in said.pairs)):
        return ""
    required = sentence if cell_texts.is_id(said.name) else ""
    if not required and cell_texts.is_section_number(said.name):
        required = _longest_text(said)
    if required:
        return _requirement(said, required)
    if said.name.endswith(("?", "？")):
        # what answers a question is its row's one value; figures below years answer none of their own
        return f"{said.name} {said.pairs[0][1]}" if len(said.pairs) == 1 else ""
    marked = without_marks(said)
    if cell_texts.is_whole_sentence(marked.text) and said.is_named:
        return marked.text + _aside([*marked.columns, *_noted(said.pairs)])
    return _pairs(said) if _may_name_a_row(said.name) else ""


def sentence_in(said: Said) -> str:
    """The first of the row's values that is a sentence."""
    return next((value for _, value in said.pairs if cell_texts.is_sentence(value)), "")


def _pairs(said: Said) -> str:
    context = said.table.context
    group = "" if said.is_last and TOTAL.match(said.name) else said.table.group
    name = said.name
    if (kind_of(name) in VALUES or _SIGN.fullmatch(name)) and any(map(str.isalpha, said.name_of_name)):
        name = f"{said.name_of_name} {name}"
    about = ", ".join(part for part in (group, _topic(said), name) if part).replace("?, ", "? ")
    values = _listed(said.pairs)
    # nothing is said twice: a caption or a name may give the unit, a group may be the heading
    topic = "" if context.subject.casefold() in (group.casefold(), name.casefold()) else context.subject
    is_said = context.unit.casefold() in f"{topic} {values}".casefold()
    asides = [context.unit] if context.unit and not is_said and any(map(str.isdigit, values)) else []
    unit = _aside([*asides, *filter(None, [said.aside])])
    if said.is_named:
        subject = f"{topic}{'' if topic[-1] in '?!？！' else ':'} " if topic else ""
        return f"{subject}{about} – {values}{unit}"
    subject = f"{topic} – " if topic else ""
    return f"{subject}{about}: {values}{unit}"


def _topic(said: Said) -> str:
    """Return what the table counts, if only a line above the names of its rows says it; else blank.

    ``Treaty reform / Lisbon Treaty | Enquiries`` above countries: such words name no kind of row. Those of columns do.
    """
    named = said.name_of_name
    if not said.is_named or len(said.row.cells) > 2 or said.table.context.is_caption:
        return ""
    words = {word.casefold() for word in _WORD.findall(named)}
    is_long = len(words) >= _FEWEST_OF_A_TOPIC or "/" in named
    if not is_long or len(words) < 2 or named.endswith("?") or not COLUMN_WORDS.isdisjoint(words):
        return ""
    is_told = words <= {word.casefold() for word in _WORD.findall(f"{said.table.context.subject} {said.name}")}
    return "" if is_told or kind_of(said.name) in VALUES else named


def _says_nothing(said: Said) -> bool:
    """Return whether the values of a row cannot be understood: words side by side without names of columns."""
    if said.is_named:
        return False
    if said.name[:1].islower():
        return True
    values = [value for _, value in said.pairs]
    return len(said.row.cells) > 2 and not any(kind_of(value) in VALUES - {"code"} for value in values)


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    """``Deductible: $500; Limit: $10,000``; values without names stand alone."""
    values = [value.rstrip(".;；。，、, ") for _, value in pairs[:-1]] + [value for _, value in pairs[-1:]]
    return "; ".join(
        f"{column}: {value}" if column else value for (column, _), value in zip(pairs, values, strict=True)
    )


def _longest_text(said: Said) -> str:
    """The text of a requirement that ends without a full stop; blank where no cell is a text."""
    texts = [value for _, value in said.pairs if length(value) >= LONG]
    return max(texts, key=len, default="")


def _requirement(said: Said, sentence: str) -> str:
    """``1.2.3: Verify that … (L2, L3; CWE: 250)``: the id, the sentence, and what else the row says."""
    others = [(column, value) for column, value in said.pairs if value != sentence]
    if not all(column for column, _ in others):
        others = [(column, value) for column, value in others if column and not set(value.split()) <= MARKS]
    return f"{said.name}: {sentence}{_aside(_noted(others))}"


def _noted(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """List the other words on a sentence: the columns whose mark says that they hold for it, then other values."""
    holding = [column for column, value in pairs if value in YES]
    others = [(column, value) for column, value in pairs if value not in YES]
    return [", ".join(holding)] * bool(holding) + [_listed(others)] * bool(others)


def _aside(parts: Sequence[str]) -> str:
    return f" ({'; '.join(parts)})" if parts else ""


def _may_name_a_row(name: str) -> bool:
    """Return whether it is short enough, and not the end of a sentence: "1." and "Art. 5." are names too."""
    ends = name.endswith(("?", ".", "。", "？")) and not _NUMBERED.fullmatch(name)
    return not is_empty(name) and len(name) <= _LONGEST_NAME and " : " not in name and not ends
