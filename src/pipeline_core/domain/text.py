"""Text as matching, validation and questions see it: normal form, numbers, negations, no markdown marks.

Everything here is pure and linear in the length of the text.
"""

import html
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from pipeline_core.domain.fences import fences
from pipeline_core.domain.marks import with_scripts, without_struck, without_tags

# --- normal form -----------------------------------------------------------------------------------------

_NOT_WORD = re.compile(r"[\W_]+")


def normalise_for_match(text: str) -> str:
    """The form under which two texts are the same words: NFKC, case-folded, anything else one space.

    Combining marks stay with their letters (they carry the vowels of many scripts); invisible format
    characters such as soft hyphens go. Signs go too, so ``5%`` and ``$5`` look alike here: compare
    ``numbers_in`` where that matters. Idempotent.
    """
    if text.isascii():
        return _NOT_WORD.sub(" ", text.lower()).strip()
    # UAX #21's caseless match: casefold can undo NFKC, so the pair runs twice.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(map(_word_character, unicodedata.normalize("NFKC", text))).split())


def _word_character(char: str) -> str:
    if char.isalnum():
        return char
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return char if category[0] == "M" else " "


# --- numbers ---------------------------------------------------------------------------------------------

_SCALES = {
    "thousand": Decimal(10) ** 3,
    "million": Decimal(10) ** 6,
    "billion": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12,
}
_AFTER = {"percent": "%", "per cent": "%", "dollar": "$", "dollars": "$", "euro": "€", "euros": "€"}
_MONEY_SCALES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion"}
_CODES = "USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|INR|CNY|SEK|NOK|DKK|PLN|BRL|MXN|ZAR|SGD|HKD|KRW"
_SIGNS = "[$€£¥₹₩₽₺₪฿¢]"
_BLANK = "[ \u00a0\u202f]"
# A plain space groups no thousands: it may as well part two numbers.
_NUMBER = re.compile(
    r"(?P<digits>\d+(?:[.,'’\u00a0\u202f]\d+)*|(?<!\w)\.\d+)"
    r"(?P<power>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+|\^[-+−]?\d+(?!\w)\^?)?"
    rf"(?:(?P<short>k|mn?|bn?)\b|(?:{_BLANK}|-)?(?P<scale>thousand|million|billion|trillion)\b)?"
    rf"(?:{_BLANK}?(?P<after>[%‰]|per ?cent\b|(?:{_SIGNS}|(?:{_CODES})\b)(?! ?\d)|(?:dollars?|euros?)\b))?",
    re.IGNORECASE,
)
# Most texts have no number at all, which this tells in a twentieth of the time.
_DIGIT = re.compile(r"\d")
# What stands before a number's digits, looked for only where there are digits.
_BEFORE = re.compile(
    rf"(?:(?P<mark>{_SIGNS}|\b(?:{_CODES})){_BLANK}?)?"
    rf"(?P<sign>(?<![\w.)\]])[-−])?(?P<late>{_SIGNS})?\Z",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 6
_GROUPED = re.compile(r"\d{1,3}(?:([,'’\u00a0\u202f])\d{3})(?:\1\d{3})*(?:\.\d+)?")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_SEPARATORS = re.compile(r"[,'’\u00a0\u202f]")


def numbers_in(text: str) -> tuple[str, ...]:
    """The numbers of the text in order, each in one canonical spelling.

    ``1,000`` and ``1000`` are one number, so are ``5.0`` and ``5``, and ``1.5 million`` and ``1,500,000``.
    Percent and currency marks belong to the number: ``5%``, ``$5``, ``USD5`` and ``5`` are four. So does an
    exponent: ``10⁷`` and ``10^7`` are one, ``107`` and ``10`` are others; behind an amount of money it is the mark
    of a note, and no part of it. What may mean two things (``1.000``, a date, a version)
    keeps its own spelling, so that it equals only itself.
    """
    if _DIGIT.search(text) is None:
        return ()
    return tuple(_canonical(match) for match in _NUMBER.finditer(with_scripts(text)))


def numbers_as_written(text: str) -> dict[str, str]:
    """The numbers of ``numbers_in``, each with how the text writes it where it comes first."""
    text = with_scripts(text)
    written: dict[str, str] = {}
    for match in _NUMBER.finditer(text):
        before = _BEFORE.search(text, max(0, match.start() - _LONGEST_BEFORE), match.start())
        written.setdefault(_canonical(match), text[before.start() if before else match.start() : match.end()])
    return written


def _canonical(match: re.Match[str]) -> str:
    mark, minus = _before(match.string, match.start())
    after = (match["after"] or "").lower()
    after = _AFTER.get(after, after)
    if after not in "%‰":
        mark, after = mark or after.upper(), ""
    scale = (match["scale"] or match["short"] or "").lower()
    if mark:
        scale = _MONEY_SCALES.get(scale, scale)
    digits = match["digits"]
    value = _value(digits)
    if value is not None and scale in _SCALES:
        value, scale = value * _SCALES[scale], ""
    if value is not None:
        digits = _plain(value)
    power = "" if mark else _exponent(match["power"])
    return f"{mark}{minus}{digits}{power}{scale}{after}"


_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻−", "0123456789+--")


def _exponent(power: str | None) -> str:
    return "^" + power.strip("^").translate(_RAISED).lstrip("+") if power else ""


def _before(text: str, start: int) -> tuple[str, str]:
    """Currency mark and minus sign in front of a number."""
    match = _BEFORE.search(text, max(0, start - _LONGEST_BEFORE), start)
    if match is None:
        return "", ""
    return (match["mark"] or match["late"] or "").upper(), "-" if match["sign"] else ""


def _value(digits: str) -> Decimal | None:
    """Returns the value of the digits, or None when it depends on who reads them."""
    if _GROUPED.fullmatch(digits) or _INDIAN.fullmatch(digits):
        return Decimal(_SEPARATORS.sub("", digits))
    if not _PLAIN.fullmatch(digits):
        return None
    fraction = digits.partition(".")[2]
    return None if len(fraction) == 3 else Decimal(digits)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- negation --------------------------------------------------------------------------------------------

_NEGATION_NAMES = {"n't": "not", "n’t": "not", "cannot": "not"}
_NEGATION = re.compile(
    r"\b(?:not|no|non|never|none|nor|neither|nothing|nobody|nowhere|without|cannot|except|excluding)\b|n['’]t\b",
    re.IGNORECASE,
)
# One of these is in each of them; to look for them first takes a tenth of the time.
_PARTS_OF_NEGATIONS = ("no", "never", "neither", "n't", "n’t", "without", "except", "excluding")


def _may_be_negated(text: str) -> bool:
    lowered = text.lower()
    return any(part in lowered for part in _PARTS_OF_NEGATIONS)


def negations_in(text: str) -> tuple[str, ...]:
    """The English words that turn a statement round, lower-cased, in order; ``n't`` counts as ``not``."""
    if not _may_be_negated(text):
        return ()
    return tuple(_NEGATION_NAMES.get(word, word) for word in map(str.lower, _NEGATION.findall(text)))


def has_negation(text: str) -> bool:
    """Returns whether the text has an English negation: not, no, never, without, ``n't`` and the like."""
    return _may_be_negated(text) and _NEGATION.search(text) is not None


# --- markdown --------------------------------------------------------------------------------------------

_MARKED = re.compile(r"[*_`~\[\]<>#|\\&{}^]|==|^\s*(?:[-+]|\d+[.)]) ", re.MULTILINE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_HARD_BREAK = re.compile(r"\\\s*$", re.MULTILINE)
_BACKTICKS = re.compile(r"(`+)")
_LITERAL = re.compile(r"\x00(\d+)\x00")
# Every quantifier that could be tried twice over the same characters is possessive: linear on any input.
_DROPPED = (
    re.compile(r"<!--(?:(?!-->).)*+(?:-->|\Z)", re.DOTALL),
    re.compile(r"^ {0,3}\[[^\[\]\n]++\]:[ \t].*$", re.MULTILINE),
    re.compile(r"!\[[^\[\]]*+\](?:\([^()]*+(?:\([^()]*+\)[^()]*+)?\)|\[[^\[\]]*+\])"),
    re.compile(r"\[(?:\^|-?@)[^\[\]]*+\]"),
    re.compile(r"\{[#.][^{}\n]*+\}"),
)
# Before a number, "> ", "- " and "+ " may be its sign: there they stay.
_LINE_MARKS = re.compile(
    r"^[ \t]*+(?:(?:>[ \t]*+|[-+][ \t]++)(?![$€£¥]?\d)(?:\[[ xX]\][ \t]++)?"
    r"|(?:\*|\d{1,9}[.)])[ \t]++(?:\[[ xX]\][ \t]++)?|#{1,6}[ \t]++)+",
    re.MULTILINE,
)
_HIGHLIGHT = re.compile(r"(?<![=\w])==(?![=\s])((?:[^=]|=(?!=))++)(?<!\s)==(?![=\w])")
_LINK = re.compile(
    r"\[((?:[^\[\]]++|\[[^\[\]]*+\])*+)\]"
    r"(?:\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)?(?:\s++\"[^\"]*+\")?\s*+\)|\[[^\[\]]*+\])"
)
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^<>\s]++)>")
_EMPHASIS = re.compile(r"\*+|_+")
_CONTROLS = re.compile("[\x00\x01]")
_STRUCK = "\x01"
"""Stands for each struck-out character until the marks around it are off: to those it is text like any other."""
_SPACE_BEFORE_STOP = re.compile(r" (?=[.,;:!?)](?: |\Z))")


UNSPACED = re.compile(r"[\u3001-\u3003\u3005-\u301c\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff0f\uff1a-\uff60]")
"""Characters and stops of scripts that part no words by blanks."""
_UNSPACED_END = re.compile(rf"(?<={UNSPACED.pattern})[ \t]*\n[ \t]*(?={UNSPACED.pattern})")


def _one_line(text: str) -> str:
    """The text with a blank for each end of a line, and none where its script has no blanks."""
    if "\n" in text and not text.isascii():
        text = _UNSPACED_END.sub("", text)
    return " ".join(text.split())


def strip_markdown(text: str) -> str:
    """The words as a reader sees them, on one line: no emphasis, code, link, heading, list or HTML marks.

    Link texts stay and their targets go; images, comments, footnote and citation marks go entirely, and so does
    what is struck out. Superscripts stay apart from the number before them. What is in code spans or escaped stays as
    it is.
    """
    return _stripped(text, line_marks=True)


def strip_inline(text: str) -> str:
    """``strip_markdown`` of what begins no line, such as a cell: ``> 40 %`` and ``- 15 °C`` keep their signs."""
    return _stripped(text, line_marks=False)


@lru_cache(maxsize=512)
def _stripped(text: str, *, line_marks: bool) -> str:
    if not _MARKED.search(text):
        return _one_line(text)
    literals: list[str] = []
    text = _protect(_CONTROLS.sub("", text), literals)
    length = len(text)
    for pattern in _DROPPED:
        text = pattern.sub("", text)
    said = without_struck(text, _STRUCK)
    dropped = len(text) < length or said is not text
    text = said
    if line_marks:
        text = _LINE_MARKS.sub("", text)
    text = with_scripts(_LINK.sub(r"\1", text))
    text = _AUTOLINK.sub(r"\1", without_tags(text))
    text = html.unescape(drop_emphasis(_HIGHLIGHT.sub(r"\1", text)))
    text = _one_line(_LITERAL.sub(lambda match: literals[int(match[1])], text.replace(_STRUCK, "")))
    return _SPACE_BEFORE_STOP.sub("", text) if dropped else text


def _protect(text: str, literals: list[str]) -> str:
    """Code and escaped characters become numbered place holders, so that no mark is seen in them."""

    def keep(literal: str) -> str:
        literals.append(literal)
        return f"\x00{len(literals) - 1}\x00"

    for fence in reversed(fences(text)):
        text = f"{text[: fence.start]}{keep(fence.code)}\n{text[fence.end :]}"
    parts = _BACKTICKS.split(_ESCAPE.sub(lambda match: keep(match[1]), _HARD_BREAK.sub(" ", text)))
    closing: dict[str, int] = {}
    closes_at = [0] * len(parts)
    for i in range(len(parts) - 2, 0, -2):
        closes_at[i] = closing.get(parts[i], 0)
        closing[parts[i]] = i
    kept = [parts[0]]
    i = 1
    while i < len(parts):
        end = closes_at[i]
        kept.append(keep("".join(parts[i + 1 : end]).strip()) if end else parts[i])
        i = end or i
        kept.append(parts[i + 1])
        i += 2
    return "".join(kept)


def as_read(markdown: str) -> str:
    """Markdown as it was written, but for characters that stand as references, ``&lt;`` for one."""
    return html.unescape(markdown)


def drop_emphasis(text: str) -> str:
    """Remove ``*`` and ``_`` runs that pair up (CommonMark's flanking rules, punctuation aside)."""
    opened: dict[str, list[tuple[int, int]]] = {}
    marks: list[tuple[int, int]] = []
    for match in _EMPHASIS.finditer(text):
        run, (start, end) = match[0], match.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        opens, closes = bool(after.strip()), bool(before.strip())
        if run[0] == "_":
            opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
        waiting = opened.setdefault(run, [])
        if closes and waiting:
            marks += [waiting.pop(), (start, end)]
        elif opens:
            waiting.append((start, end))
    position, kept = 0, []
    for start, end in sorted(marks):
        kept.append(text[position:start])
        position = end
    return "".join([*kept, text[position:]])
