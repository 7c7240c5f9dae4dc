"""Tables with few drawn lines: above and below the header, at the end, or between the rows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.pdf_tables.columns import GAP, Columns, columns_in, seed
from pipeline_core.adapters.converters.pdf_tables.rows import rows_of
from pipeline_core.adapters.converters.pdf_tables.rules import Rule, Rules
from pipeline_core.adapters.converters.pdf_tables.table import Table, made_of
from pipeline_core.adapters.converters.pdf_tables.words import Line, PageText, lines

_SHORTEST = 60.0  # points of a line that a table may hang on
_SAME_END = 6.0
_FAR = 3.0
"""In heights of a line: what stands farther below is no part of the table."""
_MOST_GROUPS = 20
_MOST_LINES = 8_000
"""Lines of text that are looked at for one group, those that are looked at again counted again."""
_HEADER_LINES = 4
_APART = 0.5  # of the height of a line
_LARGER = 1.12
_LEAST_ROWS = 2


def open_tables(text: PageText, rules: Rules, taken: Sequence[Table]) -> Iterator[Table]:
    """Tables that hang on level lines. ``taken`` are those that were found already."""
    found = list(taken)
    for group in _alike(rules.level)[:_MOST_GROUPS]:
        free = [
            rule
            for rule in group
            if not any(table.box.touches(Box(rule.start, rule.at - 1, rule.end, rule.at + 1), 0.5) for table in taken)
        ]
        if not free or max(rule.length for rule in free) < _SHORTEST:
            continue
        words = [
            word
            for word in text.words
            if group[0].start - _SAME_END <= word.box.middle[0] <= group[0].end + _SAME_END
            and not any(table.box.holds(word.box) for table in found)
        ]
        for table in _along(text, free, lines(words)):
            if not any(table.box.touches(other.box) for other in found):
                found.append(table)
                yield table


def _alike(level: Sequence[Rule]) -> list[list[Rule]]:
    """Lines that begin and end alike, from top to bottom; the longest first."""
    groups: list[list[Rule]] = []
    for rule in sorted(level, key=lambda one: one.at):
        if rule.length < _SHORTEST:
            continue
        for group in groups:
            if abs(group[0].start - rule.start) < _SAME_END and abs(group[0].end - rule.end) < _SAME_END:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return sorted(groups, key=lambda group: -group[0].length)


def _along(text: PageText, rules: Sequence[Rule], page: Sequence[Line]) -> Iterator[Table]:
    """The tables that the lines of one group part and close, from top to bottom."""
    at = 0
    left = _MOST_LINES
    while at < len(rules) and left > 0:
        last = at
        header = _right_above(page, rules[at].at)
        inner: list[Line] = []
        columns = Columns()
        while last + 1 < len(rules) and left > 0:
            between = [line for line in page if rules[last].at - 1 <= line.middle <= rules[last + 1].at + 1]
            left -= len(inner) + len(between)
            if len(between) > 1 and header and between[-1].text == header:
                break  # the next table of the same kind, below a heading of its own
            wider = columns_in([*inner, *between])
            if not between or wider.count < max(2, columns.count) or not _is_table_like(between, wider):
                break
            inner += between
            columns, last = wider, last + 1
        table = _table(text, rules[at : last + 1], inner, columns, page)
        if table is not None:
            yield table
            while last + 1 < len(rules) and rules[last + 1].at <= table.box.bottom:
                last += 1
        at = max(last, at + 1) if table is None else last + 1


def _right_above(page: Sequence[Line], rule: float) -> str:
    """The words of the line that stands on the drawn one, if they are in columns."""
    above = [line for line in page if line.middle < rule]
    if not above or rule - above[-1].bottom > above[-1].height or len(above[-1].segments(GAP * above[-1].height)) < 2:
        return ""
    return above[-1].text


def _before_next(below: Sequence[Line], header: str) -> Sequence[Line]:
    """The lines before the same header stands again, without a heading that stands apart from them."""
    end = next((at for at, line in enumerate(below) if header and line.text == header), len(below))
    if 1 < end < len(below):
        before, last = below[end - 2], below[end - 1]
        if last.top - before.bottom > _APART * last.height and len(last.segments(GAP * last.height)) == 1:
            end -= 1
    return below[:end]


def _is_table_like(between: Sequence[Line], columns: Columns) -> bool:
    """Return whether the lines keep to the columns: prose reaches over them each line, a heading in larger letters."""
    across = [columns.spanned(line) for line in between]
    usual = sorted(line.height for line in between)[len(between) // 2]
    if any(is_across and line.height > _LARGER * usual for line, is_across in zip(between, across, strict=True)):
        return False
    if any(one and other for one, other in pairwise(across)):
        return False
    return sum(across) <= 0.34 * len(between) and any(columns.filled(line) > 1 for line in between)


def _table(
    text: PageText, rules: Sequence[Rule], inner: Sequence[Line], columns: Columns, page: Sequence[Line]
) -> Table | None:
    top, bottom = rules[0].at, rules[-1].at
    above = [line for line in page if line.middle < top]
    below = [line for line in page if line.middle > bottom]
    if not inner:
        columns = seed(above[-1]) if above and top - above[-1].bottom < above[-1].height else Columns()
    head = _header(above, top, columns) if columns.count > 1 else []
    # a table that is closed by a line at its end does not go on below it
    may_go_on = columns.count > 1 and (head or not inner)
    body = _body(_before_next(below, _right_above(page, top)), bottom, columns) if may_go_on else []
    if not inner and (not head or not body or not _is_plain(head, body, columns)):
        return None
    found = [*head, *inner, *body]
    if columns.count < 2 or len(found) < _LEAST_ROWS:
        return None
    heights = [rule.at for rule in rules]
    rows = rows_of(text, found, columns, heights)
    return made_of(text, found, rows, columns.edges(), Box(rules[0].start, top, rules[0].end, bottom))


def _is_plain(head: Sequence[Line], body: Sequence[Line], columns: Columns) -> bool:
    """Return whether lines around one drawn line are a table: the line below a page's header is drawn alike."""
    if columns.count > 2:
        return True
    return len(body) >= 2 and all(columns.filled(line) > 1 for line in (*head, *body[:2]))


def _header(above: Sequence[Line], top: float, columns: Columns) -> list[Line]:
    """Lines right above the first drawn line that stand in the columns."""
    head: list[Line] = []
    edge = top
    for line in reversed(above[-_HEADER_LINES:]):
        if edge - line.bottom > line.height or len(line.segments(GAP * line.height)) < 2 or not columns.fits(line):
            break
        head.insert(0, line)
        edge = line.top
    return head


def _body(below: Sequence[Line], bottom: float, columns: Columns) -> list[Line]:
    """Lines below the last drawn line that stand in the columns."""
    body: list[Line] = []
    edge = bottom
    for line in below:
        if line.top - edge > _FAR * line.height or not columns.fits(line):
            break
        if (not body and columns.filled(line) < 2) or (body and columns.is_heading(line, body[-1])):
            break
        body.append(line)
        edge = line.bottom
    return columns.without_text_below(body)
