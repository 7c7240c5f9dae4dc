"""The marks of a fact: each of its quotes with its place on the pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_core.domain.facts import Span
from pipeline_core.domain.locating.locate import Located
from pipeline_core.domain.page_views import PageWords
from pipeline_core.domain.page_words import Box
from pipeline_core.domain.review import StagedFact


@dataclass(frozen=True, slots=True)
class MarkedQuote:
    """A quote of a fact and its place on the pages: ``boxes`` in points from a page's upper left corner, by page.

    ``located`` is None where the place is not known, and always in a document without pages that can be shown.
    """

    span: Span
    located: Located | None

    @property
    def boxes(self) -> Mapping[int, tuple[Box, ...]]:
        return self.located.boxes if self.located else {}


@dataclass(frozen=True, slots=True)
class FactMarks:
    """The quotes of a fact in their order, and the pages that they are on, by their numbers."""

    fact: StagedFact
    quotes: tuple[MarkedQuote, ...]
    pages: Mapping[int, PageWords]

    @property
    def is_found(self) -> bool:
        """Return whether the place of every quote is known."""
        return all(quote.located for quote in self.quotes)
