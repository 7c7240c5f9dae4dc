"""Prefect's own log lines, without what errors say: it quotes them whole, and they may quote anything.

It needs nothing of Prefect: its loggers are known by their names. Of this process's other programs nothing changes.
"""

import logging
import re
from typing import Any

from pipeline_core.domain.masking import masked
from pipeline_core.domain.run_names import without_run_names
from pipeline_core.domain.traces import describe_error, trace

_QUOTED = re.compile(
    r"(encountered an exception:?\s*[\w.]*|Finished in state \w+\((?!.*encountered an exception)[^:]*).*", re.DOTALL
)
"""What follows the kind of an error, or the counts of a run's outcome, are words of errors."""


class _Words(str):
    """Stands in for an error, also where its representation is asked for."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class _Cleaning:
    """Makes log records; those of Prefect clean."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._make(*args, **kwargs)
        # `makeLogRecord` makes one without a name, and fills it in afterwards
        if isinstance(record.name, str) and record.name.partition(".")[0] == "prefect":
            clean(record)
        return record


def install() -> None:
    """From now on Prefect's records are clean in this process, wherever they are sent."""
    make = logging.getLogRecordFactory()
    if not isinstance(make, _Cleaning):
        logging.setLogRecordFactory(_Cleaning(make))


def clean(record: logging.LogRecord) -> None:
    """Leave of each error that the record tells of what kind it is and where from; and no secret."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _Words(describe_error(one)) if isinstance(one, BaseException) else one for one in record.args
        )
    try:
        text = record.getMessage()
    except (TypeError, ValueError):  # a caller's mistake: it is the handler's to say so
        return
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None:
        for quoted in (repr(error), str(error)):
            text = text.replace(quoted, describe_error(error)) if quoted else text
        # formatters take the text that is there
        record.exc_text = trace(error)
    record.msg, record.args = masked(without_run_names(_QUOTED.sub(r"\1", text))), ()
