"""Keeping a source in step: listed, compared, and what differs taken in; what has vanished is let go at the end."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from pipeline_core.db.sources import LeftItem, TakenItem
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.db.worker import Worker
from pipeline_core.domain.errors import (
    ConflictError,
    DatabaseUnavailableError,
    DocumentError,
    ErasedBeforeError,
    InterruptedRunError,
    LeftOutError,
    PipelineError,
    RefusedError,
    TransientError,
    UnreadableFileError,
    WorkerLostError,
)
from pipeline_core.domain.faults import foreseen
from pipeline_core.domain.filetypes import detect
from pipeline_core.domain.ids import DocumentId, SourceRunId, sha256_hex
from pipeline_core.domain.object_keys import shown_filename
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.sources import (
    Change,
    Fetched,
    Planned,
    RunOutcome,
    Sighting,
    SourcePlace,
)
from pipeline_core.domain.wished import Wished
from pipeline_core.ports.source_reader import SourceReader
from pipeline_core.services.cut_off import again_if_cut_off
from pipeline_core.services.intake import Intake, Upload
from pipeline_core.services.reading_order import Late
from pipeline_core.services.vanishing import Settled, Vanishing
from pipeline_core.services.work_needed import FindWork
from pipeline_core.settings import Settings
from pipeline_core.sources.comparing import Listed, compare
from pipeline_core.sources.telling import Telling

_THREADS = 8
_LEAST_FAILURES = 3
"""Files of one group that could not be read, and no other: then it is their place that does not answer."""


@dataclass(slots=True)
class Synced:
    """Result of a sync, or of planning one.

    ``planned`` names every file that is not as it was; ``to_run`` are documents that wait to be processed.
    """

    source: SourceRow
    run_id: SourceRunId | None = None
    outcome: RunOutcome = RunOutcome.RUNNING
    counts: Counter[Change] = field(default_factory=Counter)
    planned: list[Planned] = field(default_factory=list)
    done: int = 0
    """Files that were read, of ``total`` that had to be."""
    total: int = 0
    to_run: list[DocumentId] = field(default_factory=list)
    withdrawn: list[DocumentId] = field(default_factory=list)

    def note(self, planned: Planned) -> None:
        self.counts[planned.change] += 1
        if planned.change is not Change.UNCHANGED:
            self.planned.append(planned)

    @property
    def is_waiting(self) -> bool:
        """Return whether a person decides about what is missing."""
        return self.outcome is RunOutcome.WAITING

    @property
    def plan(self) -> dict[str, int]:
        return {str(change): self.counts[change] for change in Change if self.counts[change]}


OnProgress = Callable[[Synced], None]


@dataclass(frozen=True, slots=True)
class _Read:
    shown: Sighting
    fetched: Fetched
    sha256: str

    def taken(self, document_id: DocumentId) -> TakenItem:
        shown, fetched = self.shown, self.fetched
        return TakenItem(shown.uri, shown.name, len(fetched.data), fetched.sighting.version, self.sha256, document_id)


@dataclass(frozen=True, slots=True)
class SyncSource:
    """Needs the service role. Interrupted at any point, the next sync comes to the same end, and does nothing twice."""

    settings: Settings
    open_uow: OpenUnitOfWork
    open_reader: Callable[[SourcePlace], SourceReader]
    intake: Intake
    find_work: FindWork
    vanishing: Vanishing
    worker: Callable[[], Worker]

    def plan(self, source: SourceRow, on_progress: OnProgress = lambda _: None) -> Synced:
        """Tell what a sync would do, and store nothing. What has to be read to tell is read.

        Raises:
            PipelineError: the source could not be listed.
        """
        synced = Synced(source)
        reader, listed, telling = self._listed(source, synced)
        late = Late()
        for group in late.groups(listed.to_read):
            for read, planned in self._told(synced, self._read(reader, group, synced, late), telling):
                synced.note(_foreseen(read, planned))
            on_progress(synced)
        vanished = _note_vanished(listed, telling, synced)
        synced.outcome = RunOutcome.WAITING if self._is_much(vanished, listed) else RunOutcome.DONE
        return synced

    def __call__(self, source: SourceRow, on_progress: OnProgress = lambda _: None) -> Synced:
        """List the source, take in what differs, and let go what has vanished.

        Nothing follows from a listing that failed or broke off: it takes nothing in and lets nothing go, and the sync
        ends as failed.

        Raises:
            ConflictError: it is being synced already.
            RefusedError: it was removed.
            PipelineError: it could not be listed or read, or what it has could not be stored; what was taken in before
                stays, and the next sync goes on.
        """
        synced = Synced(source, self._begin(source))
        with self._ended_if_it_fails(source, synced):
            reader, listed, telling = self._listed(source, synced)
            late = Late()
            for group in late.groups(listed.to_read):
                self._take_group(reader, group, telling, synced, late)
                on_progress(synced)
            vanished = _note_vanished(listed, telling, synced)
            self._finish(source, listed, vanished, synced)
        self._settle(source, synced)
        return synced

    def _settle(self, source: SourceRow, synced: Synced) -> None:
        if synced.plan.keys() - {Change.UNCHANGED}:
            self.vanishing.vacate_left(source)
        settled: Settled = self.vanishing.settle(source.realm_id)
        synced.withdrawn = settled.withdrawn
        with self.open_uow() as uow:
            revived = uow.documents.revived(source.realm_id, settled.withdrawn) if settled.withdrawn else {}
            unfinished = uow.sources.unfinished(source.source_id)
        synced.to_run = list(dict.fromkeys([*unfinished, *settled.returned, *revived]))

    def _begin(self, source: SourceRow) -> SourceRunId:
        with self.open_uow() as uow:
            [now] = uow.sources.all(source.realm_id, source_id=source.source_id)
            if now.removed_at is not None:
                raise RefusedError(f"The source {source.name} was removed.", action="Add it again to sync it.")
            run_id, running = uow.sources.begin_run(source.source_id, worker=self.worker().name)
            if running is not None and running.lives:
                by = f" by {running.user_name}" if running.user_name else ""
                raise ConflictError(
                    f"{source.name} is being synced{by} since {running.started_at:%H:%M:%S %Z}.",
                    action="Wait until that is done.",
                )
            if running is not None:
                uow.sources.end_run(running.run_id, RunOutcome.FAILED, error=WorkerLostError())
                run_id, _ = uow.sources.begin_run(source.source_id, worker=self.worker().name)
            assert run_id is not None
            uow.commit()
        return run_id

    @contextmanager
    def _ended_if_it_fails(self, source: SourceRow, synced: Synced) -> Iterator[None]:
        try:
            yield
        except PipelineError as error:
            self._fail(source, synced, error)
            raise
        except Exception as error:
            self._fail(source, synced, foreseen(error))
            raise
        except BaseException:
            self._fail(source, synced, InterruptedRunError())
            raise

    def _fail(self, source: SourceRow, synced: Synced, error: PipelineError) -> None:
        """Record why; without a database to record it in, the next sync finds this one lost."""
        assert synced.run_id is not None
        synced.outcome = RunOutcome.FAILED
        try:
            with self.open_uow() as uow:
                uow.sources.end_run(synced.run_id, RunOutcome.FAILED, synced.plan, error)
                self._tell(uow.sources.record, source, "source_sync_failed", synced, error=error.as_stored())
                uow.commit()
        except (ConflictError, DatabaseUnavailableError):
            return

    @staticmethod
    def _tell(record: Callable[..., None], source: SourceRow, code: str, synced: Synced, **details: object) -> None:
        payload = {"source": source.name, "source_id": source.source_id, "run_id": synced.run_id, "plan": synced.plan}
        severity = "info" if code == "source_synced" else "warning"
        record(source.realm_id, code, {**payload, **details}, severity=severity)

    def _listed(self, source: SourceRow, synced: Synced) -> tuple[SourceReader, Listed, Telling]:
        """The known files are read before the listing begins: what is added meanwhile is not taken for vanished."""
        with self.open_uow() as uow:
            known = uow.sources.known(source.source_id)
        reader = self.open_reader(source.place)
        listed = compare(known, reader.list({uri: item.version for uri, item in known.items()}))
        synced.counts[Change.UNCHANGED] = listed.unchanged
        synced.counts[Change.REFUSED] = listed.refused
        synced.total = len(listed.to_read)
        for unseen in listed.unseen:
            synced.note(Planned(_left_as(unseen.error), unseen.uri, unseen.name, error=unseen.error))
        return reader, listed, Telling(known, listed.gone)

    def _read(self, reader: SourceReader, group: Sequence[Sighting], synced: Synced, late: Late) -> list[_Read]:
        """Read a group; what cannot be read is noted, and what is still written to comes up again after the others.

        Raises:
            TransientError: nothing of the group could be read: its place does not answer.
        """
        with ThreadPoolExecutor(min(_THREADS, len(group))) as pool:
            answers = list(pool.map(partial(self._try_to_read, reader), group))
        pairs = late.left_aside(list(zip(group, answers, strict=True)))
        failed = [(shown, answer) for shown, answer in pairs if isinstance(answer, PipelineError)]
        if len(failed) == len(pairs) >= _LEAST_FAILURES:
            for _, error in failed:
                if isinstance(error, TransientError):
                    raise error
        for shown, error in failed:
            synced.note(Planned(_left_as(error), shown.uri, shown.name, error=error))
        synced.done += len(pairs)
        # as it was shown once it had been read: only then some places tell its name
        whole = [answer for answer in answers if isinstance(answer, Fetched)]
        return [_Read(one.sighting, one, sha256_hex(one.data)) for one in whole]

    def _try_to_read(self, reader: SourceReader, shown: Sighting) -> Fetched | PipelineError:
        try:
            return reader.read(shown, limit=self.settings.max_file_bytes)
        except PipelineError as error:
            return error

    def _told(self, synced: Synced, reads: Sequence[_Read], telling: Telling) -> list[tuple[_Read, Planned]]:
        """Tell each file by its bytes. One that was erased is left alone, and nothing of it is written down."""
        realm_id, contents = synced.source.realm_id, [read.sha256 for read in reads]
        with self.open_uow() as uow:
            known = uow.documents.known_contents(realm_id, contents)
            ids = uow.documents.ids_of(realm_id, set(contents) - known)
            erased = uow.erasures.erased(list(ids.values()))
        told: list[tuple[_Read, Planned]] = []
        for read in reads:
            if ids.get(read.sha256) in erased:
                error = ErasedBeforeError()
                synced.note(Planned(Change.REFUSED, read.shown.uri, read.shown.name, error=error))
            else:
                told.append((read, telling(read.shown, read.sha256, is_known=read.sha256 in known)))
        return told

    def _take_group(
        self, reader: SourceReader, group: Sequence[Sighting], telling: Telling, synced: Synced, late: Late
    ) -> None:
        source, before = synced.source, len(synced.planned)
        told = self._told(synced, self._read(reader, group, synced, late), telling)
        documents, refused = self._take_in(source, [read for read, planned in told if planned.change is not _SAME])
        taken: list[TakenItem] = []
        for read, planned in told:
            error = refused.get(read.shown.uri)
            synced.note(replace(planned, change=_left_as(error), error=error) if error else planned)
            document_id = documents.get(read.sha256) or telling.document_of(read.shown.uri)
            if error is None and document_id is not None:
                taken.append(read.taken(document_id))
        versions = {shown.uri: shown for shown in group}
        left = [
            _left(versions[planned.uri], planned.error)
            for planned in synced.planned[before:]
            if planned.error is not None and not isinstance(planned.error, ErasedBeforeError)
        ]
        self._record(synced, taken, left)

    def _record(self, synced: Synced, taken: Sequence[TakenItem], left: Sequence[LeftItem]) -> None:
        source, run_id = synced.source, synced.run_id
        assert run_id is not None
        with self.open_uow() as uow:
            uow.sources.note_progress(run_id, synced.plan, synced.done, synced.total)
            uow.sources.put(source.source_id, source.realm_id, taken)
            uow.sources.put_errors(source.source_id, source.realm_id, left)
            uow.commit()

    def _take_in(
        self, source: SourceRow, reads: Sequence[_Read]
    ) -> tuple[dict[str, DocumentId], dict[str, PipelineError]]:
        """Take files in; returns the document of each content, and the error of each file that was refused, by URI."""
        if not reads:
            return {}, {}
        uploads = [Upload(read.shown.name, read.fetched.data, read.shown.uri) for read in reads]
        wished = Wished.of(**source.choices)
        received = again_if_cut_off(partial(self.intake.receive, uploads, realm_id=source.realm_id, wished=wished))
        self.vanishing.take_back(source.realm_id)
        ids = list(received.documents)
        again_if_cut_off(partial(self.find_work, ids, correlation_id=received.correlation_id))
        errors = dict(received.refused)
        documents = {sha: one for sha, one in received.by_content.items() if one in received.documents}
        refused = {
            read.shown.uri: errors.get(read.shown.name) or ConflictError("It could not be taken in.")
            for read in reads
            if read.sha256 not in documents
        }
        return documents, refused

    def _is_much(self, vanished: Sequence[str], listed: Listed) -> bool:
        """Return whether so much is missing that a person is asked: what shows nothing at all may be another place."""
        gone = len(vanished)
        if gone == listed.present and not listed.unseen and not listed.to_read:
            return gone > 0
        return gone >= self.settings.source_vanish_least and gone > self.settings.source_vanish_share * listed.present

    def _finish(self, source: SourceRow, listed: Listed, vanished: Sequence[str], synced: Synced) -> None:
        is_much, missing, run_id = self._is_much(vanished, listed), set(vanished), synced.run_id
        assert run_id is not None
        left = [item.uri for item in listed.gone if not is_much or item.uri not in missing]
        self.vanishing.vanish(source, left, seen_at=source.listed_at)
        synced.outcome = RunOutcome.WAITING if is_much else RunOutcome.DONE
        with self.open_uow() as uow:
            unseen = [LeftItem(one.uri, one.name, None, None, one.error) for one in listed.unseen]
            uow.sources.put_errors(source.source_id, source.realm_id, unseen)
            uow.sources.found_again(source.source_id, listed.found_again)
            if is_much:
                uow.sources.mark_missing(source.source_id, vanished)
            uow.sources.overtake(source.source_id, run_id)
            uow.sources.end_run(run_id, synced.outcome, synced.plan)
            self._tell(uow.sources.record, source, "vanishing_waits" if is_much else "source_synced", synced)
            uow.commit()


_SAME = Change.UNCHANGED


def _note_vanished(listed: Listed, telling: Telling, synced: Synced) -> list[str]:
    """Note what has vanished and return it.

    What was moved is told with the file that has its bytes now; what never was taken in is no loss to tell of.
    """
    vanished = [item for item in listed.gone if item.uri not in telling.moved and item.was_taken]
    for item in vanished:
        synced.note(Planned(Change.VANISHED, item.uri, item.name))
    return [item.uri for item in vanished]


def _foreseen(read: _Read, planned: Planned) -> Planned:
    """Return what becomes of the file once intake has looked at its type, as it does when the bytes are new to it."""
    if planned.change in (Change.UNCHANGED, Change.COPY):
        return planned
    try:
        detect(read.fetched.data, shown_filename(read.shown.name))
    except PipelineError as error:
        return replace(planned, change=_left_as(error), error=error)
    return planned


def _left_as(error: PipelineError) -> Change:
    by_rule = isinstance(error, (LeftOutError, RefusedError))
    return Change.REFUSED if by_rule or _is_final(error) else Change.UNSEEN


def _is_final(error: PipelineError) -> bool:
    """Return whether the file is not worth reading again as long as it is as it is."""
    return isinstance(error, (DocumentError, ConflictError)) and not isinstance(error, UnreadableFileError)


def _left(shown: Sighting, error: PipelineError) -> LeftItem:
    return LeftItem(shown.uri, shown.name, shown.size, shown.version if _is_final(error) else None, error)
