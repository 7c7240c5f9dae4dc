"""Names of columns that are abbreviations, said in full where a note or the caption beside the table explains them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.table_body import Said
from pipeline_core.adapters.facts.table_labels import without_marks_of_notes
from pipeline_core.domain.text import strip_markdown

_NEAR = 2
"""So many paragraphs above and below a table may explain its columns."""
_ABBREVIATED = re.compile(r"(?P<short>[^\W\d_][\w/%&+-]{0,6}\.?)(?P<unit>\s*[(\[][^()\[\]]{1,20}[)\]])?")
_EXPLAINS = (
    r"(?<![\w-]){short}\s*(?P<by>=|:|：|＝)\s*(?:[✓✔☑√xX●]\s+\w+\s+)?"
    r"(?P<full>[^\W\d_][^;,.:=()\[\]|\n，；。]{{2,80}})(?=[;,.()\[\]\n，；。]|\Z)"
)
_NOTE = re.compile(
    r"\W*(?:notes?|abbreviations?|legend|key|anmerkung(?:en)?|abkürzungen|legende|hinweis|note|remarques?|abréviations"
    r"|légende|notas?|abreviaturas|leyenda|siglas|legenda|abbreviazioni|afkortingen|singkatan|catatan|keterangan"
    r"|примечани[ея]|сокращения|обозначения|σημείωση|συντομογραφίες|uwag[ai]|skróty|注|说明|缩写)\W",
    re.IGNORECASE,
)
_MOST_WORDS = 8
_SPELLED = r"(?P<full>(?:[^\W\d_][\w'’]*[ -]+){{1,6}})\({short}s?\)"
_A_LIST = 2


def explained_near(text: str, blocks: Sequence[Block], at: int, names: Sequence[str], after: str) -> dict[str, str]:
    """The names of columns of the table ``blocks[at]`` that are explained beside it, and what to call these columns.

    ``after`` is the paragraph below a table that the chunk ends in.
    """
    near = [*blocks[max(0, at - _NEAR) : at], *blocks[at + 1 : at + 1 + _NEAR]]
    notes = [strip_markdown(block.text_in(text)) for block in near if block.kind == "prose"]
    notes += [strip_markdown(after)] if after and at + 1 == len(blocks) else []
    return explained(names, notes, text)


def explained(names: Sequence[str], notes: Iterable[str], prose: str = "") -> dict[str, str]:
    """The names that the notes explain, by what is said for them: ``KI (1/km)`` is "kinetic intensity (KI) (1/km)".

    In ``prose`` an abbreviation may stand behind the words that it is for, "kinetic intensity (KI)".
    """
    found: dict[str, str] = {}
    shorts = {name: match for name in names if names.count(name) == 1 and (match := _ABBREVIATED.fullmatch(name))}
    for note in notes:
        told = {name: meaning for name, match in shorts.items() if (meaning := _meaning(match["short"], note))}
        is_list = _NOTE.match(note) is not None or len(told) >= _A_LIST
        for name, (full, is_certain) in told.items():
            if name not in found and (is_certain or is_list):
                found[name] = f"{full} ({shorts[name]['short']}){shorts[name]['unit'] or ''}"
    for name, match in shorts.items():
        if name not in found and match["short"].isupper() and (full := _spelled(match["short"], prose)):
            found[name] = f"{full} ({match['short']}){match['unit'] or ''}"
    return found


def in_full(said: Said, names: Mapping[str, str]) -> Said:
    """The row with the names of its columns in full, and without the marks of notes behind them."""
    pairs = [(names.get(column) or without_marks_of_notes(column), value) for column, value in said.pairs]
    name_of_name = names.get(said.name_of_name) or without_marks_of_notes(said.name_of_name)
    return replace(said, name=without_marks_of_notes(said.name), name_of_name=name_of_name, pairs=pairs)


def _meaning(short: str, note: str) -> tuple[str, bool] | None:
    """Read the meaning of an abbreviation from a note, and if that is certain: "Rent: see below" explains none."""
    match = re.search(_EXPLAINS.format(short=re.escape(short)), note)
    if not match or len(match["full"].split()) > _MOST_WORDS:
        return None
    return match["full"].strip(), match["by"] in "=＝" or short.isupper()


def _spelled(short: str, prose: str) -> str:
    """The words before an abbreviation in parentheses whose first letters it has."""
    for match in re.finditer(_SPELLED.format(short=re.escape(short)), prose):
        words = re.split(r"[ -]+", match["full"].strip(" -"))[-len(short) :]
        if "".join(word[0] for word in words).casefold() == short.casefold():
            return match["full"].strip(" -")[-len(" ".join(words)) :]
    return ""
