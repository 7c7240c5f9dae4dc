"""The lists of a chunk: which lead-ins each item has, and which items stand beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.debris import is_note_in_list
from pipeline_core.adapters.facts.joints import is_joint
from pipeline_core.adapters.facts.list_words import ends_in_condition, says_no
from pipeline_core.adapters.facts.scope import bare
from pipeline_core.adapters.facts.sentences import sentences_of
from pipeline_core.domain.text import strip_markdown

LEADS = re.compile(r"[:：](?:[*_`\s]|-\s*$)*$|(?<=[\w)\"'”’»])\s?[—–][*_`\s]*$")
"""A colon at the end or, as statutes have it, a dash."""
_SIGNS = " :：—–"
_ENDS = re.compile(r"[.!?。！？؟۔।](?:[)\"'”’»\]*_`]|\s)*$")
_STOPS = re.compile(r"[.!?,;。！？；、،؛۔।][\s*_)\"'”’»]*$")
_MOST_WORDS = 60
_MOST_OF_LABEL = 12
_LONG_ITEM = 30
"""Words of an item from which only its last sentence leads to the items below it."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead-in of items: its words, and where they stand in the chunk; None if they stand in the chunk before."""

    said: str
    span: tuple[int, int] | None
    has_colon: bool
    is_item: bool = False
    is_heading: bool = False
    """A heading, or a short line of its own, right above the list."""
    is_line: bool = False
    """Such a line, and no heading."""
    is_torn: bool = False
    """Its beginning may stand in the paragraph above, which ends in mid-sentence."""

    @property
    def leads_on(self) -> bool:
        """Return whether the items below it are read with its meaning."""
        return self.has_colon or self.is_heading


@dataclass(slots=True)
class Item:
    """An item of a list. ``leads`` are its list's lead-in and those of the items above it that it is part of."""

    block: Block
    said: str
    leads: tuple[Lead, ...]
    siblings: "list[Item]" = field(default_factory=list, repr=False)
    parts: int = 0
    """Number of items nested in it."""
    is_cut: bool = False
    """Its end, or that of its list, stands in another chunk or in a paragraph below."""
    goes_on: bool = False
    """It is the beginning of a sentence that the items nested in it end."""
    joint: Block | None = None
    """The line below it that is nothing but the word between it and the next item."""
    is_misplaced: bool = False
    """It stands beside an item that leads to others, none of which stands deeper: it may be one of them."""

    def joint_in(self, text: str) -> str:
        """The word on the line below it; "" without one."""
        return strip_markdown(self.joint.text_in(text)).strip(" .,;:()-–—").lower() if self.joint else ""


def read_items(
    text: str, blocks: Sequence[Block], language: str, before: Sequence[tuple[str, Block]] = ()
) -> dict[int, Item]:
    """The chunk's items by the number of their block.

    ``before`` stands above a chunk that begins within a list: its lead-in, and the items that the first is part of.
    """
    reader = _Reader(text, language)
    for above, block in before:
        reader.see_above(above, block)
    found = {at: item for at, block in enumerate(blocks) if (item := reader.see(block))}
    for at, item in found.items():
        below = blocks[at + 1 :]
        # a footnote may stand between an item and its rest on the next page
        following = next((block for block in below if not is_note_in_list(block.item, [item.block.item])), None)
        if following is not None and not following.item and following is not item.joint:
            item.is_cut = _goes_on(text, item, following)
    return found


class _Reader:
    def __init__(self, text: str, language: str):
        self._text = text
        self._language = language
        self._lead: Lead | None = None
        self._heading: Lead | None = None
        self._seen_any = False
        self._outer: Lead | None = None
        self._above: list[tuple[int, Lead, Item | None]] = []
        self._rows: dict[tuple[int, int], list[Item]] = {}
        self._list = 0
        self._has_items = False
        self._after_torn = False
        self._last: Item | None = None
        self._inner: tuple[int, str, str] | None = None

    def see_above(self, text: str, block: Block) -> None:
        """Take what stands in the chunk before."""
        body = block.text_in(text)
        has_colon = LEADS.search(body) is not None
        if block.item:
            self._pop(block.indent)
            lead = Lead(strip_markdown(body).rstrip(_SIGNS), None, has_colon, is_item=True)
            self._above.append((block.indent, lead, None))
        elif block.kind == "prose":
            said = strip_markdown(body[slice(*self._last_sentence(body))])
            self._lead = Lead(said.rstrip(_SIGNS), None, has_colon)

    def see(self, block: Block) -> Item | None:
        """Take the next block; an item is given back."""
        is_first, self._seen_any = not self._seen_any, True
        if block.kind != "prose":
            self._begin(None)
            self._heading = self._heading_of(block) if block.kind == "heading" else None
            self._after_torn = False
            return None
        if is_first and block.item and block.headings and not (self._lead or self._above):
            # its heading stands in a chunk before
            self._heading = Lead(bare(block.headings[-1]), None, has_colon=False, is_heading=True)
        if self._last and self._has_items and is_joint(block.text_in(self._text), self._language):
            self._last.joint = block
            return None
        if block.item or self._is_excluded(block):
            return self._item(block)
        if not (block.indent and self._above):
            lead = self._lead_of(block)
            self._heading = None
            if lead and _is_label(lead):
                self._heading = replace(lead, is_heading=True, is_line=True)
            # a lead-in right below another is its item, whose mark was lost
            is_nested = lead and lead.has_colon and self._lead and self._lead.has_colon and not self._has_items
            outer = self._lead if is_nested else None
            self._begin(lead)
            self._outer = outer
            self._after_torn = _ENDS.search(block.text_in(self._text)) is None
        return None

    def _is_excluded(self, block: Block) -> bool:
        """Return whether it is a numbered paragraph below a negation: an item, though it has no mark."""
        above = self._heading or self._lead
        return bool(block.number and above and above.leads_on and says_no(above.said, self._language))

    def _last_sentence(self, body: str) -> tuple[int, int]:
        found = list(sentences_of(body, self._language))
        return found[-1] if found else (0, len(body))

    def _heading_of(self, block: Block) -> Lead:
        span = block.title_in(self._text)
        return Lead(bare(strip_markdown(self._text[slice(*span)])), span, has_colon=False, is_heading=True)

    def _begin(self, lead: Lead | None) -> None:
        self._lead = lead
        self._outer = None
        self._has_items = False
        self._above = []
        self._list += 1

    def _lead_of(self, block: Block) -> Lead | None:
        body = block.text_in(self._text)
        has_colon = LEADS.search(body) is not None
        start, end = self._last_sentence(body)
        start = max(start, _last_of_names(body))
        said = strip_markdown(body[start:end])
        if not said or len(said.split()) > _MOST_WORDS:
            return None
        # where letters have no case, the first one does not tell that a sentence begins with it
        is_torn = self._after_torn and start == 0 and said[0].isalpha() and said[0].lower() == said[0].upper()
        return Lead(said.rstrip(_SIGNS), (block.start + start, block.start + end), has_colon, is_torn=is_torn)

    def _item(self, block: Block) -> Item:
        body = block.text_in(self._text)
        indent = self._indent(block)
        row = self._rows.get((self._list, indent), [])
        is_misplaced = any(_leads_on(self._text, other) for other in row)
        self._pop(indent)
        if self._above and (parent := self._above[-1][2]) and parent is self._last and not parent.parts:
            deep, lead, _ = self._above[-1]
            parent.goes_on = not lead.has_colon and self._goes_on_in(parent.said, block)
            self._above[-1] = (deep, replace(lead, has_colon=lead.has_colon or parent.goes_on), parent)
        if self._lead and not (self._has_items or self._heading or self._lead.has_colon):
            # "… may be moved only if", without a colon
            self._lead = replace(self._lead, has_colon=self._goes_on_in(self._lead.said, block))
        leads = tuple(lead for _, lead, _ in self._above)
        said = strip_markdown(body)
        above = (self._heading, self._outer, None if self._heading else self._lead)
        item = Item(block, said, (*filter(None, above), *leads), is_misplaced=is_misplaced)
        self._has_items = True
        for _, _, parent in self._above:
            if parent:
                parent.parts += 1
        row = self._rows.setdefault((self._list, indent), [])
        row.append(item)
        item.siblings = row
        start, end = self._last_sentence(body) if len(said.split()) > _LONG_ITEM else (0, len(body))
        span = (block.start + start, block.start + end)
        said_last = strip_markdown(body[start:end]).rstrip(_SIGNS)
        self._above.append((indent, Lead(said_last, span, LEADS.search(body) is not None, is_item=True), item))
        self._last = item
        return item

    def _indent(self, block: Block) -> int:
        """Return the depth of the item: deeper than it looks where its list begins below an item that leads on."""
        last = self._last
        if last is None or not self._above or self._above[-1][2] is not last:
            self._inner = None
            return block.indent
        is_apart = "\n\n" in self._text[last.block.end : block.start]
        kind, before = _kind_of_mark(block.item), _kind_of_mark(last.block.item)
        if self._inner and self._inner[0] == block.indent:
            _, inner, outer = self._inner
            if kind == inner if inner != outer else not is_apart:
                return block.indent + 1
        self._inner = None
        is_loose = len(last.siblings) > 1 and "\n\n" in self._text[last.siblings[-2].block.end : last.block.start]
        is_parted = kind != before or (is_apart and not is_loose)
        if is_parted and last.block.indent == block.indent and self._leads_to(last, block):
            self._inner = (block.indent, kind, before)
            return block.indent + 1
        return block.indent

    def _leads_to(self, last: Item, block: Block) -> bool:
        """Return whether the item above leads to this one, which has a mark of another kind where no sign says so."""
        if _leads_on(self._text, last):
            return True
        is_other = _kind_of_mark(block.item) != _kind_of_mark(last.block.item)
        return is_other and not last.parts and self._goes_on_in(last.said, block)

    def _goes_on_in(self, said: str, block: Block) -> bool:
        """Return whether words without a sign at their end are a sentence that the item continues."""
        if not said or whole_sentence(said) or _STOPS.search(said):
            return False
        return self._text[block.start : block.start + 1].islower() or ends_in_condition(said, self._language)

    def _pop(self, indent: int) -> None:
        while self._above and self._above[-1][0] >= indent:
            left, _, _ = self._above.pop()
            if left > indent:
                # what is nested in the next item is another list
                self._rows = {key: row for key, row in self._rows.items() if key[1] <= indent}


def _last_of_names(body: str) -> int:
    """Find the last line of a paragraph that is no running text: lines without a stop, each a name."""
    lines = body.splitlines(keepends=True)
    if len(lines) < 2 or any(_STOPS.search(line) or not line.strip()[:1].isupper() for line in lines):
        return 0
    return len(body) - len(lines[-1])


def _is_label(lead: Lead) -> bool:
    """Return whether a paragraph is a short line that names what stands below it, as a heading does."""
    return (
        not lead.has_colon
        and not lead.is_torn
        and len(lead.said.split()) <= _MOST_OF_LABEL
        and not whole_sentence(lead.said)
        and not lead.said[:1].islower()
    )


def _kind_of_mark(mark: str) -> str:
    """``(a)`` for "(b)" and "(ii)", ``1.`` for "12."."""
    return re.sub(r"\d+", "1", re.sub(r"[^\W\d_]+", "a", mark))


def _leads_on(text: str, item: Item) -> bool:
    """Return whether the item leads to others, none of which stands deeper."""
    return not item.parts and LEADS.search(item.block.text_in(text)) is not None


def _goes_on(text: str, item: Item, following: Block) -> bool:
    """Return whether the paragraph below is the rest of the item's sentence."""
    return (
        following.kind == "prose"
        and not _ENDS.search(item.said)
        and text[following.start : following.start + 1].islower()
    )


def whole_sentence(said: str) -> bool:
    """Return whether it ends as a sentence does."""
    return _ENDS.search(said) is not None
