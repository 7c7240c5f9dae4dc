"""Names that people type for a document, an id or a choice, and what they mean."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from pipeline_core.domain.errors import RefusedError

Choice = TypeVar("Choice", bound=StrEnum)


def one_of(kind: type[Choice], value: str, name: str) -> Choice:
    """The member of an enumeration, however it is written.

    Raises:
        RefusedError: there is none; the error lists them all.
    """
    written = value.strip().lower().replace("_", "-")
    found = [member for member in kind if member.value.lower().replace("_", "-") == written]
    if not found:
        raise RefusedError(f"{name} cannot be {value!r}.", action=f"One of: {', '.join(kind)}.")
    return found[0]


def one_id(what: str, text: str, ids: Sequence[UUID], *, owner: str, see: str) -> UUID:
    """The id, or the only one that begins so.

    Raises:
        RefusedError: there is none, or more than one; ``see`` is the command that lists them.
    """
    wanted = text.strip().lower()
    found = [one for one in ids if wanted and str(one).startswith(wanted)]
    if len(found) != 1:
        count = "no" if not found else str(len(found))
        raise RefusedError(f"{owner} has {count} {what}s named {text}.", action=f"`{see}` lists them.")
    return found[0]
