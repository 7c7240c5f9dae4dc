"""Logging as it was before a test."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from pipeline_core import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in logs.LEVELS]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
