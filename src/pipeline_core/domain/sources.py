"""Sources: places that documents come from and are kept in step with, and what a listing shows of one."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline_core.domain.errors import PipelineError


class SourceKind(StrEnum):
    """Kind of place; each has one reader."""

    FOLDER = "folder"
    S3 = "s3"
    WEB = "web"


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
