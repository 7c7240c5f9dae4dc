"""Structured logs: JSON lines in HOME/logs, with the correlation id that also stands in the events.

They carry ids and codes, and neither secrets nor what documents say: messages of errors that nobody foresaw, which may
quote anything, are left out (``domain.traces``).
"""

import logging
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from pipeline_core.domain.masking import masked_all
from pipeline_core.domain.traces import trace
from pipeline_core.machine import private_files
from pipeline_core.machine.rotated_file import KEPT, Kept, RotatedFile

OWN = {"pipeline_core": logging.INFO}
LEVELS = OWN | {"uvicorn": logging.WARNING}


class _Lines(logging.Handler):
    """Each record is a line of a file that several processes write."""

    def __init__(self, path: Path, kept: Kept) -> None:
        super().__init__()
        self.path = path
        self._file = RotatedFile(str(path), kept)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._file.write(f"{self.format(record)}\n".encode("utf-8", "backslashreplace"))
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        self._file.close()
        super().close()


def file() -> Path | None:
    """Return the path of the log file, or None if logging is not set up yet."""
    handlers = logging.getLogger("pipeline_core").handlers
    return next((handler.path for handler in handlers if isinstance(handler, _Lines)), None)


def configure_if_nobody_has(folder: Path, kept: Kept = KEPT) -> None:
    """As ``configure``, for the pipeline in somebody else's program: only its own logs, unless that has its own way."""
    if not structlog.is_configured():
        configure(folder, OWN, kept)


def configure(folder: Path, levels: Mapping[str, int] = LEVELS, kept: Kept = KEPT) -> Path:
    """Send the pipeline's own logs (and warnings of libraries) to ``folder/pipeline.jsonl``; returns its path.

    Any number of processes write it. ``levels`` has the loggers that are sent there, each from its level on; ``kept``
    is how much is kept of all logs of the folder.
    """
    private_files.make_folder(folder)
    handler = _Lines(folder / "pipeline.jsonl", kept)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_trace_of),
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_secrets,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return handler.path


def _trace_of(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    return trace(exc_info[1])


def _without_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    cleaned: Mapping[str, Any] = masked_all(event)
    return cleaned
