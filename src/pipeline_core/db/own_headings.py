"""The headings above the evidence of facts: a chunk of several short sections has only those of its beginning."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from pipeline_core.db.session import Session

HeadingsOf = Callable[[str, Sequence[str]], list[str]]
"""Gives the headings at the end of a text, from those at its beginning."""


class EvidencePlace(NamedTuple):
    """The beginning of a fact's evidence: a character of the document's text, in a staged or a published chunk."""

    chunk_id: UUID | None
    char: int | None
    is_published: bool = False


def headings_above(session: Session, places: Sequence[EvidencePlace], headings_of: HeadingsOf) -> list[list[str]]:
    """The headings above each place, the outermost first; none above what is in no chunk."""
    if not places:
        return []
    chunk_ids, chars, published = (list(column) for column in zip(*places, strict=True))
    rows = session.all("texts_up_to", chunk_ids=chunk_ids, chars=chars, published=published)
    return [headings_of(row["up_to"], row["heading_path"]) if row["up_to"] else row["heading_path"] for row in rows]
