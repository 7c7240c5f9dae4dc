"""The database: where it is, and the connections to it."""

from pipeline_core.adapters.facts.blocks import headings_at_end
from pipeline_core.bootstrap.parts import Parts, once
from pipeline_core.db.connection import connect
from pipeline_core.db.cost_views import CostViews
from pipeline_core.db.database import Database
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.erasures import refuse_restored
from pipeline_core.db.migrate import migrate
from pipeline_core.db.searching import Ranking
from pipeline_core.db.views import Views
from pipeline_core.domain.errors import DatabaseNewerError, PipelineError
from pipeline_core.services.failures import backoff_s

_LEAST_IDLE_S = 1.0
_TRUSTED_S = 1.0


class Databases(Parts):
    """Connections to PostgreSQL, and what reads by them alone."""

    @once
    def database_url(self) -> str:
        """The database, started if it is the embedded one and brought up to date if it is ours to migrate."""
        if self.settings.database_url:
            return self.settings.database_url
        server = self.closing(EmbeddedPostgres(self.home / "postgres", self.settings.logs_kept))
        migrate(server.url, lock_s=self.settings.migration_lock_s)
        return server.url

    def refuse_newer_database(self) -> None:
        """For what starts without the database: one that is away may be there later, one that is too new is not used.

        Raises:
            DatabaseNewerError: a newer version of this software has migrated it.
        """
        settings = self.settings
        try:
            if url := settings.api_database_url:
                connect(url, role=settings.api_database_role).close()
            else:
                connect(self.database_url, role=settings.database_role).close()
        except DatabaseNewerError:
            raise
        except PipelineError:
            return  # told by who uses it, when it does

    @once
    def database(self) -> Database:
        """Connections that see every realm."""
        return self.closing(
            Database(
                self.database_url,
                role=self.settings.database_role,
                statement_timeout_s=self.settings.statement_timeout_s,
                # no transaction waits for anything slow: one silent for a lease belongs to a worker that is cut off
                idle_s=max(_LEAST_IDLE_S, self.settings.lease_s),
                patience=self.patience,
                first=lambda connection: None if self.is_erasing_again else refuse_restored(connection),
            )
        )

    def be_patient(self) -> None:
        """Work is under way: from now on a database that is away is waited for, as long as a task is tried again."""
        self.patience.begin(tuple(backoff_s(n, self.settings.retry_base_s) for n in range(self.settings.max_retries)))

    @once
    def api_database(self) -> Database:
        """Connections of the HTTP API, in a role that row-level security binds."""
        settings = self.settings
        return self.closing(
            Database(
                settings.api_database_url or self.database_url,
                role=settings.api_database_role,
                statement_timeout_s=settings.api_request_timeout_s,
                # a poll is three transactions: asking before each whether the line stands would cost a third of it
                unused_s=_TRUSTED_S,
            )
        )

    @once
    def ranking(self) -> Ranking:
        return Ranking(self.settings.search_ef, self.settings.search_meaning_weight, headings_at_end)

    @once
    def views(self) -> Views:
        return Views(self.database, ranking=self.ranking)

    @once
    def cost_views(self) -> CostViews:
        return CostViews(self.database)
