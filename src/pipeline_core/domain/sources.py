"""Sources: places that documents come from and are kept in step with, and what a listing shows of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.filetypes import FILE_TYPES
from pipeline_core.domain.ids import DocumentId

_ENDINGS = tuple(f".{extension}" for kind in FILE_TYPES for extension in kind.extensions)


class SourceKind(StrEnum):
    """Kind of place; each has one reader."""

    FOLDER = "folder"
    S3 = "s3"
    WEB = "web"


class Vanished(StrEnum):
    """Policy for documents whose last place has vanished from a source."""

    WITHDRAW = "withdraw"
    """they leave production after the grace, by the rule"""
    REVIEW = "review"
    """a person decides"""
    KEEP = "keep"
    """they stay"""


class Removal(StrEnum):
    """Fate of the documents of a source that is removed."""

    KEEP = "keep"
    """they stay, as if they had been uploaded"""
    VANISH = "vanish"
    """all of them have vanished, and the source's policy holds"""


class RunOutcome(StrEnum):
    """State of a sync, or how it ended."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    """so much is missing that a person decides whether it has vanished"""


class RunDecision(StrEnum):
    """Answer to what was missing in a listing."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"
    """a later listing was whole"""


class Change(StrEnum):
    """Result of comparing one file of a source with what is known of it."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    """it has the bytes of one that has vanished: renamed, or moved"""
    COPY = "copy"
    """it has the bytes of a document that is known from elsewhere"""
    RETURNED = "returned"
    """it had vanished"""
    UNCHANGED = "unchanged"
    VANISHED = "vanished"
    UNSEEN = "unseen"
    """it could not be seen or read: it is as it was"""
    REFUSED = "refused"
    """it cannot be taken, such as one that is empty or too large: it is as it was"""


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """A source as its reader has to know it.

    Args:
        kind: Says which reader.
        uri: Of the folder, the prefix, or the list.
        include: Patterns, of which a file's name has to match one; without any, files with the
            endings of known types are meant, and on the web all.
        exclude: Patterns, of which it may match none.
    """

    kind: SourceKind
    uri: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def means(self, name: str) -> bool:
        """Return whether a name belongs to the source.

        ``*`` matches anything, folders too. A pattern without a ``/`` is of the last part of the name.
        """
        if self.include:
            is_meant = _any(name, self.include)
        else:
            is_meant = self.kind is SourceKind.WEB or name.lower().endswith(_ENDINGS)
        return is_meant and not _any(name, self.exclude)


def _any(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name if "/" in pattern else name.rpartition("/")[2], pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A file of a source as it was when it was last read.

    ``version`` is None where it is to be read whatever the listing shows.
    """

    uri: str
    name: str
    size: int | None
    version: str | None
    sha256: str | None
    document_id: DocumentId | None
    has_vanished: bool
    is_missing: bool
    """It was not in the last listing, and a person is asked about that."""
    has_error: bool

    @property
    def was_taken(self) -> bool:
        """Return whether its bytes were ever taken in."""
        return self.sha256 is not None


@dataclass(frozen=True, slots=True)
class Planned:
    """One file of which a sync has something to say; ``was`` is the name of one that was moved here."""

    change: Change
    uri: str
    name: str
    was: str | None = None
    error: PipelineError | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One file as a listing shows it, unread.

    Args:
        uri: Its place: unique within every source, the same in every listing.
        name: What people call it, with its folders below the source: ``policies/flood.pdf``.
        size: Bytes; None where the place does not say.
        version: Differs whenever the bytes do (an ETag, or times and inode); None where the place cannot tell, so
            that only reading does.
    """

    uri: str
    name: str
    size: int | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """One file that the place has or may have, but would not show: it is neither changed nor vanished."""

    uri: str
    name: str
    error: PipelineError


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a file, and how the place showed it when all of them had been read."""

    data: bytes
    sighting: Sighting
