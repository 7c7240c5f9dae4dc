"""A database for unit tests: its repositories answer as a test says, and every call is on record."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Self, cast

import pytest

from pipeline_core.db.unit_of_work import UnitOfWork

NOTHING_REVIVED: Mapping[str, Any] = {
    "batches.revive_orphans": {},
    "staging.settle_gone_pairs": (set(), set()),
    "staging.revive_orphans": [],
}
"""Answers of a database in which no fact waits for an exact duplicate to go."""


class Call(NamedTuple):
    """A call of ``repository.method``, with its arguments by name; or ``commit``."""

    name: str
    given: Mapping[str, Any]


class FakeDatabase:
    """Opens units of work: to be handed to whatever wants an ``OpenUnitOfWork``.

    ``answers`` are by ``repository.method``: a value, an error to raise, or a function of the call's arguments. A
    method of the real repository must have that name and take those arguments; where it returns something, the test
    must say what. ``commit`` may have an error as its answer, too.
    """

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers = dict(answers or {})
        self.calls: list[Call] = []
        self.is_open = False
        """Set while a unit of work is open."""

    def __call__(self) -> UnitOfWork:
        return _FakeUnitOfWork(self)

    @property
    def names(self) -> list[str]:
        """The calls in order, ``commit`` among them."""
        return [call.name for call in self.calls]

    def given(self, name: str) -> list[Mapping[str, Any]]:
        """The arguments of each call of this name."""
        return [call.given for call in self.calls if call.name == name]

    def call(self, name: str, method: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Record the call and answer it."""
        signature = inspect.signature(method)
        try:
            given = signature.bind(None, *args, **kwargs).arguments
        except TypeError as error:
            # not an error of the kind that services translate
            pytest.fail(f"{name} does not take this: {error}")
        given.pop("self", None)
        self.calls.append(Call(name, given))
        if name not in self.answers and signature.return_annotation is not None:
            pytest.fail(f"{name} was called with {given}, and the test has no answer for it")
        answer = self.answers.get(name)
        if isinstance(answer, BaseException):
            raise answer
        return answer(*args, **kwargs) if callable(answer) else answer

    @contextmanager
    def lend(self) -> Iterator[None]:
        """Stand in for the connection that a real database lends: there is none."""
        self.is_open = True
        try:
            yield None
        finally:
            self.is_open = False


def in_turn(*answers: Any) -> Callable[..., Any]:
    """One answer a call, in this order; errors among them are raised."""
    left = list(answers)

    def answer(*_args: Any, **_kwargs: Any) -> Any:
        if not left:
            pytest.fail("there is no answer left")
        if isinstance(left[0], BaseException):
            raise left.pop(0)
        return left.pop(0)

    return answer


class _FakeUnitOfWork(UnitOfWork):
    def __init__(self, fake: FakeDatabase) -> None:
        super().__init__(cast("Any", fake), lease_s=60.0)
        self._fake = fake

    def __enter__(self) -> Self:
        super().__enter__()
        for name, repository in list(vars(self).items()):
            if not name.startswith("_") and name != "session":
                setattr(self, name, _Repository(name, type(repository), self._fake))
        return self

    def commit(self) -> None:
        self._fake.call("commit", UnitOfWork.commit, (), {})


class _Repository:
    def __init__(self, name: str, kind: type, fake: FakeDatabase) -> None:
        self._name, self._kind, self._fake = name, kind, fake

    def __getattr__(self, method: str) -> Callable[..., Any]:
        real = getattr(self._kind, method)
        return lambda *args, **kwargs: self._fake.call(f"{self._name}.{method}", real, args, kwargs)
