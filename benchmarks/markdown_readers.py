"""Measures the cost of reading markdown by lines, and of one pass of markdown-it-py's block rules.

``python -m benchmarks.markdown_readers FOLDER`` reads each ``*.md`` there, cut into pieces as chunks are.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline_core.adapters.facts.blocks import read_blocks
from pipeline_core.domain.lists import list_at_end
from pipeline_core.domain.markdown_lines import headings
from pipeline_core.domain.unfinished import is_unfinished_at_end
from pipeline_core.ports.fact_generator import ChunkInput

_PIECE_CHARS = 2_000
_RUNS = 3
_PARSER = MarkdownIt("commonmark").enable("table").disable("reference")


def main() -> None:
    """Print milliseconds of processor time a document: by lines, by tokens, and how much more the tokens cost."""
    rows = [
        (_milliseconds(lambda text=text: _by_lines(text)), _milliseconds(lambda text=text: _by_tokens(text)))
        for text in (path.read_text() for path in sorted(Path(sys.argv[1]).glob("*.md")))
    ]
    for name, values in (
        ("lines", [lines for lines, _ in rows]),
        ("tokens", [tokens for _, tokens in rows]),
        ("more", [tokens - lines for lines, tokens in rows]),
    ):
        mean, median, most = statistics.mean(values), statistics.median(values), max(values)
        print(f"{name:8}mean {mean:6.2f} ms   median {median:6.2f} ms   most {most:6.2f} ms")
    print(f"of {len(rows)} documents {sum(tokens - lines > 2 for lines, tokens in rows)} cost more than 2 ms more")


def _milliseconds(read: Callable[[], object]) -> float:
    def once() -> float:
        began = time.process_time()
        read()
        return time.process_time() - began

    return 1_000 * min(once() for _ in range(_RUNS))


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for paragraph in text.split("\n\n"):
        piece += f"{paragraph}\n\n"
        if len(piece) > _PIECE_CHARS:
            yield piece
            piece = ""
    yield piece


def _by_lines(text: str) -> None:
    headings(text)
    for piece in _pieces(text):
        list_at_end(piece, "")
        is_unfinished_at_end(piece, before=False)
        read_blocks(ChunkInput(piece, (), code=()))


def _by_tokens(text: str) -> None:
    for piece in _pieces(text):
        tokens: list[Token] = []
        _PARSER.block.parse(piece, _PARSER, {}, tokens)


if __name__ == "__main__":
    main()
