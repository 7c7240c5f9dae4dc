"""Names of columns that are abbreviations, said in full where a note or the caption beside the table explains them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.table_body import Said
from pipeline_core.domain.text import strip_markdown

_NEAR = 2
"""So many paragraphs above and below a table may explain its columns."""
_ABBREVIATED = re.compile(r"(?P<short>[^\W\d_][\w/%&+-]{0,6}\.?)(?P<unit>\s*[(\[][^()\[\]]{1,20}[)\]])?")
_EXPLAINS = (
    r"(?<![\w-]){short}\s*(?P<by>=|:|：|＝)\s*"
    r"(?P<full>[^\W\d_][^;,.:=()\[\]|\n，；。]{{2,80}})(?=[;,.()\[\]\n，；。]|\Z)"
)
_NOTE = re.compile(
    r"\W*(?:notes?|abbreviations?|legend|key|anmerkung(?:en)?|abkürzungen|legende|hinweis|note|remarques?|abréviations"
    r"|légende|notas?|abreviaturas|leyenda|siglas|legenda|abbreviazioni|afkortingen|singkatan|catatan|keterangan"
    r"|примечани[ея]|сокращения|обозначения|σημείωση|συντομογραφίες|uwag[ai]|skróty|注|说明|缩写)\W",
    re.IGNORECASE,
)
_MOST_WORDS = 8


def explained_near(text: str, blocks: Sequence[Block], at: int, names: Sequence[str], after: str) -> dict[str, str]:
    """The names of columns of the table ``blocks[at]`` that are explained beside it, and what to call these columns.

    Args:
        text: the chunk.
        blocks: its blocks.
        at: the table's.
        names: of its columns.
        after: the paragraph below a table that the chunk ends in.
    """
    near = [*blocks[max(0, at - _NEAR) : at], *blocks[at + 1 : at + 1 + _NEAR]]
    notes = [strip_markdown(block.text_in(text)) for block in near if block.kind == "prose"]
    notes += [strip_markdown(after)] if after and at + 1 == len(blocks) else []
    return explained(names, notes)


def explained(names: Sequence[str], notes: Iterable[str]) -> dict[str, str]:
    """The names that the notes explain, by what is said for them: ``KI (1/km)`` is "kinetic intensity (KI) (1/km)"."""
    found: dict[str, str] = {}
    for note in notes:
        for name in names:
            match = _ABBREVIATED.fullmatch(name)
            if match and names.count(name) == 1 and name not in found and (full := _meaning(match["short"], note)):
                found[name] = f"{full} ({match['short']}){match['unit'] or ''}"
    return found


def in_full(said: Said, names: Mapping[str, str]) -> Said:
    """The row with the names of its columns in full."""
    if not names:
        return said
    pairs = [(names.get(column, column), value) for column, value in said.pairs]
    return replace(said, name_of_name=names.get(said.name_of_name, said.name_of_name), pairs=pairs)


def _meaning(short: str, note: str) -> str:
    """What a note says that an abbreviation means; "Rent: see below" explains no abbreviation, a list of them does."""
    match = re.search(_EXPLAINS.format(short=re.escape(short)), note)
    if not match or len(match["full"].split()) > _MOST_WORDS:
        return ""
    is_sign = match["by"] in "=＝" or short.isupper() or _NOTE.match(note) is not None
    return match["full"].strip() if is_sign else ""
