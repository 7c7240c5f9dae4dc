"""The id of a requirement before its words: "REQ-1: The pump …", "**SEC-010** Verify …", "[R5] …", "5.2.1 The …"."""

import re
from collections.abc import Sequence

_MARKS = r"(?:\*\*|__|`|\\)?"
# Letters and digits, parted or not: "REQ-1", "SEC-PWR-003", "R5", "FR_12.3"; or a number of several levels.
_CODE = r"(?P<code>(?=[^\s:：\[\]()*|]*\d)[^\W\d_][\w.\\-]{0,22}?\w?|\d{1,3}(?:\.\d{1,3}){1,5})"
_ID = re.compile(
    rf"[ \t]*{_MARKS}(?P<opens>[\[(])?{_CODE}(?P<closes>[\])])?"
    rf"(?P<stop>[:：.)])?{_MARKS}(?P<late>\s?[:：]|\s[–—-](?=\s))?(?P<blank>\s+|(?<=[：]))(?=(?P<next>\S))",
    re.MULTILINE,
)
_DIGIT = re.compile(r"\d")
_OPENED_BY = {"[": "]", "(": ")"}


def _is_id(match: re.Match[str]) -> bool:
    """Return whether the match is an id: without a separator, the beginning of a sentence must follow."""
    code = match["code"].replace("\\", "")
    letters = [sign for sign in code if sign.isalpha()]
    if any(sign.islower() for sign in letters) or (match["closes"] or "") != _OPENED_BY.get(match["opens"] or "", ""):
        return False
    if letters and len(letters) > 1 and code[-1].isalpha():
        return False
    is_parted = match["closes"] or match["late"] or match["stop"] in (":", "：", ".", ")")
    return bool(is_parted and letters) or (match["next"].isalpha() and not match["next"].islower())


def length_of_id(said: str) -> int:
    """Count the characters at the beginning that are the id and its separator; 0 without one."""
    match = _ID.match(said)
    return match.end() if match and _is_id(match) else 0


def without_id(said: str) -> str:
    """The words behind the id."""
    return said[length_of_id(said) :]


def begins_with_code(said: str) -> bool:
    """Return whether it begins with an id with letters in it, not just the number of a section."""
    match = _ID.match(said)
    return match is not None and _is_id(match) and any(map(str.isalpha, match["code"]))


def names_a_requirement(heading: Sequence[str], said: str) -> bool:
    """Return whether the heading has the id of the one requirement below it, which does not repeat it.

    "V1.2 Passwords" numbers a section: the id of a requirement has several letters.
    """
    match = _ID.match(heading[0]) if heading else None
    letters = sum(map(str.isalpha, match["code"])) if match and _is_id(match) else 0
    return letters > 1 and not begins_with_code(said)


def is_code(said: str) -> bool:
    """Return whether it is an id with letters in it and nothing else: "REQ-1.1"."""
    match = _ID.match(f"{said.strip()} X")
    return match is not None and match.end() == len(said.strip()) + 1 and _is_id(match) and said.strip()[0].isalpha()


def spans_of_ids(text: str) -> list[tuple[int, int]]:
    """Find the ids at the beginning of lines, without the blank behind them."""
    if not _DIGIT.search(text):
        return []
    at_lines = (match for match in _ID.finditer(text) if text[match.start() - 1 : match.start()] in ("", "\n"))
    return [(match.start(), match.start("blank")) for match in at_lines if _is_id(match)]
