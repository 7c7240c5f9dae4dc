"""Port: bytes of a document in, markdown out."""

from typing import Protocol

from pipeline_core.domain.documents import Converted


class Converter(Protocol):
    """Turns one file into markdown with a page map.

    ``name`` and ``version`` are part of the stage's cache key: change the version whenever the same bytes
    may give other markdown.
    """

    name: str
    version: str

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        """Convert the file.

        Raises:
            DocumentError: the file itself is at fault (encrypted, corrupt, image-only, too slow, too large).
            TransientError: trying again may help.
        """
        ...
