"""The steps of cleaning: each takes prose without code and returns it with how often it changed it.

Adding one is a function and a row of ``STEPS``. A step must leave its own result alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pipeline_core.stages.cut_paragraphs import join_in_page


@dataclass(frozen=True)
class Context:
    """Context of a step: its knowledge of the whole document."""

    markdown: str
    is_paged: bool = False
    """Set if the document was laid out on pages, whose breaks cut paragraphs apart."""
    running: frozenset[str] = frozenset()
    """Lines that return at the edge of its pages, of which one stayed."""

    @cached_property
    def words(self) -> frozenset[str]:
        """Words and hyphenated compounds in lower case, built when the first line ends with a hyphen."""
        return frozenset(_WORD.findall(self.markdown.lower()))


Step = Callable[[str, Context], tuple[str, int]]


def _replaced(pattern: str, by: str, *signs: str) -> Step:
    """Return the step that replaces a pattern, which is looked for only where one of its signs is."""
    found = re.compile(pattern)
    return lambda text, _context: found.subn(by, text) if any(sign in text for sign in signs) else (text, 0)


_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

# --- characters ------------------------------------------------------------------------------------------

_ASCII = bytes(range(0x80))


def _beyond_ascii(text: str) -> str:
    """Only the characters that are not ASCII: found by the gigabyte, and few enough to search at leisure."""
    if text.isascii():
        return ""
    encoded = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return encoded.decode("utf-8", "surrogatepass")


# UTF-8 read as Latin-1, Windows-1252, Mac Roman or code page 437: a lead byte, then a continuation.
_MOJIBAKE = re.compile(
    "[\u0080-\u009f\u0393\u221a\u251c\u252c]|\u201a\u00c4"
    # not the sign of multiplication behind a number
    r"|(?:[\u00c2-\u00d6\u00d8-\u00f4]|(?<!\d)\u00d7)"
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161"
    "\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2026\u2030\u2039\u203a\u20ac\u2122]"
)


def repair_mojibake(text: str, _context: Context) -> tuple[str, int]:
    """ftfy, on the lines that it calls bad; it is asked only where the tell-tale pairs of characters are."""
    if not _MOJIBAKE.search(_beyond_ascii(text)) or not _MOJIBAKE.search(text):
        return text, 0
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    lines = text.split("\n")
    changed = 0
    for index, line in enumerate(lines):
        if not line.isascii() and _MOJIBAKE.search(line) and is_bad(line):
            lines[index] = " ".join(fix_encoding(line).splitlines())
            changed += lines[index] != line
    return "\n".join(lines), changed


# What bullets are left as: the codes of symbol fonts (Symbol, Wingdings, Zapf Dingbats) and of bytes without a letter,
# which a repair of encodings would take for signs ("™", "·"), and signs that are nothing else at a line's start.
_BULLETS = (
    "\u0080-\u009f\ue000-\uf8ff"
    "\u2022\u2023\u2043\u204c\u204d\u2219\u25a0\u25aa\u25ab\u25b6\u25ba\u25cf\u25cb\u25d8\u25e6\u2756\u27a2\u27a4"
    "\u00b7\u2122"  # such a repair has taken place
)
_BULLET_LINE = re.compile(
    rf"^(?P<indent>[ \t]*)(?:[-*+][ \t]+)?(?:(?P<sign>[{_BULLETS}])[ \t]+|\u2022(?=[^\W\d_]))"
    rf"(?=\S)(?![{_BULLETS}][ \t])",
    re.MULTILINE,
)
# the bullet of Wingdings, read as a letter: several lines have it, and no number follows
_SECTION_LIST = re.compile(r"(?:^[ \t]*\u00a7[ \t]+[^\W\d_][^\n]*(?:\n{1,2}|\Z)){2,}", re.MULTILINE)
_SECTION_SIGN = re.compile(r"(?<![^\n \t])(?:(?<=\n)|(?<=\A)|(?<=[ \t]))\u00a7[ \t]+")
_BULLET_SIGN = re.compile(f"[{_BULLETS}\u00a7]")
_BULLET_WITHIN = re.compile(r"(?<=[ \t])[\u0080-\u009f\uf0a7\uf0b7\uf0d8\uf06e\uf0fc](?=[ \t])")


def plain_bullets(text: str, _context: Context) -> tuple[str, int]:
    """Bullets at a line's start become items of a list; within a line they become "•"."""
    if text.isascii() or not _BULLET_SIGN.search(_beyond_ascii(text)):
        return text, 0
    text, sections = _SECTION_LIST.subn(lambda found: _SECTION_SIGN.sub("- ", found[0]), text)
    text, items = _BULLET_LINE.subn(r"\g<indent>- ", text)
    text, within = _BULLET_WITHIN.subn("•", text)
    return text, sections + items + within


_THOUSANDS = "\u00a0\u2007\u202f"
_SPACE = re.compile(f"[{_THOUSANDS}\u2000-\u2006\u2008-\u200a\u205f\u3000]")
# what was typed as a hyphen: "1-12 months" is not "112 months"
_SOFT_WITHIN_NUMBER = re.compile(r"(?<=\d)\u00ad(?=\d)")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff]|\u00ad(?!\n)")
_LINE_SEPARATOR = re.compile("[\x0b\x0c\x85\u2028\u2029]")


def plain_spaces(text: str, _context: Context) -> tuple[str, int]:
    """Spaces of other widths become spaces, other line separators ``\\n``; what has no width goes.

    A space that does not break stays between digits: there it is a thousands separator.
    """
    beyond = _beyond_ascii(text)
    changed = 0
    if "\x0c" in text or "\x0b" in text or _LINE_SEPARATOR.search(beyond):
        text, changed = _LINE_SEPARATOR.subn("\n", text)
    if "\u00ad" in beyond:
        text, hyphens = _SOFT_WITHIN_NUMBER.subn("-", text)
        changed += hyphens
    if _INVISIBLE.search(beyond):
        text, invisible = _INVISIBLE.subn("", text)
        changed += invisible
    if _SPACE.search(beyond):
        before = len(_SPACE.findall(text))
        text = _SPACE.sub(_plain_space, text)
        changed += before - len(_SPACE.findall(text))
    return text, changed


def _plain_space(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    between = text[at - 1 : at] + text[at + 1 : at + 2] if at else ""
    separates = len(between) == 2 and between.isascii() and between.isdigit()
    return match[0] if separates and match[0] in _THOUSANDS else " "


no_trailing_blanks = _replaced(r"[ \t]+\n", "\n", " \n", "\t\n")
"""Blanks before a line's end go (two are markdown's hard break; the line still ends there)."""


# --- headings --------------------------------------------------------------------------------------------

_SETEXT = re.compile(
    r"(?:\A|(?<=\n\n)) {0,3}(?![#>|*+=-]|\d+[.)]\s)(?P<text>[^\s][^\n]{0,200})\n(?P<line>=+|-{3,})[ \t]*(?=\n|\Z)"
)
_TIGHT = re.compile(r"#(#{0,5})(?=[^\W_])")
_TITLE_ALONE = re.compile(r"#[A-Z][^\n#]*(?:\n\n|\n?\Z)")


def atx_headings(text: str, _context: Context) -> tuple[str, int]:
    """Underlined headings become ``#`` and ``##``; ``#Title`` gets its space (a ``#hashtag`` does not)."""
    underlined = 0
    if "\n=" in text or "\n---" in text:
        text, underlined = _SETEXT.subn(
            lambda match: ("# " if match["line"][0] == "=" else "## ") + match["text"].rstrip(), text
        )
    if "#" not in text:
        return text, underlined
    spaced = _TIGHT.sub(_spaced, text)
    return spaced, underlined + len(spaced) - len(text)


def _spaced(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    if at and text[at - 1] != "\n":
        return match[0]
    alone = (at == 0 or text.startswith("\n\n", at - 2)) and _TITLE_ALONE.match(text, at)
    return match[0] + " " if match[1] or alone else match[0]


# --- words -----------------------------------------------------------------------------------------------

_HYPHENATED = re.compile(
    r"(?<![^\s(\[\"'*_«“‘„])(?P<head>[^\W\d_]{2,})(?P<hyphen>[-\u00ad])\n"
    r"(?P<tail>[^\W\d_]{2,})(?P<rest>[^\s]*)(?P<gap>[ \t]*\n|[ \t]+|\Z)"
)
_KEEPS_HYPHEN = re.compile(
    "one|two|three|four|five|six|seven|eight|nine|ten|zero"
    "|all|anti|co|cross|ex|full|half|high|long|low|mid|multi|non|part|post|pre|pro|self|semi|short|third|well"
)


def join_hyphenated(text: str, context: Context) -> tuple[str, int]:
    """Words divided at a line's end are put together on the first line.

    The hyphen stays if the document writes the compound with it elsewhere, goes if it writes the joined word,
    and else stays after prefixes that usually have one.
    """
    if "-\n" not in text and "\u00ad\n" not in text:
        return text, 0
    joined = 0

    def join(match: re.Match[str]) -> str:
        nonlocal joined
        head, tail = match["head"], match["tail"]
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].lstrip()
        if not (head[-1].islower() and tail[0].islower()) or line.startswith(("#", "|")):
            return match[0]
        joined += 1
        hyphen = "-" if match["hyphen"] == "-" and keeps_hyphen(head.lower(), tail.lower(), context) else ""
        return f"{head}{hyphen}{tail}{match['rest']}" + ("\n" if match["gap"] else "")

    return _HYPHENATED.sub(join, text), joined


def keeps_hyphen(head: str, tail: str, context: Context) -> bool:
    if f"{head}-{tail}" in context.words:
        return True
    return head + tail not in context.words and _KEEPS_HYPHEN.fullmatch(head) is not None


# --- blanks ----------------------------------------------------------------------------------------------

_WITHOUT_PIPES = re.compile(
    r"^(?P<head> {0,3}[^\s|>#][^\n|]*\|[^\n]*)\n(?P<delimiter> {0,3}:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)++\|?[ \t]*)"
    r"(?P<rows>(?:\n[^\n|]*\|[^\n]*)*)",
    re.MULTILINE,
)
_PIPE = re.compile(r"(?<!\\)\|")


def outer_pipes(text: str, _context: Context) -> tuple[str, int]:
    """Tables whose rows stand without a ``|`` at their ends get them."""
    if "-|" not in text and "- |" not in text and ":|" not in text:
        return text, 0
    changed = 0

    def piped(match: re.Match[str]) -> str:
        nonlocal changed
        widths = {len(_PIPE.split(match[part].strip().rstrip("|"))) for part in ("head", "delimiter")}
        if len(widths) > 1:
            return match[0]
        changed += 1
        return "\n".join(_with_pipes(line.strip()) for line in match[0].split("\n"))

    return _WITHOUT_PIPES.sub(piped, text), changed


def _with_pipes(row: str) -> str:
    row = row if row.startswith("|") else f"| {row}"
    return row if row.endswith("|") and not row.endswith("\\|") else f"{row} |"


_DELIMITER_ROW = re.compile(r"^[ \t]*\|(?=[^\n]*-{4,})[ \t:|-]+$", re.MULTILINE)
_DASHES = re.compile("-{4,}")
_PADDING = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")


def compact_tables(text: str, _context: Context) -> tuple[str, int]:
    """Rows of dashes shrink to ``---``. (Padding inside cells goes with all other double blanks.)"""
    if "|" not in text or "----" not in text:
        return text, 0
    return _DELIMITER_ROW.subn(lambda match: _DASHES.sub("---", match[0]), text)


def single_blanks(text: str, _context: Context) -> tuple[str, int]:
    """Runs of blanks inside a line become one; indented code and lines with code in them stay."""
    if "  " not in text and "\t" not in text:
        return text, 0
    lines = text.split("\n")
    changed = 0
    for index, line in enumerate(lines):
        if ("  " in line or "\t" in line) and "`" not in line and not line.startswith(("    ", "\t")):
            lines[index], runs = _PADDING.subn(" ", line)
            changed += runs > 0
    return "\n".join(lines), changed


single_blank_lines = _replaced("\n{3,}", "\n\n", "\n\n\n")
"""More blank lines than one say nothing in markdown."""


# --- run-in headings ---------------------------------------------------------------------------------------

# A number of at least two parts tells a heading from a name in italics; it stands on the line of its text.
_RUN_IN = re.compile(
    r"^(?P<mark>\*{1,3}|_{1,3})(?P<number>\d{1,3}(?:\.\d{1,3})+)\.?[ \t]+(?P<title>[^\W\d_][^*_\n|]{1,80}?)[.:]?"
    r"(?P=mark)[.:]?[ \t]+(?=[\"“„«(]?[^\W\d_a-z])",
    re.MULTILINE,
)
_NUMBERED = re.compile(r"^(#{1,6}) (\d+(?:\.\d+)+)\.? ", re.MULTILINE)
_DEEPEST = 6


def run_in_headings(text: str, context: Context) -> tuple[str, int]:
    """``*8.6.2 Coffee* The market …`` becomes a heading and its paragraph: what follows it stands below it, too.

    It has the level of the headings with as many numbers, or one for each number.
    """
    changes = 0
    marks_of = _marks_by_depth(context.markdown) if _RUN_IN.search(text) else {}

    def apart(match: re.Match[str]) -> str:
        nonlocal changes
        if text[: match.start()].removesuffix("\n")[-1:] not in ("", "\n"):
            return match[0]  # a line of the paragraph above
        changes += 1
        depth = match["number"].count(".")
        marks = marks_of.get(depth, "#" * min(depth + 1, _DEEPEST))
        return f"{marks} {match['number']} {match['title'].strip()}\n\n"

    return _RUN_IN.sub(apart, text), changes


def _marks_by_depth(markdown: str) -> dict[int, str]:
    """The marks of the first heading with so many stops in its number."""
    return {number.count("."): marks for marks, number in reversed(_NUMBERED.findall(markdown))}


STEPS: tuple[tuple[str, Step], ...] = (
    ("bullets", plain_bullets),  # before what would take them for letters
    ("mojibake", repair_mojibake),
    ("odd_spaces", plain_spaces),
    ("trailing_blanks", no_trailing_blanks),
    ("headings", atx_headings),
    ("run_in_headings", run_in_headings),
    # before words that were divided there
    ("cut_paragraphs", lambda text, context: join_in_page(text, context.running) if context.is_paged else (text, 0)),
    ("hyphenations", join_hyphenated),
    ("outer_pipes", outer_pipes),
    ("table_rows", compact_tables),
    ("double_blanks", single_blanks),
    ("blank_lines", single_blank_lines),
)
