"""A source by what people call it, in any realm: for runs that nobody started from within one."""

from dataclasses import dataclass
from uuid import UUID

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import NotFoundError, RefusedError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.sources import SourceRow

_LISTS = {"action": "`pipeline source list` shows them.", "http_action": "`GET /api/v2/sources` lists them."}


@dataclass(frozen=True, slots=True)
class FindSource:
    """Needs the service role."""

    open_uow: OpenUnitOfWork

    def __call__(self, source: str, realm: str = "") -> SourceRow:
        """Find a source by its name or id, in a realm by name or id, or in any.

        Raises:
            NotFoundError: there is no such source.
            RefusedError: several realms have one of this name.
        """
        source, realm = source.strip(), realm.strip()
        with self.open_uow() as uow:
            found = _named(uow, source)
            if realm:
                meant = {as_id} if (as_id := _as_id(realm)) else set(uow.realms.named(realm))
                found = [row for row in found if row.realm_id in meant]
        if not found:
            raise NotFoundError(f"There is no source {source}{f' in the realm {realm}' if realm else ''}.", **_LISTS)
        if len(found) > 1:
            raise RefusedError(f"Several realms have a source {source}.", action="Name the realm, too.")
        return found[0]


def _named(uow: UnitOfWork, source: str) -> list[SourceRow]:
    if (as_id := _as_id(source)) and (found := uow.sources.all(None, source_id=as_id)):
        return found
    return uow.sources.all(None, name=source)


def _as_id(text: str) -> RealmId | None:
    try:
        return RealmId(UUID(text))
    except ValueError:
        return None
