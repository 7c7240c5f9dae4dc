"""A word of a page and where it stands."""

from typing import NamedTuple

from pipeline_core.domain.page_words import Box


class Word(NamedTuple):
    """A word as the page shows it, or a clause in a script without spaces."""

    text: str
    box: Box
