"""Docstrings begin with a verb or a noun, and not with a question word."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.paths import ROOT

FOLDERS = ("src", "flows", "tasks")
AVOIDED = frozenset({"What", "Who", "Whether", "How", "Where", "That", "Those", "Which", "When"})

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def wrong(source: str) -> Iterator[tuple[int, str]]:
    """The line and the first word of each docstring that begins with an avoided word."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Documented) and (text := ast.get_docstring(node)):
            first = text.split()[0].partition("'")[0].strip(".,:;")
            if first in AVOIDED:
                yield node.body[0].lineno, first


def test_no_docstring_begins_with_a_question_word() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: a docstring begins with “{word}”"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, word in wrong(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""What it is."""', [(1, "What")]),
        ('class A:\n    """Who\'s there."""', [(2, "Who")]),
        ('async def f():\n    """\n    Whether: so."""', [(2, "Whether")]),
        ('"""The whole."""\nA = "What"\n"""What it is for."""', []),
        ('def f():\n    """Whatever it is."""', []),
    ],
    ids=["module", "class", "function", "of a value", "another word"],
)
def test_only_docstrings_count(source: str, expected: list[tuple[int, str]]) -> None:
    assert list(wrong(source)) == expected
