"""Notes below a table, said where its cells bear their marks: without its note a figure reads as another one."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.table_body import Said
from pipeline_core.adapters.facts.table_context import Source
from pipeline_core.domain.facts import Around
from pipeline_core.domain.text import strip_inline, strip_markdown

_MOST_BELOW = 6
"""So many paragraphs below a table may be notes of its cells."""
_LONGEST = 200
_LONGEST_LEGEND = 400
_LONGEST_NAME = 100
_RAISED = "¹²³⁴⁵⁶⁷⁸⁹⁰"
_SHORT = r"(?:\d{1,2}|[a-z])"
_MARK = rf"[*†‡§¶※]{{1,3}}|[{_RAISED}]{{1,2}}|\({_SHORT}\)|{_SHORT}\)|\[{_SHORT}\]|\^\w{{1,2}}\^?"
_SUPERSCRIPT = re.compile(r"<sup>\s*(\w{1,2}|\*{1,3})\s*</sup>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?=[*\[\]()^_])")
_NOTE = re.compile(rf"(?:\w+\s*[:：]\s*)?(?P<mark>{_MARK})\s*(?P<said>[^\W_].+)", re.DOTALL)
_NEXT = re.compile(rf"(?<=[.;。])\s*(?=(?:[*†‡§¶※]{{1,3}}|[{_RAISED}]{{1,2}})\s*[^\W_]|[^\W\d_]+\s?[:：]\s)|\n")
_MARKED = re.compile(rf"(?P<said>.*[\w%)\]€$£.])(?P<gap>\s?)(?P<mark>{_MARK})\s*\Z", re.DOTALL)
_UNIT_TO_A_POWER = re.compile(r"(?:\A|[^\w])[kcdmµ]?m\Z")
_LEGEND = re.compile(
    r"(?:\A|(?<=[\s;,.(]))(?P<short>[^\s=;,.:()]{1,3}|:|\.{2,3})\s*(?P<by>=|＝|:|：)\s+(?P<full>[^\W\d_][^=;\n]{1,79}?)(?=[;,.)]|\s*\Z)"
)
_FLAGGED = re.compile(r"(?P<said>[-+−<>≤≥~]?\d[\d.,  ]*%?)\s+(?P<mark>[^\W\d_]{1,2})\Z")


@dataclass(frozen=True, slots=True)
class Note:
    """Text of a mark's note, and where it stands."""

    said: str
    source: Source


def notes_below(text: str, blocks: Sequence[Block], at: int, after: str = "") -> dict[str, Note]:
    """The notes of the table ``blocks[at]``, by their marks as the cells have them.

    ``after`` is the paragraph below a table that the chunk ends in.
    """
    found: dict[str, Note] = {}
    below = blocks[at + 1 : at + 1 + _MOST_BELOW]
    items = [block.item for block in below if block.kind == "prose"]
    for block in below:
        if block.kind != "prose" or (block.item and items.count(block.item) > 1):
            break  # "*" before each of several is the bullet of a list
        start = text.rfind("\n", 0, block.start) + 1  # the mark of a note may be read as that of a list's item
        found = {**_read(text[start : block.end], (start, block.end)), **found}
    if after and at + 1 == len(blocks):
        found = {**_read(after, Around(after.strip(), below=True)), **found}
    if not all(map(_is_counted, found)) and _is_numbering(text, blocks, at, found):
        return {mark: note for mark, note in found.items() if _is_counted(mark)}
    return found


def _is_counted(mark: str) -> bool:
    """Return whether it is only the mark of a note: a number in brackets may count clauses or works as well."""
    return not mark.endswith((")", "]"))


def _is_numbering(text: str, blocks: Sequence[Block], at: int, notes: Iterable[str]) -> bool:
    """Return whether bracketed marks number paragraphs: they do above the table as well, or no cell bears some."""
    cells = _bare(blocks[at].text_in(text))
    if any(not _is_counted(mark) and mark not in cells for mark in notes):
        return True
    starts = (text.rfind("\n", 0, block.start) + 1 for block in blocks[:at] if block.kind == "prose")
    above = (_NOTE.match(_bare(text[start : start + _LONGEST])) for start in starts)
    return any(match is not None and not _is_counted(_key(match["mark"])) for match in above)


def note_of_all(text: str, blocks: Sequence[Block], at: int, after: str = "") -> Note | None:
    """Find a short note right below the table ``blocks[at]`` about all its rows: "Note: excludes grants."."""
    below = blocks[at + 1] if at + 1 < len(blocks) else None
    source: Source
    if below is not None and below.kind == "prose":
        said, source = below.text_in(text), (below.start, below.end)
    elif below is None and after:
        said, source = after, Around(after.strip(), below=True)
    else:
        return None
    parts = (_OF_ALL.fullmatch(strip_markdown(part)) for part in _NEXT.split(_bare(said)))
    match = next(filter(None, parts), None)
    if match is None or len(match["said"].split()) > _MOST_WORDS_OF_ALL or _NOTE.fullmatch(match["said"]):
        return None
    return None if _LEGEND.search(match["said"]) else Note(_whole(match["said"]), source)


_OF_ALL = re.compile(
    r"(?:notes?|hinweis|anmerkung|remarque|nota|opmerking|примечание|uwaga|注)\s*[:：]\s*(?P<said>[^:]{3,})", re.I
)
_MOST_WORDS_OF_ALL = 8
"""A longer one may be of something else than the figures, and would be said over and over."""


def _read(paragraph: str, source: Source) -> dict[str, Note]:
    notes: dict[str, Note] = {}
    for line in _NEXT.split(_bare(paragraph)):
        if match := _NOTE.fullmatch(line.strip()):
            notes[_key(match["mark"])] = Note(_whole(match["said"]), source)
        for match in _LEGEND.finditer(line) if len(paragraph) <= _LONGEST_LEGEND else ():
            # "Rent: see below" explains no sign; a letter or a sign with a colon does
            if match["by"] in "=＝" or (len(match["short"]) == 1 and match.start() == 0):
                notes.setdefault(f"={match['short']}", Note(_whole(match["full"]), source))
    return {mark: note for mark, note in notes.items() if note.said and len(note.said) <= _LONGEST}


def _bare(text: str) -> str:
    return _SUPERSCRIPT.sub(r"^\1", _ESCAPED.sub("", text))


def _key(mark: str) -> str:
    return mark.strip("^")


def _whole(said: str) -> str:
    return " ".join(strip_inline(said).split()).rstrip(" .;。").replace(" : ", ": ")


def with_notes(said: Said, notes: Mapping[str, Note], of_all: Note | None = None) -> Said:
    """The row with what its marks say in parentheses behind what bears them: ``38¹`` is "38 (reduced speed)".

    A sign that stands for a value, or for what is particular of it, is said in the words that explain it:
    ``827 b`` is "827 (break in series)".
    """
    used: list[Note] = []
    if of_all is not None:
        used.append(of_all)
        said = replace(said, aside=of_all.said)
    of_name: list[Note] = []
    name = _explained(said.row.cells[0] or said.name, said.name, notes, of_name)
    if len(name) > _LONGEST_NAME:  # it names the row no more, and is said behind its values
        bare = _MARKED.fullmatch(said.name)
        name = bare["said"].strip() if bare else said.name
        said = replace(said, aside="; ".join(filter(None, [said.aside, *(note.said for note in of_name)])))
    used += of_name
    columns = {column: _explained(column, column, notes, used) for column, _ in said.pairs}
    pairs = [(columns[column], _value(value, notes, used)) for column, value in said.pairs]
    if not used:
        return said
    return replace(said, name=name, pairs=pairs, notes=tuple(dict.fromkeys((note.said, note.source) for note in used)))


def _explained(raw: str, plain: str, notes: Mapping[str, Note], used: list[Note]) -> str:
    match = _MARKED.fullmatch(_bare(raw)) or _MARKED.fullmatch(plain)
    if not match or (match["mark"] in _RAISED and _UNIT_TO_A_POWER.search(match["said"])):
        return plain
    if match["mark"].endswith(")") and not match["mark"].startswith("(") and not match["gap"]:
        return plain  # "f(x)" bears none
    note = notes.get(_key(match["mark"]))
    if note is None:
        return plain
    used.append(note)
    # behind a digit it would be read as another number without: the text has "38¹"
    mark = match["mark"] if match["said"][-1:].isdigit() and match["mark"][:1] in f"{_RAISED}^" else ""
    return f"{strip_inline(match['said']).strip()}{mark} ({note.said})"


def _value(value: str, notes: Mapping[str, Note], used: list[Note]) -> str:
    if whole := notes.get(f"={value}"):
        used.append(whole)
        return whole.said
    flagged = _FLAGGED.fullmatch(value)
    if flagged and (note := notes.get(f"={flagged['mark']}")):
        used.append(note)
        return f"{flagged['said'].strip()} ({note.said})"
    return _explained(value, value, notes, used)


def words_of(text: str, sources: Iterable[Source]) -> Iterator[str]:
    """Yield the text of each source."""
    for source in sources:
        yield source.quote if isinstance(source, Around) else text[slice(*source)]
