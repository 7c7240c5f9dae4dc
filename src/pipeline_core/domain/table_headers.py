"""The header of a table's later pieces: a long table is cut into chunks, of which only the first begins with it."""

import re
from collections.abc import Sequence

from pipeline_core.domain.chunks import Chunk

_DELIMITER = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?\s*")
_CELL_END = re.compile(r"(?<!\\)\|")


def continues_table(text: str) -> bool:
    """Return whether the text begins with rows of a table whose header is not there."""
    lines = text.split("\n", 2)
    return lines[0].startswith("|") and not any(_DELIMITER.fullmatch(line) for line in lines[:2])


def header_of(chunk: Chunk, chunks: Sequence[Chunk]) -> str:
    """Return the two lines that stand above the table's first row in the source, for a chunk that continues a table.

    A blank header where the chunks do not lead back to one without a gap; nothing for what continues no table.
    """
    if not continues_table(chunk.text):
        return ""
    begin = chunk.char_from
    for above in sorted((one for one in chunks if one.char_from < begin), key=lambda one: -one.char_from):
        if above.char_to < begin - 1:
            break
        lines = above.text[: begin - above.char_from].rstrip(" ").removesuffix("\n").split("\n")
        first = len(lines)
        while first and lines[first - 1].startswith("|"):
            first -= 1
        if _DELIMITER.fullmatch("".join(lines[first + 1 : first + 2])):
            return "\n".join(lines[first : first + 2]) + "\n"
        if first:
            break
        begin = above.char_from
    columns = max(1, len(_CELL_END.findall(chunk.text.partition("\n")[0])) - 1)
    return f"|{' |' * columns}\n|{'---|' * columns}\n"
