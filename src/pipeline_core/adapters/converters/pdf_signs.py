"""Signs of a PDF's text that a reader of markdown would take for marks: escaped."""

import re

_QUOTE = re.compile(r"^>(?=\s*\S)")
_SIGN = re.compile(r"^([-+])(?=[ \t]*[\d.,]*\d)")
_LIST = re.compile(r"^[ \t]*[-+*•◦](?:[ \t]|$)")
_ANGLE = re.compile(r"(?<!\\)<(?=[A-Za-z/!?])(?!br\s*/?>|https?:|mailto:)")
_FENCE = re.compile(r"^[ \t]*(```|~~~)")


def escape_signs(markdown: str) -> str:
    """``> 40 %`` and ``- 15 °C`` keep their signs; what stands in a list of several items is a list."""
    if not any(sign in markdown for sign in "<>-+"):
        return markdown
    lines = markdown.split("\n")
    in_code = False
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code:
            line = _QUOTE.sub(r"\\>", line)
            if _SIGN.match(line) and not _stands_in_list(lines, index):
                line = f"\\{line}"
            lines[index] = _ANGLE.sub(r"\\<", line)
    return "\n".join(lines)


def _stands_in_list(lines: list[str], index: int) -> bool:
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(lines) and not lines[at].strip():
            at += step
        if 0 <= at < len(lines) and _LIST.match(lines[at]):
            return True
    return False
