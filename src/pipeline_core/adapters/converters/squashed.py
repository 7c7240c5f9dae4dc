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

    def only(self, wanted: str) -> tuple[int, int] | None:
        """The part of the text that the squashed text stands for, if it is there once only."""
        places = [*self.places(wanted)]
        return self.raw_span(places[0], places[0] + len(wanted)) if len(places) == 1 else None

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the text that the squashed part ``start:end`` comes from; it must not be empty."""
        return self._at[start], self._at[end - 1] + 1


class Claims:
    """A squashed text; each of its letters can be found once."""

    def __init__(self, text: str):
        self._free = squash(text)

    def claim(self, wanted: str) -> bool:
        """Take the text out; False if it is not there."""
        wanted = squash(wanted)
        at = self._free.find(wanted)
        if wanted and at >= 0:
            # nothing reads across what was taken out
            self._free = f"{self._free[:at]}\0{self._free[at + len(wanted) :]}"
        return at >= 0
