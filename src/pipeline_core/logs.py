"""Structured logs: JSON lines in HOME/logs, with the correlation id that also stands in the events."""

import logging
from collections.abc import Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

from pipeline_core import private_files

_MAX_BYTES = 10 * 1024 * 1024
OWN = {"pipeline_core": logging.INFO}
LEVELS = OWN | {"uvicorn": logging.WARNING}


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=private_files.opener)


def file() -> Path | None:
    """Where the logs go, if they go anywhere yet."""
    handlers = logging.getLogger("pipeline_core").handlers
    return next((Path(handler.baseFilename) for handler in handlers if isinstance(handler, RotatingFileHandler)), None)


def configure_if_nobody_has(folder: Path) -> None:
    """As ``configure``, for the pipeline in somebody else's program: only its own logs, unless that has its own way."""
    if not structlog.is_configured():
        configure(folder, OWN)


def configure(folder: Path, levels: Mapping[str, int] = LEVELS) -> Path:
    """Send the pipeline's own logs (and warnings of libraries) to ``folder/pipeline.jsonl``, rotated at 10 MB.

    Answers with the file's path. ``levels`` has the loggers that are sent there, each from its level on.
    """
    private_files.make_folder(folder)
    handler = _PrivateFile(folder / "pipeline.jsonl", maxBytes=_MAX_BYTES, backupCount=3, encoding="utf-8")
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
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
    return Path(handler.baseFilename)
