"""Text reduced to its letters and digits, and the way back: what layout and markdown change is no difference."""

import re
import unicodedata
from collections.abc import Iterator

_NO_LETTER = re.compile(r"[\W_]+")


def squash(text: str) -> str:
    """Letters and digits only, folded: ligatures, composition, case, spaces and marks do not count."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return _NO_LETTER.sub("", text.casefold())


class Squashed:
    """A text, its squashed form, and where each character of that stands in the text."""

    def __init__(self, text: str):
        self.text = text
        letters: list[str] = []
        self._at: list[int] = []
        for index, char in enumerate(text):
            if char.isascii():
                if char.isalnum():
                    letters.append(char.lower())
                    self._at.append(index)
                continue
            pieces = squash(char)
            letters.append(pieces)
            self._at += [index] * len(pieces)
        self.squashed = "".join(letters)

    def places(self, wanted: str, start: int = 0) -> Iterator[int]:
        """Yield the positions of the squashed text, in its squashed form, in order."""
        at = self.squashed.find(wanted, start)
        while at >= 0 and wanted:
            yield at
            at = self.squashed.find(wanted, at + 1)

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the text that the squashed part ``start:end`` comes from; it must not be empty."""
        return self._at[start], self._at[end - 1] + 1
