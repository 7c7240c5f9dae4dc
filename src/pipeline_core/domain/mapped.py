"""A file that is looked at like bytes without being read into memory."""

import mmap


class MappedFile(mmap.mmap):
    """A memory map with those methods of ``bytes`` and of files that telling a type needs."""

    def startswith(self, prefix: bytes | tuple[bytes, ...]) -> bool:
        """Returns whether the file begins with the prefix, or with one of them."""
        prefixes = prefix if isinstance(prefix, tuple) else (prefix,)
        return any(self[: len(one)] == one for one in prefixes)

    def __contains__(self, part: object) -> bool:
        return isinstance(part, bytes) and self.find(part) >= 0

    def seekable(self) -> bool:
        """Returns True; ``zipfile`` calls it, and before Python 3.13 a map has no such method."""
        return True
