"""People as pages name them: "you" for who looks, a name where one is known, and never an id alone."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from pipeline_core.domain.rows.desk import Looking

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SHOWN = re.compile(rf"(?P<name>.*?)\s*(?P<open>\()?(?P<id>{_UUID})(?(open)\))", re.DOTALL)
_ID_OF_NAME = re.compile(rf"(?<=\S) \({_UUID}\)")
_ID = re.compile(rf"(?<![\w/-]){_UUID}(?![\w-])")
_BEGINS = re.compile(r"(?:^|[.!?:;] )$")


@dataclass(frozen=True)
class People:
    """The visitor of a page, and the names of those that share a realm with them."""

    me: UUID | None
    my_name: str
    find_names: Callable[[], Mapping[UUID, str]]
    """Names by id, of members and of realms, empty of who has none; asked for once."""

    @cached_property
    def _names(self) -> Mapping[UUID, str]:
        return self.find_names()

    def who(self, shown: str | None, *, start: bool = False) -> str:
        """Return the name of whom the record shows, at the ``start`` of a sentence or within one."""
        said = self._who(shown or "somebody")
        return said[:1].upper() + said[1:] if start else said

    def _who(self, shown: str) -> str:
        found = _SHOWN.fullmatch(shown)
        if found is None:
            return shown
        person = UUID(found["id"])
        if person == self.me:
            return "you"
        return self._names.get(person) or found["name"] or _unnamed(person)

    def looking(self, one: Looking) -> str:
        """Return the name of somebody who looks at the document now."""
        return self.who(f"{one.user_name} ({one.user_id})" if one.user_name else str(one.user_id))

    def sentence(self, text: str) -> str:
        """Return a sentence of the record with names in the place of ids: of people, and of realms."""
        mine = f"{self.my_name} ({self.me})"
        text = _ID_OF_NAME.sub("", text.replace(mine, str(self.me)) if self.my_name else text)
        return _ID.sub(lambda found: self._named(found, text), text)

    def _named(self, found: re.Match[str], text: str) -> str:
        person = UUID(found[0])
        said = "you" if person == self.me else self._names.get(person)
        if said is None:
            return found[0]
        said = said or _unnamed(person)
        return said[:1].upper() + said[1:] if _BEGINS.search(text[: found.start()]) else said


def _unnamed(person: UUID) -> str:
    return f"a reviewer (…{str(person)[-6:]})"


NOBODY = People(None, "", dict)
"""For a page that nobody is signed in to see."""
