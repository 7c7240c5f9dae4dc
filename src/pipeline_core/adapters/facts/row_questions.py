"""Questions for the rows of a table: only where one can be asked in plain words."""

import re
from collections.abc import Iterator, Sequence

from pipeline_core.adapters.facts.claims import MAX_QUESTION_CHARS
from pipeline_core.adapters.facts.english import in_mid_sentence
from pipeline_core.adapters.facts.plain_questions import listed
from pipeline_core.domain.tables import VALUES, kind_of

_NOUN = re.compile(r"[A-Za-z][A-Za-z '’-]+(?: \([^()\d]{1,20}\))?")
_MOST_ASKED = 3


def ask_row(name: str, pairs: Sequence[tuple[str, str]], language: str) -> Iterator[str]:
    """Asks for the values that a row gives under columns that nouns name; a row may be a question itself."""
    if name.endswith("?"):
        yield name
        return
    columns = [column for column, _ in pairs]
    if language != "en" or not 1 <= len(columns) <= _MOST_ASKED or kind_of(name) != "words":
        return
    if not all(map(_NOUN.fullmatch, columns)) or not all(kind_of(value) in VALUES for _, value in pairs):
        return
    asked = listed([in_mid_sentence(column, "") for column in columns], language)
    question = f"What {'is' if len(columns) == 1 else 'are'} the {asked} for {name}?"
    if len(question) <= MAX_QUESTION_CHARS:
        yield question
