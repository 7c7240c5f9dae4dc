"""Parts that are made once and closed in turn: the base of every group of parts."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, Self, TypedDict, TypeVar, Unpack, overload

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.db.patience import Patience
from pipeline_core.domain.ids import RealmId, UserId, personal_realm
from pipeline_core.domain.realms import Person
from pipeline_core.machine import home_choices, private_files
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.fact_generator import FactGenerator
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.ports.page_viewer import PageViewer
from pipeline_core.ports.workers import Workers
from pipeline_core.settings import Settings

PartsT = TypeVar("PartsT", bound="Parts")
T = TypeVar("T")


class once(Generic[PartsT, T]):  # noqa: N801 - used as a decorator, as ``functools.cached_property`` is
    """A part that is made at first use, by one thread; others that want it meanwhile wait for it.

    ``functools.cached_property`` has no lock since Python 3.12: two threads would make two workers, or two pools.
    """

    def __init__(self, make: Callable[[PartsT], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, parts: None, owner: type) -> Self: ...
    @overload
    def __get__(self, parts: PartsT, owner: type) -> T: ...
    def __get__(self, parts: PartsT | None, owner: type) -> "T | Self":
        if parts is None:
            return self
        # what stands in the instance's own dictionary is found before this descriptor
        with parts.making:
            if self._name not in parts.__dict__:
                parts.__dict__[self._name] = self._make(parts)
            made: T = parts.__dict__[self._name]
            return made


class Given(TypedDict, total=False):
    """Parts that are given instead of being made."""

    store: ObjectStore
    converter: Converter
    local: LocalConverter
    generator: FactGenerator
    embedder: Embedder
    workers: Workers
    page_viewer: PageViewer


class Closing(Protocol):
    """A part that holds what has to be given back."""

    def close(self) -> None: ...


Closed = TypeVar("Closed", bound=Closing)


class Parts:
    """The settings, what is given instead of being made, and what is to be closed."""

    def __init__(self, settings: Settings, **given: Unpack[Given]) -> None:
        self.settings = settings
        self.person = Person(UserId(settings.user_id), settings.reviewer.strip() or home_choices.name(settings.home))
        chosen = RealmId(settings.realm_id) if settings.realm_id else home_choices.realm(settings.home)
        self.realm_id = chosen or personal_realm(self.person.user_id)
        self.acting: Person | None = None
        """The person for whom this process works, where it is one: a worker works for everybody."""
        self.is_erasing_again = False
        """Set by who carries out what was erased after a backup was made: nobody else may see what that put back."""
        self.given = given
        self.making = threading.RLock()
        """Held while a part is made; making one makes those that it needs."""
        self.stopping = threading.Event()
        """Set when runs in this process are to end after the stage that they are in."""
        self.patience = Patience(self.stopping)
        self.closers: list[Callable[[], None]] = []

    @once
    def home(self) -> Path:
        """The folder of everything embedded; made, and closed to other users, at first use."""
        return private_files.open_home(self.settings.home)

    def closing(self, part: Closed) -> Closed:
        """Return the part, which is closed with all the others."""
        self.closers.append(part.close)
        return part

    def close(self) -> None:
        """Stop what was started, last first. Closing twice is no error."""
        while self.closers:
            self.closers.pop()()
