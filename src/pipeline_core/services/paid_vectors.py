"""An embedder that charges, behind the cache: each text is paid for once, and a failure costs only its own part."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pipeline_core.domain.errors import ParkedError, PipelineError, ServiceRefusedError, TransientError, UnexpectedError
from pipeline_core.domain.ids import text_sha256
from pipeline_core.domain.spending import Payer, PlannedCall
from pipeline_core.domain.vectors import Vectors
from pipeline_core.ports.embedder import Embedded
from pipeline_core.ports.paid import PricedEmbedder
from pipeline_core.services.kept_answers import KeptVectors
from pipeline_core.services.paid_calls import PaidCalls, waits
from pipeline_core.services.pending_results import Ticket


@dataclass(slots=True)
class _Round:
    """Vectors by key, and what went wrong."""

    vectors: dict[str, Vectors] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)


class PaidEmbedder:
    """An ``Embedder`` like the one that it wraps. Answers come without usage: it is on the accounts already."""

    def __init__(self, inner: PricedEmbedder, calls: PaidCalls) -> None:
        self.inner, self._calls = inner, calls
        self.model, self.version, self.dims = inner.model, inner.version, inner.dims

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.inner.concurrency, thread_name_prefix="paid-vectors")

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed the texts, in order. What came before a failure is kept, so trying again asks for the rest only.

        Raises:
            PipelineError: a part failed; the gravest of the errors.
        """
        payer = self._calls.payer()
        self._calls.save_pending()
        keys = [text_sha256(text) for text in texts]
        todo = dict(zip(keys, texts, strict=True))
        vectors = self._cached(list(todo))
        sleep = waits(self.inner.deadline_s)
        while missing := {key: text for key, text in todo.items() if key not in vectors}:
            done = self._round(missing, payer)
            vectors |= done.vectors
            _raise_gravest(done.errors)
            if len(vectors) < len(todo):
                sleep()
                vectors |= self._cached([key for key in todo if key not in vectors])
        rows = np.zeros((len(texts), self.dims), dtype=np.float32)
        for position, key in enumerate(keys):
            rows[position] = vectors[key]
        return Embedded(rows)

    def _cached(self, keys: Sequence[str]) -> dict[str, Vectors]:
        if not keys:
            return {}
        with self._calls.open_uow() as uow:
            found = uow.caches.vectors(keys, model=self.model, version=self.version)
            uow.commit()
        return found

    def _round(self, missing: Mapping[str, str], payer: Payer) -> _Round:
        """Ask for everything once, request by request; texts that others are asking for are left out."""
        keys = iter(missing)
        parts = [{next(keys): text for text in part} for part in self.inner.split(list(missing.values()))]
        done = _Round()
        for outcome in self._pool.map(lambda part: self._part(part, payer), parts):
            done.vectors |= outcome.vectors
            done.errors += outcome.errors
        return done

    def _part(self, part: Mapping[str, str], payer: Payer) -> _Round:
        try:
            begun = self._begin(part, payer)
            if begun is None:
                return _Round()
            return self._ask(begun, {name: part[_key_of(name)] for name in begun.keys})
        except PipelineError as error:
            return _Round(errors=[error])

    def _begin(self, part: Mapping[str, str], payer: Payer) -> Ticket | None:
        """The right to ask for those texts that nobody asks for and that are not there by now; None: for none."""
        deadline_s = self.inner.deadline_s
        names = {_claim(key, self): key for key in part}
        with self._calls.open_uow() as uow:
            token, ours = self._calls.claim(uow, list(names), deadline_s=deadline_s)
            there = uow.caches.vectors(list(part), model=self.model, version=self.version) if ours else {}
            wanted = [name for name, key in names.items() if name in ours and key not in there]
            uow.spending.release([name for name in ours if name not in wanted], token=token)
            if not wanted:
                uow.commit()
                return None
            texts = [part[names[name]] for name in wanted]
            call = PlannedCall("embeddings", self.model, payer, len(texts), self.inner.most(texts))
            ticket = self._calls.reserve(uow, token, wanted, call, deadline_s=deadline_s)
            uow.commit()
        return ticket

    def _ask(self, ticket: Ticket, texts: Mapping[str, str]) -> _Round:
        try:
            rows, usage = self.inner.request(list(texts.values()))
        except Exception as error:
            told = error if isinstance(error, PipelineError) else UnexpectedError(f"{type(error).__name__}: {error}")
            self._calls.fail(ticket, told)
            return _Round(errors=[told])
        done = _Round()
        for name, row in zip(texts, rows, strict=True):
            if isinstance(row, PipelineError):
                done.errors.append(row)
            else:
                done.vectors[_key_of(name)] = row
        kept = KeptVectors(self.model, self.version, done.vectors)
        self._calls.keep(ticket, usage, kept, outcome="partial" if done.errors else "answered")
        return done


def _claim(key: str, embedder: PaidEmbedder) -> str:
    return f"{embedder.model}\x1f{embedder.version}\x1f{key}"


def _key_of(claim: str) -> str:
    return claim.rsplit("\x1f", 1)[1]


def _raise_gravest(errors: Sequence[Exception]) -> None:
    for kind in (ServiceRefusedError, ParkedError, TransientError, Exception):
        for error in errors:
            if isinstance(error, kind):
                raise error
