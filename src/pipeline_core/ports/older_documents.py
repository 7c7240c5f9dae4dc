"""Documents that are in a table of somebody else's."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline_core.domain.object_keys import safe_filename

_MARKDOWN = re.compile(r"\.md$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OlderRow:
    """A row of an older table of documents; ``content`` is markdown."""

    key: str
    title: str | None
    content: str | None
    realm_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def filename(self) -> str:
        """Its title as the name of a markdown file."""
        return safe_filename(f"{_MARKDOWN.sub('', (self.title or '').strip()).strip() or 'document'}.md")


ReadOlder = Callable[[str], Iterator[Sequence[OlderRow]]]
"""The rows of the table of that name, a few at a time."""
