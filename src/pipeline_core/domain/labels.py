"""Tags and collection of a document: words that people sort their documents by."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.reasons import trimmed

MOST_TAGS = 20
MOST_CHARS = 100


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels that an upload gives its documents; a known document keeps the tags that it has, and gets these too."""

    tags: tuple[str, ...] = ()
    collection: str | None = None

    @classmethod
    def of(cls, tags: Iterable[str] = (), collection: str | None = None) -> "Labels":
        """Labels as somebody typed them: commas part tags, blank ones are none, and of equal tags there is one.

        Raises:
            RefusedError: there are too many tags, or one of the texts is too long or has a line break or the like.
        """
        found = dict.fromkeys(tag for text in tags for part in text.split(",") if (tag := trimmed(part)))
        if len(found) > MOST_TAGS:
            raise RefusedError(f"These are {len(found)} tags.", action=f"Give at most {MOST_TAGS}.")
        named = trimmed(collection or "")
        for what, text in (*(("A tag", tag) for tag in found), ("The name of a collection", named)):
            if len(text) > MOST_CHARS or not text.isprintable():
                raise RefusedError(f"{what} is one line of at most {MOST_CHARS} characters.", where=text[:MOST_CHARS])
        return cls(tuple(found), named or None)


NO_LABELS = Labels()
