"""The pipeline that a client works with, and for whom."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import ParamSpec, Self, TypeVar
from uuid import UUID

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId, JobId, UserId, personal_realm
from pipeline_core.domain.realms import Person, Realm, Role
from pipeline_core.domain.review import Reviewer
from pipeline_core.machine import home_choices
from pipeline_core.services.realms import Realms

P = ParamSpec("P")
T = TypeVar("T")


def needs(role: Role) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Refuse what a client does for whose role in its realm is less than this."""

    def guarded(method: Callable[P, T]) -> Callable[P, T]:
        @wraps(method)
        def guard(*args: P.args, **kwargs: P.kwargs) -> T:
            client = args[0]
            assert isinstance(client, Wired)
            client.realms.require(client.realm_id, role)
            return method(*args, **kwargs)

        return guard

    return guarded


class Wired:
    """A pipeline, a user in a realm, and the names by which documents are meant."""

    def __init__(
        self, *, user_id: UUID | None = None, realm: str | UUID | None = None, app: Pipeline | None = None
    ) -> None:
        """Wired on first use.

        Args:
            user_id: Who works; without it, the user of the settings.
            realm: By id or name, in which realm; without it, the one of the settings, or the user's personal one.
            app: A pipeline that is wired already; it is not closed with the client.

        Raises:
            NotFoundError: the user is not a member of the realm.
        """
        self._owns = app is None
        self._app = app or bootstrap.pipeline()
        self.person = Person(UserId(user_id), self._app.person.name) if user_id else self._app.person
        self._app.acting = self.person
        self.realm_id = personal_realm(self.person.user_id) if user_id else self._app.realm_id
        if realm:
            self.realm_id = self.realms.find(realm).realm_id
        elif self.realm_id != personal_realm(self.person.user_id):
            self.realms.require(self.realm_id, Role.READER)

    @property
    def realms(self) -> Realms:
        """The person's realms and their members."""
        return Realms(self._app.open_uow, self.person)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def by(self) -> str:
        """The name in the record: the one that was given here or is set, else the user's id."""
        return self.reviewer.by

    @property
    def reviewer(self) -> Reviewer:
        """The user as a reviewer, under the name that was given here or is set."""
        return Reviewer(self.realm_id, self.person.name, user_id=self.person.user_id)

    def introduce(self, name: str) -> None:
        """Give the name under which decisions of this home are recorded, now and later."""
        home_choices.choose_name(self._app.settings.home, name.strip())
        self.person = self._app.acting = Person(self.person.user_id, name.strip())

    def use_realm(self, realm: str | UUID | None) -> Realm:
        """Work in this realm from now on, also in later commands of this home; None is the personal one.

        Raises:
            NotFoundError: the user is not a member of it.
        """
        found = self.realms.find(realm or personal_realm(self.person.user_id))
        home_choices.choose_realm(self._app.settings.home, None if found.is_personal else found.realm_id)
        self.realm_id = found.realm_id
        return found

    @property
    def stopping(self) -> Event:
        """Set it to let runs in this process end after the stage that they are in."""
        return self._app.stopping

    def close(self) -> None:
        """Stop what was started. Another client may be opened afterwards."""
        if self._owns:
            self._app.close()
            bootstrap.pipeline.cache_clear()

    def _job_id(self, document: str | UUID) -> JobId:
        return self._app.views.resolve_job(self.realm_id, _name(document))

    def _document_id(self, document: str | UUID) -> DocumentId:
        return self._app.views.resolve_document(self.realm_id, _name(document))


def _name(document: str | UUID) -> str:
    """By what a document is meant; the path of a file means what was taken in from there."""
    text = str(document)
    return Path(text).expanduser().resolve().as_uri() if "/" in text and "://" not in text else text
