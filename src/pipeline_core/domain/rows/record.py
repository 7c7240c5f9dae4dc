"""The base of every row."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, ClassVar


class Record:
    """A row. Its fields can be read as those of its JSON too: ``row["state"]``, ``dict(row)``."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def keys(self) -> Iterable[str]:
        return [field.name for field in fields(self)]

    def __getitem__(self, name: str) -> object:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None
