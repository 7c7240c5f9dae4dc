"""Context of a table that belongs to each of its rows: its subject, and the unit of its numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.scope import bare, section_beside
from pipeline_core.adapters.facts.table_labels import (
    asks,
    is_label,
    names_something,
    says_only_kind,
    without_marks_of_notes,
    without_talk,
)
from pipeline_core.domain.cut_ends import CUT_END
from pipeline_core.domain.facts import Around
from pipeline_core.domain.table_spans import CONTINUED
from pipeline_core.domain.text import strip_markdown

_MOST_ABOVE = 3
"""So many paragraphs above a table are looked at: a caption, its second line, and a unit."""
_LONGEST_LINE = 240
_LABELS = (
    "table|tab\\.|exhibit|tabelle|tableau|tabla|cuadro|tabela|quadro|tabella|tabel|tabell|tablo|taulukko|táblázat"
    "|таблица|табл\\.|πίνακας|جدول|表格?|bảng"
)
_CAPTION = re.compile(
    rf"\W*(?:{_LABELS})\s*(?:[A-Z]{{1,2}}[-.]?)?(?:\d+[\d.\-–]*(?:(?<=\.)\s\d{{1,2}}(?=\s+(?-i:[A-Z])))?|(?-i:[IVX]+))[a-z]?(?!\w)"
    r"[\s.:–—|-]*(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LONG_CAPTION = re.compile(rf"\W*(?:{_LABELS})\s*[\dA-Z.\-–]*\d[a-z]?\s*[.:|](?=\s)", re.IGNORECASE)
"""A caption of several sentences: "Table 5 shows" begins a paragraph about a table."""
_LONGEST_TITLE = 160
_MOST_WORDS_OF_A_PART = 12
"""A longer caption says itself what its table is of."""
_LONGEST_PART = 3
"""A line of so few words above a table tells it from others below the same heading: "Opening hours", "Winter"."""
_FIRST_SENTENCE = re.compile(
    r".{20,}?(?<!\b\w)(?<!\bvs)(?<!\bno)(?<!\bnr)(?<!\bal)(?:。|[.](?=\s+[\"“«+A-ZÀ-ÞΑ-ΩА-Я]|$))", re.DOTALL
)
_SCALES = (
    "thousands?|millions?|billions?|hundreds?|per ?cent(?:ages?)?|dollars?|euros?|pounds?|francs?|yen"
    "|tausend|tsd\\.?|mio\\.?|mrd\\.?|millionen|milliarden|prozent|milliers?|milliards?|pourcentages?|mil|miles|millones"
    "|porcentajes?|milhares|milhões|bilhões|percentage[mn]s?|migliaia|milioni|miliardi|percentuali?|duizenden"
    "|miljoenen|miljarden|procent(?:en)?|ribu(?:an)?|juta(?:an)?|persen|тыс\\w*\\.?|млн\\.?|млрд\\.?|процент\\w*"
    "|usd|eur|gbp|chf|jpy|brl|pln|idr|rp|[kmt]?[€$£¥]|%|kg|km|tonnes?|tonnen|hectares?|ha|gwh|mwh|kwh|ppm"
    "|sek|nok|dkk|czk|huf|ron|try|[kmt]?eur|euro['’]s|[mt]?n?kr\\.?|kron(?:or|er)|złot\\w+|zł|tys\\.?|mln|kč|ft|lei|tl"
    "|miljon\\w*|milion\\w*|miliard\\w*|tus(?:en|ind)|tysi\\w+|mm|cm|m[²³]?|µm|mg|ml|°c|kpa|kw|mw|рубл\\w+|руб\\.?|гривн\\w+|грн\\.?"
    "|minutes?|minuten|minutos|minuti|hours?|stunden|heures|horas|ore"
)
_UNIT = re.compile(
    r"[\[(（]?\s*(?P<unit>(?:(?:(?:all|alle|tous les|todos los|todos os|tutti gli)\s+)?"
    r"(?:amounts?|figures|values|numbers|data|dollars|beträge|angaben|zahlen|werte|montants|valeurs|chiffres|importes"
    r"|cifras|valores|datos|dados|importi|valori|dati|bedragen|cijfers)\s+(?:(?:are|is|sont|son|são|sono|zijn|sind)\s+)?"
    r"(?:(?:expressed|stated|shown|exprimés|expresad[oa]s|express[oa]s|espressi)\s+)?)?"
    rf"(?:in|en|em|dalam|в)\s+(?:[\w.€$£¥%]+\s+){{0,2}}?(?:{_SCALES})(?!\w)[^.;:]{{0,40}}"
    r"|(?:units?|einheit|unité|unidade?|unità|eenheid|satuan|единица измерения|单位|單位|単位)\s*[:：]\s*[^.;]{1,40})"
    r"\s*[\])）]?\.?\s*",
    re.IGNORECASE,
)  # fmt: skip
_UNIT_OF_ALL = re.compile(
    rf"(?P<unit>(?:[^\W\d_][\w’'-]*\s+){{1,3}}(?:in|en|em|i|w|v|dalam|в|у)\s+(?:[\w.]+\s+){{0,2}}?(?:{_SCALES})"
    r"(?![\w'’])(?:[^.;:,\n]|(?<=\b\w\w\w)\.|(?<=\b\w\w\w\w)\.(?=\s)){0,40}(?:,\s[^.;:\n]{3,60})?)\.?",
    re.IGNORECASE,
)
"""Unit in a short line right above a table: "Fees in EUR per term, unless stated otherwise."."""
_BARE_UNIT = re.compile(
    rf"[\[(（]\s*(?P<unit>(?:{_SCALES})(?:\s+(?:of\s+|de\s+|d['’]|di\s+)?(?:{_SCALES}))*)\s*[\])）]", re.IGNORECASE
)
_LEADS_TO_TABLE = re.compile(
    r"\b(?:table|following|below|tabelle|folgend\w*|tableau|suivant\w*|tabla|siguiente\w*|tabela|quadro|seguinte\w*"
    r"|tabella|seguent[ei]|tabel|volgende|berikut|bawah|таблиц\w*|следующ\w*|ниже|πίνακα\w*|παρακάτω|جدول)\b"
    r"|下表|以下|如下|表格",
    re.IGNORECASE,
)
_SAYS_LITTLE = re.compile(
    r"(?:overview|introduction|summary|general|abstract|notes?|description|details|background|conclusions?|discussion"
    r"|results?|findings|evaluation|experiments?|limitations?|methods?|scope|purpose|definitions?|faq|about|contents?"
    r"|other|tables?|data|sheet ?\d*|appendix(?: \w)?|page \d+|slide \d+)$",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?<=[.)])\s+(?:sources?|quellen?|fuentes?|fontes?|bron|sumber|источник\w*|来源)\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
_CONTINUES = re.compile(
    r"[(\[]?(?:continued|cont[.'’]?d?|fortsetzung|forts|suite|continuación|continuação|continuazione|segue|vervolg"
    r"|lanjutan|продолжение|συνέχεια)[.:)\]]+\s+(?=\S)",
    re.IGNORECASE,
)
_CONTAINS = re.compile(
    r"(?:(?:this|the|(?:the )?following) table (?:contains|shows|presents|reports|provides|gives|lists|displays)"
    r"|diese tabelle (?:enthält|zeigt|nennt)|ce tableau (?:contient|présente|montre|donne)|esta tabla (?:contiene"
    r"|muestra|presenta)|esta tabela (?:contém|mostra|apresenta)|questa tabella (?:contiene|mostra|presenta|riporta)"
    r"|deze tabel (?:bevat|toont|geeft))\s+(?P<what>[^.;:!?]{12,}(?:\.\d[^.;:!?]*)*)\.(?=\s|$)",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^(?:(?:\d+\.)+\d*|\d+)\s+")


Source = tuple[int, int] | Around
"""A span in the chunk, or a text in another one."""


@dataclass(frozen=True, slots=True)
class Context:
    """``subject`` and ``unit`` are blank where nothing says them; the spans are where they stand in the chunk.

    ``is_untold``: a caption or heading is there, but it does not say what the table is about, and nothing else does.
    ``sources`` are what says the subject, ``unit_sources`` what says the unit.
    """

    subject: str = ""
    unit: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    is_caption: bool = False
    is_untold: bool = False
    sources: tuple[Source, ...] = ()
    unit_sources: tuple[Source, ...] = ()


def context_of(text: str, blocks: Sequence[Block], at: int, after: str = "", before: str = "") -> Context:
    """Find the subject of the table ``blocks[at]`` in its caption (above, else below), a line above it, or its heading.

    ``after`` is the paragraph below a table that the chunk ends in, ``before`` those above one with which it begins.
    """
    found = _named_nearby(text, blocks, at, after, before)
    if not found.subject and (caption := _caption_apart(text, blocks)):
        title, span = _title(strip_markdown(caption.text_in(text))), (caption.start, caption.end)
        found = replace(found, subject=title, spans=(*found.spans, span), is_caption=True)
        return _of_its_section(found, caption)
    is_below_heading = blocks[at - 1].kind == "heading" if at else not before
    heading, is_question = _heading(blocks[at].headings, may_ask=is_below_heading)
    if found.subject and not says_only_kind(bare(found.subject)):
        is_part = not found.is_caption and len(found.subject.split()) <= _LONGEST_PART and heading
        is_told = found.subject.casefold() in heading.casefold() or not _labels_its_tables(blocks[:at])
        if is_part and not is_told:
            return replace(found, subject=f"{heading}, {found.subject}")
        return _of_its_section(found, blocks[at])
    subject = (found.subject and _told_of(text, blocks[max(0, at - 2) : at])) or heading
    return replace(found, subject=subject, is_untold=not subject and (is_question or bool(found.subject)))


def _of_its_section(found: Context, block: Block) -> Context:
    """A short caption with the section that it is in, where it has no word of that: "Coffee – Market shares, 1997"."""
    is_short = len(found.subject.split()) <= _MOST_WORDS_OF_A_PART
    section = section_beside(found.subject, block.headings, block.title) if found.is_caption and is_short else ""
    return replace(found, subject=f"{section} – {found.subject}") if section else found


def _labels_its_tables(above: Sequence[Block]) -> bool:
    """Return whether the heading in force has just one line above its first table: any other may be its equal.

    Conversions of pages make headings of some lines of a kind, and paragraphs of others.
    """
    heading = max((at for at, block in enumerate(above) if block.kind == "heading"), default=-1)
    first = next((at for at in range(heading + 1, len(above)) if above[at].kind == "table"), len(above))
    return heading >= 0 and first == heading + 2 and above[first - 1].kind == "prose"


def _told_of(text: str, above: Sequence[Block]) -> str:
    """Read the contents of a table from a paragraph above it: "This table contains the fees of 2020."."""
    for block in reversed(above):
        said = strip_markdown(block.text_in(text)) if block.kind == "prose" else ""
        if (match := _CONTAINS.match(said)) and len(told := match["what"]) <= _LONGEST_TITLE:
            return told[:1].upper() + told[1:]
    return ""


def _named_nearby(text: str, blocks: Sequence[Block], at: int, after: str, before: str) -> Context:
    """By its caption or the line above it; without a subject if there is neither."""
    above, unit, unit_span = _above(text, blocks, at)
    captions = [number for number, (said, _) in enumerate(above) if _CAPTION.fullmatch(said)]
    if captions:
        # the caption's second line is a paragraph of its own in many a PDF
        lines = _caption_lines(above[captions[-1] :])
        title = _title(" ".join(said for said, _ in lines))
        spans = (lines[0][1][0], lines[-1][1][1])
        return Context(title, unit, (spans, *unit_span), is_caption=True)
    if title := _caption_before(before, text, blocks[:at]):
        return Context(title, unit, unit_span, is_caption=True)
    below, below_span = _below(text, blocks, at, after)
    if _is_caption(below):
        return Context(_title(below), unit, (*unit_span, *below_span), is_caption=True)
    if above:
        said, span = above[-1]
        leads = said.endswith((":", "：")) and len(said.split()) <= 14 and not said[:1].islower()
        if (leads or _is_label(text, blocks, span)) and not _LEADS_TO_TABLE.search(said):
            return Context(_whole(said.rstrip(" :：")), unit, (span, *unit_span))
    return Context("", unit, unit_span)


def _is_label(text: str, blocks: Sequence[Block], span: tuple[int, int]) -> bool:
    """Return whether the block at ``span`` is a line of its own that names the table below it."""
    at = next(at for at, block in enumerate(blocks) if block.start == span[0])
    block = blocks[at]
    is_next = not text[block.end : blocks[at + 1].start].strip()  # else a rule, as between pages, parts them
    if block.kind != "prose" or block.item or block.indent or not is_next:
        return False
    before = blocks[at - 1] if at else None
    said_before = strip_markdown(before.text_in(text)) if before and before.kind == "prose" else ""
    return is_label(block.text_in(text), strip_markdown(block.text_in(text)), said_before)


def titled(said: str) -> Context | None:
    """Read the subject of a table from a row above the header; None where the row names nothing."""
    title = _title(said)
    if not names_something(title) or title[:1].islower():
        return None
    return Context(title, is_caption=_CAPTION.fullmatch(said) is not None)


def _caption_lines(lines: Sequence[tuple[str, tuple[int, int]]]) -> list[tuple[str, tuple[int, int]]]:
    """The caption with its second line; what else stands between it and the table may be what spans its columns."""
    kept = [lines[0]]
    for said, span in lines[1:2]:
        title = _title(kept[0][0])
        is_open = CUT_END.search(title) is not None or kept[0][0].count("(") > kept[0][0].count(")")
        if title == kept[0][0].strip(" .,;:*–—-") or is_open or not said[:1].isupper():
            kept.append((said, span))
    return kept


def _above(
    text: str, blocks: Sequence[Block], at: int
) -> tuple[list[tuple[str, tuple[int, int]]], str, tuple[tuple[int, int], ...]]:
    """The short paragraphs above the table, from the top, and the unit that one of them gives."""
    lines: list[tuple[str, tuple[int, int]]] = []
    unit = ""
    span: tuple[tuple[int, int], ...] = ()
    for block in reversed(blocks[max(0, at - _MOST_ABOVE) : at]):
        if block.kind != "heading" and not lines and _explains(text, blocks, block):
            continue
        if block.kind == "prose" and not (lines or unit) and (found := _unit_at_end(text, block)):
            unit, span = found
            break
        if block.kind not in ("prose", "heading") or block.end - block.start > _LONGEST_LINE:
            break
        said = strip_markdown(block.text_in(text))
        match = _UNIT.fullmatch(said) or _BARE_UNIT.fullmatch(said) or (None if lines else _UNIT_OF_ALL.fullmatch(said))
        if match and not unit and block.kind == "prose":
            unit, span = _without_open_bracket(match["unit"]), ((block.start, block.end),)
        elif block.kind == "heading" and not _CAPTION.fullmatch(said) and not _is_rest(said):
            break
        else:
            lines.insert(0, (said, (block.start, block.end)))
        if _CAPTION.fullmatch(said):
            break
    return lines, unit, span


def _unit_at_end(text: str, block: Block) -> tuple[str, tuple[tuple[int, int], ...]] | None:
    """The unit by the last sentence of a paragraph, into which conversions of pages take the line above a table."""
    start = max(
        (at + len(end) for end in (". ", ".\n") if (at := text.rfind(end, block.start, block.end)) >= 0), default=0
    )
    match = _UNIT_OF_ALL.fullmatch(strip_markdown(text[start : block.end])) if start else None
    return (match["unit"], ((start, block.end),)) if match else None


def _explains(text: str, blocks: Sequence[Block], block: Block) -> bool:
    """Return whether a long paragraph stands between a caption and its table, and says what the columns mean."""
    at = blocks.index(block)
    if block.kind != "prose" or block.end - block.start <= _LONGEST_LINE or not at:
        return False
    above = blocks[at - 1]
    return above.kind == "prose" and _CAPTION.fullmatch(strip_markdown(above.text_in(text))) is not None


def _is_rest(said: str) -> bool:
    """Return whether a heading is the second line of a caption, as PDFs have it: no heading begins so."""
    return said[:1].islower() or said.startswith(("(", "["))


def _without_open_bracket(unit: str) -> str:
    """Without the bracket that closes before what the unit is in: "[In thousands]"."""
    unit = unit.strip()
    for begin, end in ("[]", "()", "（）"):
        while unit.endswith(end) and unit.count(end) > unit.count(begin):
            unit = unit[:-1].rstrip()
    return unit


def _below(text: str, blocks: Sequence[Block], at: int, after: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The paragraph below the table and where it stands; one with a table below it is that one's."""
    if at + 1 == len(blocks):
        return strip_markdown(after), ()
    block = blocks[at + 1]
    if block.kind != "prose" or (at + 2 < len(blocks) and blocks[at + 2].kind == "table"):
        return "", ()
    return strip_markdown(block.text_in(text)), ((block.start, block.end),)


def _caption_apart(text: str, blocks: Sequence[Block]) -> Block | None:
    """The one caption of a text with one table that has none beside it: pages set in columns part the two."""
    if [block.kind for block in blocks].count("table") > 1:
        return None
    said = [strip_markdown(block.text_in(text)) if block.kind == "prose" else "" for block in blocks]
    found = [at for at, line in enumerate(said) if len(line) <= _LONGEST_LINE and _LONG_CAPTION.match(line)]
    return blocks[found[0]] if len(found) == 1 else None


def _caption_before(before: str, text: str, blocks: Sequence[Block]) -> str:
    """The title by a caption in which the chunk before ended; ``blocks`` are those of this one above its table."""
    rest = [strip_markdown(block.text_in(text)) for block in blocks]
    if not before or not all(map(_is_rest, rest)):
        return ""
    paragraphs = [strip_markdown(paragraph) for paragraph in before.split("\n\n")]
    captions = [at for at, said in enumerate(paragraphs) if _is_caption(said)]
    return _title(" ".join([paragraphs[captions[-1]], *rest])) if captions else ""


def _is_caption(said: str) -> bool:
    return bool(_CAPTION.fullmatch(said)) and (len(said) <= _LONGEST_LINE or bool(_LONG_CAPTION.match(said)))


def _title(caption: str) -> str:
    match = _CAPTION.fullmatch(caption)
    title = without_marks_of_notes(without_talk((match["title"] if match else "") or caption))
    if len(title) > _LONGEST_TITLE and (first := _FIRST_SENTENCE.match(title)):
        title = first[0]  # what follows explains the table
    if len(title) > _LONGEST_TITLE:
        title = title.partition(" (")[0]
    title = _SOURCE.sub("", title)
    if title.count("(") > title.count(")"):
        title = title.rpartition("(")[0]  # it goes on where no line shows
    return _whole(title.strip(" .,;:*–—-"))


def _whole(title: str) -> str:
    """Without the words that say that the table began on another page."""
    return _CONTINUES.sub("", CONTINUED.sub("", title), count=1) or title


def _heading(headings: Sequence[str], *, may_ask: bool) -> tuple[str, bool]:
    """The last heading that says what is below it, and whether a question was passed over.

    A question heads the text that answers it. Only right below it (``may_ask``) a table is the answer.
    """
    passed = False
    for name in reversed(headings):
        said = _NUMBERING.sub("", name).strip(" .:")
        if not said or not names_something(said) or said[:1].islower() or _SAYS_LITTLE.fullmatch(said):
            continue
        if says_only_kind(bare(said)):
            continue
        if asks(said) and not may_ask:
            passed = True
            continue
        return (_title(said) if _CAPTION.fullmatch(said) else _whole(said)), passed
    return "", passed
