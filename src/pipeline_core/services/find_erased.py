"""Looking for what was erased: by the fingerprints of a certificate, or for a text in every place there is."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.erasing import ErasureState, Key, Searched, Step, Trace, leaves, spellings
from pipeline_core.domain.errors import ObjectNotFoundError, RefusedError
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.ports.word_places import WordPlaces
from pipeline_core.services import erasure_certificates as certificates
from pipeline_core.services.erase import NOT_SEARCHED
from pipeline_core.services.erasure_ledger import PREFIX as LEDGER
from pipeline_core.services.erasure_ledger import ErasureLedger

_PACKED = ("words within PDF, Office and other packed originals, whose bytes are not their words",)
_WITHIN = "longer texts, logs and Prefect: whole values are compared, and `--canary TEXT` looks within texts and there"
_NOTHING = "values: this certificate has no fingerprints, as others say all that was erased, or it said nothing"


@dataclass(frozen=True, slots=True)
class FindErased:
    """Looks through everything, changes nothing; needs the service role."""

    open_uow: OpenUnitOfWork
    store: ObjectStore
    places: Callable[[], Sequence[WordPlaces]]

    def verify(self, certificate: object, on_step: Step = lambda _: None) -> Searched:
        """Make the fingerprints of every stored value anew, and look for those of the certificate.

        Raises:
            RefusedError: this is no certificate, or not what is on record of an erasure here.
        """
        given = certificates.read(certificate)
        on_record = self._on_record(UUID(given["erasure_id"]))
        certificates.compare(given, on_record)
        assert on_record is not None  # that is refused
        key, wanted = certificates.fingerprints(on_record)
        traces: list[Trace] = []
        columns = objects = 0
        with self.open_uow() as uow:
            for column, found in uow.values.stored(key):
                on_step(f"looking through {column}")
                columns += 1
                if both := found & wanted:
                    traces.append(Trace(column, len(both)))
        on_step("looking through the object store")
        for name, data in self._objects():
            objects += 1
            said = {key.fingerprint(part) for part in name.split("/")} | _fingerprints(data, key)
            if both := said & wanted:
                traces.append(Trace(name.rpartition("/")[0], len(both)))
        for one in on_record["documents"]:
            if any(True for _ in self.store.list(f"documents/{one}/")):
                traces.append(Trace(f"documents/{one}", 1))
        return Searched(
            traces,
            {"columns of the database": columns, "objects": objects, "fingerprints": len(wanted)},
            [*([] if wanted else [_NOTHING]), _WITHIN, *NOT_SEARCHED],
        )

    def _on_record(self, erasure_id: UUID) -> Mapping[str, Any] | None:
        """Return the certificate in the database or, where that does not have it, beside the objects."""
        with self.open_uow() as uow:
            found = uow.erasures.find(erasure_id)
        if found and found.state is not ErasureState.PLANNED:
            return found.certificate
        kept = ErasureLedger(self.store).entry(erasure_id)
        return kept["certificate"] if kept else None

    def canary(self, text: str, on_step: Step = lambda _: None) -> Searched:
        """Look for a text everywhere: in every text and JSON of the database, in the bytes of every object, in logs,
        and at Prefect.

        Raises:
            RefusedError: it is blank.
        """
        if not text.strip():
            raise RefusedError("A search for nothing finds nothing.", action="Give the text to look for.")
        on_step("looking through the database")
        with self.open_uow() as uow:
            columns, found = uow.values.containing(text)
        traces = [Trace(place, number) for place, number in found.items()]
        on_step("looking through the object store")
        objects, wanted = 0, [one.encode() for one in spellings(text)]
        for name, data in self._objects(with_ledger=True):
            objects += 1
            if number := sum(data.count(one) for one in wanted) + (text in name):
                traces.append(Trace(f"object {name}", number))
        searched = {"columns of the database": columns, "objects": objects}
        left: list[str] = []
        for place in self.places():
            on_step(f"looking through {place.name}")
            traces += [Trace(f"{place.name}: {where}", number) for where, number in place.search(text).items()]
            searched[place.name] = place.searched()
            left += place.not_searched()
        return Searched(traces, searched, [*left, *_PACKED, *NOT_SEARCHED])

    def _objects(self, *, with_ledger: bool = False) -> Iterator[tuple[str, bytes]]:
        for key in self.store.list(""):
            if key.startswith(LEDGER) and not with_ledger:
                continue
            try:
                yield key, self.store.get(key)
            except ObjectNotFoundError:
                continue


def _fingerprints(data: bytes, key: Key) -> set[str]:
    """Of every text in an output that is JSON; of another there are none."""
    if data[:1] not in (b"{", b"["):
        return set()
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return set()
    return {key.fingerprint(one) for one in Counter(leaves(value))}
