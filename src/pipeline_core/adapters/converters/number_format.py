"""A number as its spreadsheet shows it: ``12.50%``, ``00471``, ``$2,350.50``, ``2024-03-01``."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache, lru_cache

GENERAL = "General"
_WITH_TEXT = 4
"""A format of so many sections has one for texts."""
_LONGEST = 255
"""No spreadsheet writes a longer code."""

_SIMPLE = re.compile(r"(?P<grouped>#,##)?0(?:\.(?P<decimals>0{1,9}))?(?P<percent>%)?")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE = re.compile(r"[ymdhs]|AM/PM", re.IGNORECASE)
# The renderer drops a dot between the parts of a date; one before zeros begins the fraction of a second.
_DATE_DOT = re.compile(r'("[^"]*"|\\.|\[[^\]]*\])|\.(?!0)')
# A language or calendar without a sign of its own is no currency; days keep it, for it says how they are written.
_LANGUAGE = re.compile(r"\[\$-[^\]]*\]")
_PART = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|.', re.DOTALL)
_SIGNED_GENERAL = re.compile(
    r"[^;]*;(?:\[[^\]]*\])*(?P<before>[-(]?)General(?P<after>\)?)(?:;.*)?", re.IGNORECASE | re.DOTALL
)
_NOTHING = re.compile(r"(?:\[[^\]]*\])*;(?:(?:\[[^\]]*\])*;)*(?:\[[^\]]*\])*")


@cache
def built_in() -> dict[int, str]:
    """Return the formats of styles that name one by number only (ECMA-376 part 1, 18.8.30).

    The short dates, 14 and 22, are shown as each reader's own settings say, so they are written in the one form that
    is read the same everywhere.
    """
    from xlrd.formatting import std_format_strings

    east_asian_days = dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd")
    east_asian_times = dict.fromkeys((*range(32, 36), 55, 56), "h:mm:ss")
    days = {14: "yyyy-mm-dd", 22: "yyyy-mm-dd h:mm"}
    return dict(std_format_strings) | days | east_asian_days | east_asian_times


def shows_nothing(code: str) -> bool:
    """Return whether the format hides whatever is in the cell (``;;;``)."""
    return _NOTHING.fullmatch(code.strip()) is not None and code.count(";") >= 2


def is_date(code: str) -> bool:
    """Return whether numbers of this format are days or times."""
    bare = _LITERAL.sub("", code)
    return GENERAL.lower() not in bare.lower() and _DATE.search(bare) is not None


@lru_cache(maxsize=4096)
def shown(value: str, code: str, *, date1904: bool = False) -> str:
    """The number, as the file stores it, in the format's own spelling, blanks for alignment aside.

    ``General``, which fits a number to the width of its column, gives all digits. So does what cannot be rendered.
    """
    code = code.strip()
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not code or code.lower() == GENERAL.lower() or len(code) > _LONGEST or not number.is_finite():
        return _general(number)
    if simple := _SIMPLE.fullmatch(code):
        return _simple(number, simple)
    return _rendered(number, code, date1904=date1904)


def _rendered(number: Decimal, code: str, *, date1904: bool) -> str:
    from xlfmt import format_value

    code = _DATE_DOT.sub(lambda match: match[1] or "\\.", code) if is_date(code) else _LANGUAGE.sub("", code)
    if number < 0 and (signed := _SIGNED_GENERAL.fullmatch(code)):  # the renderer says the sign twice
        return signed["before"] + _general(abs(number)) + (signed["after"] or "")
    try:
        text = str(format_value(float(number), code, date1904=date1904))
    except (ArithmeticError, LookupError, TypeError, ValueError):  # a code, or a day, that no spreadsheet shows either
        return _general(number)
    return _general(number) if "####" in text else " ".join(text.split())


def text_shown(text: str, code: str) -> str:
    """A text in the format's own spelling: ``@" kg"`` adds the unit. Nothing if the format hides texts."""
    sections = _sections(code) if len(code) <= _LONGEST else []
    section = sections[-1] if sections else "@"
    if len(sections) < _WITH_TEXT and ("@" not in section or section.strip() == "@"):
        return text
    parts = (text if part == "@" else _literal(part) for part in _PART.findall(section))
    return "".join(parts).strip()


def _sections(code: str) -> list[str]:
    """Of positive and negative numbers, zero and texts."""
    return "".join("\0" if part == ";" else part for part in _PART.findall(code)).split("\0")


def _literal(part: str) -> str:
    if part[0] in "_*[" and len(part) > 1:
        return ""
    return part[1:-1] if part[0] == '"' and len(part) > 1 else part[1:] if part[0] == "\\" else part


def _simple(number: Decimal, code: re.Match[str]) -> str:
    """The commonest formats, a hundred times as fast."""
    if abs(number) >= 10**21:
        return _general(number)
    places = len(code["decimals"] or "")
    scaled = Decimal(repr(float(number))) * (100 if code["percent"] else 1)
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded if rounded else abs(rounded):{',' if code['grouped'] else ''}f}"
    return text + (code["percent"] or "")


def _general(number: Decimal) -> str:
    """Fifteen digits, which is what spreadsheets keep."""
    if not number.is_finite():
        return str(number)
    text = f"{float(number):.15g}".upper()
    mantissa, e, exponent = text.partition("E")
    if not e:
        return text
    if 0 <= int(exponent) <= 20:
        return f"{Decimal(text):f}"
    return f"{mantissa}E{int(exponent):+03d}"
