"""Detection of a table's header: its first rows are names of its columns, or rows of values like those below them.

A table of a file always has a first row; whether that row is a header is told by what stands in it. Where it cannot be
told, there are no names: a value without its column's name is incomplete, under a wrong name it is false.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pipeline_core.domain.cut_ends import CUT_END
from pipeline_core.domain.table_spans import spread_in_runs, spread_over, unfolded, without_lone_spans
from pipeline_core.domain.table_words import COLUMN_WORDS, PROPERTY_WORDS, STATED_NAMES, YES_OR_NO
from pipeline_core.domain.text import strip_inline

_ERRORS = frozenset({"#div/0!", "#n/a", "#name?", "#null!", "#num!", "#ref!", "#value!", "#spill!", "#calc!"})
EMPTY_CELLS = frozenset({"", "-", "–", "—", "n/a", "n.a.", "na", "none", "tbd", "tba", "...", "…", "$-$"}) | _ERRORS
"""Cells that say nothing, in lower case, including what a failed formula shows."""
_ONLY_DASHES = re.compile(r"[-–—−‒―‐‑_.…·:\s]+")
MOST_HEADER_ROWS = 3
_SAMPLE = 12
"""So many rows below the first are looked at: more of the same tell nothing new."""

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """``names``: one for each column, blank where it has none. ``rows``: how many of the first rows are no data.

    ``title``: what rows above the header say of the whole table. ``is_whole``: all words of the header are in the
    names; they are not where words stand over columns and nobody can tell over which. ``is_told``: what stands below
    them tells that they are names; otherwise only the file says so.
    """

    names: tuple[str, ...]
    rows: int = 0
    title: str = ""
    is_whole: bool = True
    is_told: bool = True

    @property
    def are_named(self) -> bool:
        return any(self.names[1:])


class _Judgement(StrEnum):
    HEADER = "header"
    LIKELY = "likely"
    DATA = "data"
    UNCERTAIN = "uncertain"


# --- what stands in a cell ---------------------------------------------------------------------------------------

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_CURRENCY = r"[$€£¥₹₩₽₺₪฿¢]|(?:US|CA|AU)\$|USD|EUR|GBP|CHF|PLN|SEK|NOK|DKK|JPY"
_YEAR = r"(?:19|20)\d\d(?:[-–/]\d\d)?"
_KINDS = (
    ("year", re.compile(r"(?:19|20)\d\d(?:[-–/](?:\d\d){1,2})?\Z")),
    (
        "period",
        re.compile(rf"{_YEAR}(?: (?:to|through|until|bis|à|au|al|a|até|t/m|–|-|—) |[–—]){_YEAR}\Z", re.IGNORECASE),
    ),
    (
        "date",
        re.compile(
            rf"(?:\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}|\d{{1,2}}\.? (?:{_MONTHS})\b.*|(?:{_MONTHS})\.? \d.*)\Z",
            re.IGNORECASE,
        ),
    ),
    ("ordinal", re.compile(r"\d+(?:st|nd|rd|th)\b", re.IGNORECASE)),
    ("money", re.compile(rf"(?:[-+−<>≤≥~≈±(] ?)*(?:(?:{_CURRENCY}) ?[-−]?\d|\d[\d.,' ]* ?(?:{_CURRENCY}))")),
    ("share", re.compile(r"(?:[-+−<>≤≥~≈±(] ?)*\d[\d.,]* ?(?:%|‰|per ?cent\b)")),
    ("number", re.compile(r"(?:[-+−<>≤≥~≈±(=] ?)*\d[\d.,'’ ]*\)?\Z")),
    ("code", re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])\S+\Z")),
    ("measure", re.compile(r"(?:[-+−<>≤≥~≈±(=] ?)*[.,]?\d")),
)
_FLAGS = frozenset({"TRUE", "FALSE"})
VALUES = frozenset({"flag", "year", "date", "money", "share", "number", "code", "measure"})
_NUMBERS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]")


def is_empty(cell: str) -> bool:
    """Returns whether a cell without markdown's marks says nothing: blank, only dashes, a failed formula."""
    return cell.lower() in EMPTY_CELLS or _ONLY_DASHES.fullmatch(cell) is not None


def kind_of(cell: str) -> str:
    """Returns the kind of a cell without markdown's marks: ``blank``, ``words``, or a kind of value.

    A ``period`` ("2008 to 2015") is no value: it names a column or a row.
    """
    if is_empty(cell):
        return "blank"
    if cell in _FLAGS:
        return "flag"
    if not any(map(str.isdigit, cell)):
        return "words"
    return next((kind for kind, pattern in _KINDS if pattern.match(cell)), "words")


def _shape(cell: str) -> str:
    """``Flat 36`` and ``Flat 37`` have one shape, so have ``LX-22`` and ``MK-10``; without a digit there is none."""
    kind = kind_of(cell)
    if kind in ("code", "year"):
        return f"{kind} {_LETTERS.sub('a', _NUMBERS.sub('0', cell))}"
    return _NUMBERS.sub("0", cell.casefold()) if any(map(str.isdigit, cell)) else ""


def _is_bold(cell: str) -> bool:
    cell = cell.strip()
    if cell.startswith(("<b>", "<strong>")):
        return True
    return len(cell) > 4 and cell[:2] in ("**", "__") and cell[:2] == cell[-2:]


# --- is the first row a header -----------------------------------------------------------------------------------


def columns_of(rows: Sequence[Row], *, declared: bool = True) -> Columns:
    """The names of the columns and the rows that hold them, of rows of cells in markdown, the first one included.

    Args:
        rows: of one width each; what is too short or too long is not looked at.
        declared: the file says that the first row is a header (in GFM every first row is one). Without it a header
            must be plain to see.
    """
    plain = [[strip_inline(cell) for cell in row] for row in rows[: _SAMPLE + MOST_HEADER_ROWS]]
    if not plain:
        return Columns(())
    width = len(plain[0])
    plain = [row for row in plain if len(row) == width]
    title = _title_rows(plain)
    _spread(plain, title)
    levels = _levels(plain[title:])
    joined, is_whole = _joined(plain[title : title + levels])
    head = without_lone_spans(named := unfolded(joined))
    is_whole = is_whole and head == named
    body = [row for row in plain[title + levels :] if not _is_again(row, plain[title : title + levels])]
    bold = all(_is_bold(cell) for cell in rows[title] if cell.strip()) and not _all_bold(rows[title + levels :])
    judgement = _judge(head, body, declared=declared, bold=bold and title + levels < len(rows))
    if judgement in (_Judgement.HEADER, _Judgement.LIKELY):
        names = tuple(_OPEN_END.sub("", name) for name in head)
        above = " ".join(row[0] for row in plain[:title])
        return Columns(names, title + levels, above, is_whole, judgement is _Judgement.HEADER)
    nameless = ("",) * width
    return Columns(nameless, title + (judgement is _Judgement.UNCERTAIN and declared))


def _is_again(row: Row, head: Sequence[Row]) -> bool:
    """Returns whether a row below repeats the header, or is that of a table below with the same name for its keys."""
    words_alone = all(kind_of(cell) == "words" for cell in row[1:])
    return row in head or (words_alone and bool(row[0]) and row[0] == head[-1][0])


def _all_bold(rows: Sequence[Row]) -> bool:
    return all(_is_bold(cell) for row in rows[:_SAMPLE] for cell in row[1:] if cell.strip())


def _title_rows(rows: Sequence[Row]) -> int:
    """Rows above the header that say one thing across all columns, or only in the first."""
    count = 0
    for row in rows[:MOST_HEADER_ROWS]:
        filled = {cell for cell in row if cell}
        is_title = len(row) > 2 and len(filled) == 1 and (bool(row[0]) and (not any(row[1:]) or all(row)))
        if not is_title or count + 2 >= len(rows):
            break
        count += 1
    return count


def _spread(rows: list[list[str]], first: int) -> None:
    """Put what spans columns of a header over each of them, where values stand below."""
    for at in range(first, min(first + MOST_HEADER_ROWS - 1, len(rows) - 2)):
        lower, below = rows[at + 1], rows[at + 2]
        if any(kind_of(cell) in VALUES - {"year"} for cell in lower[1:]) or not any(
            kind_of(cell) in VALUES for row in (below, *rows[at + 3 : at + 4]) for cell in row[1:]
        ):
            continue
        rows[at] = spread_over(rows[at], lower) or rows[at]


def _levels(rows: Sequence[Row]) -> int:
    """Returns the number of rows of a header: one more for each row that divides merged cells above it."""
    levels = 1
    while levels < min(MOST_HEADER_ROWS, len(rows) - 1) and (
        _divides(rows[levels - 1], rows[levels], rows[levels + 1]) or _gives_units(rows[levels], rows[levels + 1])
    ):
        levels += 1
    return levels


_UNIT = re.compile(
    r"[(\[][^()\[\]\d]{1,20}[)\]]|[%‰°]?[CF]?|[kcmµn]?(?:m|g|l|s|V|A|W|Wh|J|Pa|Hz|bit|B)[²³]?(?:/\w{1,6}[²³]?)?|mg|kg|mm|cm|km"
    r"|min|h|ha|GWh|MWh|kWh|(?:k|m|bn?)?[€$£¥]|EUR|USD|GBP|CHF|\w{1,3}/(?:year|yr|day|h|a|Jahr|an|año|ano)"
)


def _gives_units(row: Row, below: Row) -> bool:
    """Returns whether each cell of the row after the first is a unit, with numbers below them."""
    filled = [at for at in range(1, len(row)) if row[at]]
    if not filled or not all(_UNIT.fullmatch(row[at]) for at in filled) or (row[0] and not _UNIT.fullmatch(row[0])):
        return False
    return any(kind_of(below[at]) in VALUES for at in filled) and all(
        kind_of(below[at]) in VALUES | {"blank"} for at in filled
    )


def _divides(above: Row, row: Row, below: Row) -> bool:
    spans = [at for at in range(1, len(row)) if row[at] and above[at] in ("", above[at - 1])]
    codes = set() if above[0] else {"code"}  # above names of columns: a product, a model
    if not spans or any(kind_of(cell) in VALUES - {"year"} - codes for cell in above):
        return False
    if any(kind_of(cell) in VALUES - {"year"} for cell in row):
        return False
    if len({cell for cell in row if cell}) < 2 or not any(above[1:]):
        return False
    # what stands below is data: values, where the row itself has words
    return any(kind_of(cell) in VALUES for cell in below[1:]) and all(
        at in spans or above[at] in ("", row[at]) or not row[at] or above[at] for at in range(len(row))
    )


def _joined(rows: Sequence[Row]) -> tuple[list[str], bool]:
    """One name a column: a merged cell's words go before each of those that it spans. And whether all words are in."""
    names = [""] * len(rows[0]) if rows else []
    is_whole = True
    for level, whole_row in enumerate(rows):
        last = level == len(rows) - 1
        row = whole_row if last else spread_in_runs(whole_row, rows[level + 1])
        if not last and _is_centred(row, rows[level + 1]):
            is_whole = False
            continue  # over which columns its words are cannot be told
        inherited = ""
        for at, cell in enumerate(row):
            spanned = not last and not cell and any(below[at] for below in rows[level + 1 :])
            stands_alone = not last and at > 0 and row[at - 1] and not rows[level + 1][at - 1]
            inherited = cell if cell else inherited if spanned and at > 1 and not stands_alone else ""
            word = cell or inherited
            if word and word != names[at]:
                names[at] = f"{names[at]} {word}".strip()
    return names, is_whole


_OPEN_END = re.compile(r"\s*[=:：]\s*\Z")


def _is_centred(row: Row, below: Row) -> bool:
    """Returns whether the words of a header's upper row are roughly over the columns they are for, as in PDFs.

    What spans columns stands over the first of them in a file that says so; where named columns are before it that
    nothing is over, it may as well be theirs.
    """
    first = next((at for at in range(1, len(row)) if row[at]), 1)
    return any(below[at] and not row[at] for at in range(1, first))


def _judge(head: Row, body: Sequence[Row], *, declared: bool, bold: bool) -> _Judgement:
    if not any(head[1:]) or not body or not all(map(_may_name_a_column, head)):
        return _Judgement.DATA if any(head) else _Judgement.UNCERTAIN
    if _has_values(head, body) or _is_like_the_rows(head, body) or _answers(head, body):
        return _Judgement.DATA
    known = any(_is_column_word(cell) for cell in head[1:]) or (len(head) == 2 and head[0].casefold() in PROPERTY_WORDS)
    if bold or not head[0]:
        return _Judgement.HEADER
    stated = _states_by_name(body)
    if not known and stated:
        return _Judgement.HEADER if len(head) > 2 and _rows_are_even(body) else _Judgement.DATA
    if len(head) == 2 and _has_times(head, body):
        return _Judgement.HEADER
    if len(head) == 2 and not known and (_is_mixed(body) or _is_proper_name(head[1], head[0])):
        return _Judgement.DATA if _is_mixed(body) else _Judgement.UNCERTAIN
    if _has_other_kinds(head, body) or _has_longer_texts(head, body) or _draws_from_few(head, body):
        return _Judgement.HEADER
    if declared and known:
        return _Judgement.HEADER
    return _Judgement.LIKELY if declared and _reads_as_names(head, body) else _Judgement.UNCERTAIN


def _may_name_a_column(cell: str) -> bool:
    return len(cell) <= 90 and len(cell.split()) <= 12 and not (cell.endswith((".", "?")) and len(cell.split()) > 2)


def _has_values(head: Row, body: Sequence[Row]) -> bool:
    """Returns whether values are where names would be; years side by side and codes of one pattern may be names."""
    kinds = [kind_of(cell) for cell in head]
    at = [column for column in range(1, len(head)) if kinds[column] in VALUES]
    if not at:
        return kinds[0] in VALUES - {"year", "code"} or (
            kinds[0] in VALUES and any(kind_of(row[0]) == kinds[0] for row in body)
        )
    if {kinds[column] for column in at} == {"code"}:
        return len(at) < 2 or len({_shape(head[column]) for column in at}) > 1 or _stand_below(head, body, at)
    if {kinds[column] for column in at} != {"year"}:
        return True
    if any(kind_of(row[column]) == "year" for row in body for column in range(1, len(head))):
        return True
    steps = {int(head[right][:4]) - int(head[left][:4]) for left, right in pairwise(at)}
    words_too = len(at) < len([cell for cell in head[1:] if cell])
    if words_too or len(at) < 2:
        known = any(_is_column_word(cell) for cell in head[1:])
        numbers = all(kind_of(row[column]) in VALUES | {"blank"} for row in body for column in at)
        return not (known and numbers and len(steps) <= 1)
    return len(steps) > 1 or (len(at) == 2 and not steps <= {1, -1})


def _stand_below(head: Row, body: Sequence[Row], columns: Sequence[int]) -> bool:
    """Returns whether another code of the same pattern is below one."""
    return any(_shape(row[column]) == _shape(head[column]) for row in body for column in columns)


def _is_like_the_rows(head: Row, body: Sequence[Row]) -> bool:
    """Returns whether a cell of the first row occurs, as it is or in the same shape, in the rows below it."""
    for at, cell in enumerate(head):
        if not cell:
            continue
        below = [row[at] for row in body]
        shape = _shape(cell)
        if shape and any(_shape(other) == shape for other in below):
            return True
        if cell.casefold() in {other.casefold() for other in below} and kind_of(cell) != "blank":
            return True
    return False


_CHECKS = frozenset("✓✔☑✗✘☒√×○●◯xX")
_WORD = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)?")


def _is_column_word(cell: str) -> bool:
    return not COLUMN_WORDS.isdisjoint(_WORD.findall(cell.casefold()))


def _is_answer(cell: str) -> bool:
    """Returns whether the cell says yes or no, by a word or a mark: that answers its column's heading."""
    return cell in _CHECKS or cell.casefold() in YES_OR_NO


def _answers(head: Row, body: Sequence[Row]) -> bool:
    """Returns whether the first row says yes or no as those below do. ("Da" is also "from" in some languages.)"""
    columns = [at for at in range(1, len(head)) if _is_answer(head[at])]
    return any(2 * sum(_is_answer(row[at]) for row in body) > len(body) for at in columns)


def _draws_from_few(head: Row, body: Sequence[Row]) -> bool:
    """Returns whether a column has a few recurring words, none of which is the first row's: "blue, green, blue"."""
    for at in range(1, len(head)):
        filled = [row[at].casefold() for row in body if kind_of(row[at]) == "words"]
        counts = Counter(filled)
        if head[at] and len(filled) > _FEW and 2 * sum(counts[cell] > 1 for cell in filled) >= len(filled):
            return True
    return False


_FEW = 2
"""Of two rows that are alike in a column a third may as well be another."""


def _reads_as_names(head: Row, body: Sequence[Row]) -> bool:
    """Returns whether nothing counts against the first row of a table of words, which the file says is its header.

    Against it are: torn sentences, as PDFs have them; names of people in columns; a table of two columns, where each
    row may be a name and what is stated for it.
    """
    cells = [cell for cell in head if cell]
    if len(cells) < 3 or len({cell.casefold() for cell in cells}) < len(cells):
        return False
    if any(len(cell.split()) > _LONGEST_NAME or _TORN.search(cell) or CUT_END.search(cell) for cell in cells):
        return False
    small = [cell for cell in cells if cell[0].islower()]
    if small and (len(small) < len(cells) or len(body) < _FEW or any(" " in cell for cell in cells)):
        return False
    numbered = [cell for cell in cells if any(map(str.isdigit, cell))]
    if len(numbered) == 1 or len({*map(_shape, numbered)}) > 1:
        return False
    others = [cell for row in body for cell in row if cell]
    return not (all(map(_is_of_capitals, cells)) and 2 * sum(map(_is_of_capitals, others)) >= len(others))


_LONGEST_NAME = 4
_TORN = re.compile(r"[;,.!?:。，；]\Z|; |\A[(+&]")


def _is_of_capitals(cell: str) -> bool:
    """Returns whether the cell is written as names of people are: several words, the first and the last in capitals."""
    words = cell.split(" (")[0].split()
    return len(words) > 1 and words[0][:1].isupper() and words[-1][:1].isupper()


def _states_by_name(body: Sequence[Row]) -> bool:
    """Returns whether the first cells name the terms of a schedule: rent, deposit, notice period.

    In a long enumeration some word of them is always found, and it names nothing that is stated.
    """
    keys = [row[0] for row in body if row[0]]
    named = [key for key in keys if len(key.split()) <= _LONGEST_STATED_NAME]
    return 2 * sum(not STATED_NAMES.isdisjoint(_WORD.findall(key.casefold())) for key in named) >= max(1, len(keys))


_LONGEST_STATED_NAME = 8


def _rows_are_even(body: Sequence[Row]) -> bool:
    """Returns whether each row's cells are of one kind, as where each column is one thing and each row its property."""
    kinds = [{kind_of(cell) for cell in row[1:]} - {"blank"} for row in body]
    return all(len(of_row) <= 1 for of_row in kinds)


def _is_mixed(body: Sequence[Row]) -> bool:
    """Returns whether the last column holds several kinds of values, as where each row states something of its own."""
    kinds = Counter(kind for row in body if (kind := kind_of(row[-1])) != "blank")
    return len(kinds) > 1 and max(kinds.values()) < 0.7 * sum(kinds.values()) and bool(kinds.keys() & VALUES)


_TIME = re.compile(r"\d{1,2}(?:[:.h]\d\d|\s?(?:h|am|pm|a\.m\.|p\.m\.|Uhr|uur|kl)\b|[点时時시])", re.IGNORECASE)


def _has_times(head: Row, body: Sequence[Row]) -> bool:
    """Returns whether times are below a name, and lower-case words where there are none: "9:00–18:00", "closed"."""
    cells = [row[1] for row in body if kind_of(row[1]) != "blank"]
    times = [cell for cell in cells if _TIME.search(cell)]
    others = [cell for cell in cells if not _TIME.search(cell)]
    if not times or not others or any(map(str.isdigit, head[1])) or head[1][:1].islower():
        return False
    return all(kind_of(cell) == "words" and not cell[0].isupper() for cell in others)


def _is_proper_name(cell: str, beside: str) -> bool:
    """Returns whether the cell may name a person: several words in capitals, where the cell beside it differs."""
    words, others = cell.split(), beside.split()
    if len(words) < 2 or not all(word[:1].isupper() for word in words):
        return False
    return len(others) < 2 or not all(word[:1].isupper() for word in others)


def _has_other_kinds(head: Row, body: Sequence[Row]) -> bool:
    """Returns whether a column has a word above values: the plainest sign of a header.

    In a table of several columns a number among words ("Easy: 3") is one as well.
    """
    for at in range(1, len(head)):
        numbered = [any(map(str.isdigit, row[at])) for row in body if kind_of(row[at]) != "blank"]
        if len(head) > 2 and head[at] and numbered and sum(numbered) >= 0.8 * len(numbered) and len(numbered) > 1:
            return True
        filled = [row[at] for row in body if kind_of(row[at]) != "blank"]
        answers = len(head) > 2 or not head[at][:1].islower()  # "Garden | shared" above "Pets | no" is no header
        values = sum(kind_of(cell) in VALUES or (answers and _is_answer(cell)) for cell in filled)
        if head[at] and filled and values >= 0.6 * len(filled):
            return True
    return False


def _has_longer_texts(head: Row, body: Sequence[Row]) -> bool:
    """Returns whether a word or two are above whole phrases."""
    for at in range(1, len(head)):
        words = [_length(row[at]) for row in body if row[at]]
        if head[at] and _length(head[at]) <= 2 and words and sum(words) >= 4 * len(words):
            return True
    return False


def _length(said: str) -> int:
    """Its words; where none are parted by blanks, two signs are counted as a word."""
    return max(len(said.split()), len(_IDEOGRAPH.findall(said)) // 2)


_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


# --- parts of a table, and tables that go on ---------------------------------------------------------------------


def inner_header(rows: Sequence[Row], at: int, names: Sequence[str]) -> Columns | None:
    """The new names when a row within the table is a header of its own, or repeats the one above.

    A table below another, as sheets and PDFs have them: words where values follow. Words among values are found in
    tables of one kind of rows as well ("Tap water | free"), and a row taken for a header is lost and makes all rows
    below it false: so the layout must tell that it is one.
    """
    row = [strip_inline(cell) for cell in rows[at]]
    if any(names) and row == list(names):
        return Columns(tuple(names), 1)
    after_gap = at > 0 and not any(cell.strip() for cell in rows[at - 1])
    if not all(row) or any(kind_of(cell) in VALUES | {"blank"} for cell in row[1:]) or at + 1 >= len(rows):
        return None
    below = [strip_inline(cell) for cell in rows[at + 1]]
    stands_apart = at == 0 or after_gap or len(row) > 2 or _length(below[-1]) >= _A_PHRASE
    if not any(names) and stands_apart and all(len(cell.split()) <= 3 and _is_column_word(cell) for cell in row):
        return Columns(tuple(row), 1)
    if len(below) != len(row) or not all(kind_of(cell) in VALUES for cell in below[1:]):
        return None
    if not _looks_like_a_header(rows, at, names) and not (after_gap and len(row) > 2):
        return None
    found = columns_of(rows[at:], declared=False)
    return found if found.are_named else None


_A_PHRASE = 4


def _looks_like_a_header(rows: Sequence[Row], at: int, names: Sequence[str]) -> bool:
    """Returns whether a row of words is bold unlike its neighbours, names its keys as the header above, or all columns.

    Of two columns a row may state something by such a word: "Period | year".
    """
    row = [strip_inline(cell) for cell in rows[at]]
    others = [*rows[max(0, at - 1) : at], rows[at + 1]]
    if all(map(_is_bold, rows[at])) and not any(_is_bold(cell) for other in others for cell in other[1:]):
        return True
    if names and row[0] == names[0]:
        return True
    return len(row) > 2 and all(len(cell.split()) <= 3 and _is_column_word(cell) for cell in row)


def goes_on(before: Sequence[Row], rows: Sequence[Row], *, turns_page: bool) -> bool:
    """Returns whether rows without a header of their own continue the table before them.

    Args:
        before: the last rows of that table.
        rows: the first rows of this one.
        turns_page: a page ends between the two; on one page only rows of the same make go on.
    """
    above = [[strip_inline(cell) for cell in row] for row in before[-_SAMPLE:]]
    below = [[strip_inline(cell) for cell in row] for row in rows[:_SAMPLE]]
    if not above or not below or {len(row) for row in above} != {len(row) for row in below}:
        return False
    certain, words_alone = False, True
    for at in range(len(below[0])):
        here, there = _make(row[at] for row in above), _make(row[at] for row in below)
        if turns_page:  # names may run on in another series there: "Berth A9" is followed by "Berth B1"
            here, there = (make if make in VALUES | {"mixed"} else "" for make in (here, there))
        if here and there and here != there:
            return False
        certain = certain or bool(here and there)
        words_alone = words_alone and not here
    return certain or (turns_page and words_alone)


def _make(cells: Iterable[str]) -> str:
    """The kind, or for running numbers the shape, that most cells of a column have; blank where there is none."""
    filled = [cell for cell in cells if kind_of(cell) != "blank"]
    if not filled:
        return ""
    kinds = Counter(kind_of(cell) for cell in filled)
    kind, count = kinds.most_common(1)[0]
    if count < 0.7 * len(filled):
        return "mixed"
    if kind in VALUES:
        return kind
    shape, alike = Counter(map(_shape, filled)).most_common(1)[0]
    return shape if shape and alike >= 0.6 * len(filled) else ""


# --- tables cut by the end of a chunk ----------------------------------------------------------------------------

DELIMITER_ROW = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*\Z")
"""The line below a table's first row."""


MOST_ROWS = 2_000
"""So many rows of one table are said, so that a long export does not fill the collection; the ledger says so."""


def rows_at_end(text: str, before: int) -> int:
    """Returns the number of lines of the table that ends a chunk, with those ``before`` the chunk if it goes on."""
    lines = [line.lstrip(" \t>") for line in text.rstrip().splitlines()]
    start = len(lines)
    while start and lines[start - 1].startswith("|"):
        start -= 1
    return len(lines) - start + (before if start == 0 else 0)


def begins_in_table(text: str) -> bool:
    """Returns whether a chunk of markdown begins with a row."""
    return text.lstrip(" \t\n>").startswith("|")


_HEAD = 1 + MOST_HEADER_ROWS
"""Lines in which a header may stand, the one below its first row among them."""
_MOST_ABOVE = 3
_LONGEST_ABOVE = 240
_LONGEST_BELOW = 1_000
"""A caption below a table may explain it in several sentences."""


def table_at_end(text: str, before: str) -> str:
    """The table in which a chunk of markdown ends: its header and last rows, and what stands right above it.

    That is where its caption and unit are. Blank where the chunk ends in no table. ``before`` is what this gave for the
    chunk before, where the chunk begins within that table.
    """
    lines = [line.lstrip(" \t>") for line in text.rstrip().splitlines()]
    start = len(lines)
    while start and lines[start - 1].startswith("|"):
        start -= 1
    table = lines[start:]
    if not table:
        return ""
    of_page_before = _without_names_of_its_own(lines[:start], table, before)
    if of_page_before:
        before, table, start = of_page_before, table[2:], 0
    if len(table) > 1 and DELIMITER_ROW.match(table[1]):
        above, head, rows = _short_paragraphs(lines[:start]), table[:_HEAD], table[_HEAD:]
    elif start == 0 and before:
        kept = before.splitlines()
        first = next(at for at, line in enumerate(kept) if line.startswith("|"))
        above, rows = kept[:first], [*kept[first:], *table]
        head, rows = rows[:_HEAD], rows[_HEAD:]
    else:
        return ""
    return "\n".join([*above, *head, *rows[-_SAMPLE:]])


def _without_names_of_its_own(above: Sequence[str], table: Sequence[str], before: str) -> str:
    """The table with which this one goes on, on another page: right above it, of its width, its header blank."""
    if len(table) < 3 or set(table[0]) - set("| ") or not DELIMITER_ROW.match(table[1]):
        return ""
    found = table_at_end("\n".join(above), before) if any(map(str.strip, above)) else before
    rows = [cells_of(line) for line in found.splitlines() if line.startswith("|") and not DELIMITER_ROW.match(line)]
    goes_with = goes_on(rows[1:], [cells_of(line) for line in table[2:]], turns_page=True)
    return found if goes_with else ""


def cells_of(line: str) -> list[str]:
    """The cells of a row, without the space around them."""
    cells = [cell.strip() for cell in _CELL_BORDER.split(line.strip())]
    return cells[line.strip().startswith("|") : len(cells) - line.strip().endswith("|")]


_CELL_BORDER = re.compile(r"(?<!\\)\|")


def _short_paragraphs(lines: Sequence[str]) -> list[str]:
    """The lines of the last few paragraphs, as long as none is long."""
    paragraphs: list[list[str]] = [[]]
    for line in reversed(lines):
        if line.strip():
            paragraphs[-1].insert(0, line)
        elif paragraphs[-1]:
            paragraphs.append([])
    kept: list[str] = []
    for paragraph in paragraphs[:_MOST_ABOVE]:
        if not paragraph or sum(map(len, paragraph)) > _LONGEST_ABOVE or paragraph[0].startswith("|"):
            break
        kept = [*paragraph, "", *kept]
    return kept


def paragraphs_above_table(text: str, before: str) -> str:
    """The last paragraphs of the chunk before one that begins with a table, where its caption may be; else blank.

    A heading between them may be the caption's second line.
    """
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    if not begins_in_table(first) or before.rstrip().rpartition("\n")[2].startswith("|"):
        return ""
    paragraphs = re.split(r"\n\s*\n", before.strip())[-_MOST_PARAGRAPHS_ABOVE:]
    return "\n\n".join(paragraph for paragraph in paragraphs if len(paragraph) <= _LONGEST_BELOW)


_MOST_PARAGRAPHS_ABOVE = 2


def paragraph_after_table(texts: Iterable[str]) -> str:
    """The paragraph below the table with which the texts begin, where its caption may be; blank if there is none."""
    for text in texts:
        for paragraph in re.split(r"\n\s*\n", text):
            if not paragraph.lstrip(" \t\n>").startswith("|"):
                return paragraph.strip() if len(paragraph) <= _LONGEST_BELOW else ""
    return ""
