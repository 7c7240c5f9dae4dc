"""Versions of a document: what production said of it, from when to when."""

from enum import StrEnum


class ChangeKind(StrEnum):
    """Ways in which what production says of a document or a question bank changes."""

    PUBLISHED = "published"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    ERASED = "erased"


class Origin(StrEnum):
    """Ways in which a version came to be; changed: facts came, went or changed without a run of the document."""

    PUBLISHED = "published"
    CHANGED = "changed"
    REVERTED = "reverted"


class Ending(StrEnum):
    """Ways in which a version ended; replaced: by another document at its place."""

    REPUBLISHED = "republished"
    CHANGED = "changed"
    REVERTED = "reverted"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
