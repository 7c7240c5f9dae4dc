"""Sources: places that documents come from and are kept in step with."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Unpack

from pipeline_core.client.processing import Processing
from pipeline_core.client.wired import needs
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.realms import Role
from pipeline_core.domain.rows.sources import OfSource, SourceItemRow, SourceRow, SourceRunRow, VanishedRow
from pipeline_core.domain.source_plans import kind_of
from pipeline_core.domain.sources import Removal, SourceKind
from pipeline_core.services.kept_sources import Changes, Terms
from pipeline_core.services.run_documents import finish_what_others_have
from pipeline_core.services.source_schedules import SourceSaid
from pipeline_core.services.sync_source import Synced


class Sources(Processing):
    """Sources of the realm."""

    def sources(self) -> list[SourceRow]:
        """Return the sources of the realm, by name."""
        return list(self._app.sources.list(self.realm_id))

    def source(self, source: OfSource) -> SourceRow:
        """Return one source, by its name or id.

        Raises:
            NotFoundError: there is no such source.
        """
        return self._app.sources.show(self.realm_id, source)

    @needs(Role.ADMIN)
    def add_source(self, name: str, uri: str, *, kind: SourceKind | None = None, **terms: Unpack[Terms]) -> SourceSaid:
        """Add a source; it is synced when somebody asks, or by its interval.

        Args:
            name: Unique in the realm.
            uri: A folder, ``s3://bucket/prefix?endpoint=URL``, or addresses of websites and sitemaps with blanks
                between.
            kind: Without it, what the URI looks like.
            **terms: ``include``, ``exclude``: patterns of names. ``vanished``: ``withdraw``, ``review`` or ``keep``
                documents whose last file has vanished; ``grace``: how long after that. ``every``: between two syncs.
                ``choices``: ``workflow``, ``profile`` and ``priority`` of its documents. ``paused``.

        Raises:
            RefusedError: the URI is none of this kind, or something else is not valid.
            ConflictError: the realm has a source of this name.
        """
        added = self._app.sources.add(self.realm_id, kind or kind_of(uri), name, uri, **terms)
        return SourceSaid.of(added, self._app.follow_schedule(added))

    @needs(Role.ADMIN)
    def change_source(self, source: OfSource, **terms: Unpack[Changes]) -> SourceSaid:
        """Change a source; what is left out stays as it is.

        Raises:
            NotFoundError: there is no such source.
            RefusedError, ConflictError: as ``add_source``.
        """
        changed = self._app.sources.change(self.realm_id, source, **terms)
        return SourceSaid.of(changed, self._app.follow_schedule(changed))

    @needs(Role.ADMIN)
    def remove_source(self, source: OfSource, removal: Removal = Removal.KEEP) -> SourceSaid:
        """Remove a source. Its documents stay, or have all vanished, and its policy holds.

        Raises:
            NotFoundError: there is no such source.
        """
        row = self._app.sources.remove(self.realm_id, source, removal)
        removed = self.source(row.source_id)
        return SourceSaid(removed, self._app.follow_schedule(removed))

    def source_files(
        self, source: OfSource, *, state: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> list[SourceItemRow]:
        """Return the files of a source by name: ``present``, ``unread``, ``missing`` or ``vanished`` ones, or all.

        Raises:
            NotFoundError: there is no such source.
        """
        return list(self._app.sources.items(self.realm_id, source, state=state, after=after, limit=limit))

    def source_runs(self, source: OfSource, *, limit: int = 20) -> list[SourceRunRow]:
        """Return the syncs of a source, the newest first.

        Raises:
            NotFoundError: there is no such source.
        """
        return list(self._app.sources.runs(self.realm_id, source, limit=limit))

    def plan_sync(self, source: OfSource, *, on_progress: Callable[[Synced], None] = lambda _: None) -> Synced:
        """Tell what a sync would do. Nothing is stored; what has to be read to tell is read.

        Raises:
            NotFoundError: there is no such source.
            PipelineError: it could not be listed.
        """
        return self._app.sync_source.plan(self.source(source), on_progress)

    @needs(Role.CONTRIBUTOR)
    def sync_source(
        self,
        source: OfSource,
        *,
        start: bool = True,
        on_progress: Callable[[Synced], None] = lambda _: None,
        on_work: Callable[[Sequence[DocumentId]], None] = lambda _: None,
    ) -> Synced:
        """List a source, take in what differs, let go what has vanished, and process what that queues.

        Documents that a worker has taken meanwhile are waited for.

        Args:
            start: Without it, documents wait in the queue for their turn.
            on_progress: Hears how far listing and reading have come.
            on_work: Hears which documents are processed.

        Raises:
            NotFoundError: there is no such source.
            ConflictError: it is being synced already.
            PipelineError: it could not be listed: nothing was taken in, and nothing has vanished.
        """
        app = self._app
        synced = app.sync_source(self.source(source), on_progress)
        if start and synced.to_run:
            ran = self.run_now(synced.to_run, on_work=on_work)
            finish_what_others_have(app.queue, app.launcher.process, ran, app.stopping)
        return synced

    @needs(Role.REVIEWER)
    def confirm_vanishing(self, source: OfSource, *, reason: str = "") -> SourceRunRow:
        """Say that what is missing from a source has vanished, and carry that out by its policy.

        Raises:
            NotFoundError: there is no such source.
            AlreadyDecidedError: nothing waits for this decision.
        """
        run = self._app.sources.confirm_vanishing(source, by=replace(self.reviewer, reason=reason))
        self._app.vanishing.carry_out_confirmed(self.source(source))
        return run

    @needs(Role.REVIEWER)
    def refuse_vanishing(self, source: OfSource, *, reason: str = "") -> SourceRunRow:
        """Say that what is missing from a source has not vanished.

        Raises:
            NotFoundError, AlreadyDecidedError: as ``confirm_vanishing``.
        """
        return self._app.sources.refuse_vanishing(source, by=replace(self.reviewer, reason=reason))

    def vanished(self, source: OfSource | None = None, *, document: DocumentId | None = None) -> list[VanishedRow]:
        """Return the documents that have no place any more, or one of them, with what was decided about them.

        Raises:
            NotFoundError: there is no such source.
        """
        return list(self._app.sources.vanished(self.realm_id, source, document_id=document))
