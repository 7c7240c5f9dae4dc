"""Errors as the log tells them: what kind, and where from. Messages may quote a document, a file name, a statement."""

import traceback

from pipeline_core.domain.errors import ConfigurationError, DatabaseUnavailableError, PipelineError

_OF_THE_INSTALLATION = (ConfigurationError, DatabaseUnavailableError)
"""Their messages speak of settings and servers, and never of a document."""


def trace(error: BaseException) -> str:
    """The frames of the error and of what caused it, and what kind each of them is."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{trace(cause) if cause else ''}{frames}{kind(error)}\n"


def kind(error: BaseException) -> str:
    """Its class, with the pipeline's own code, the database's (SQLSTATE) or the system's, if it has one."""
    if isinstance(error, PipelineError):
        return f"{type(error).__name__} ({error.code})"
    code = getattr(error, "sqlstate", None) or getattr(error, "errno", None)
    return f"{type(error).__name__} ({code})" if code else type(error).__name__


def describe_error(error: BaseException) -> str:
    """As ``kind``, with the message where that never quotes a document."""
    return f"{kind(error)}: {error.args[0]}" if isinstance(error, _OF_THE_INSTALLATION) else kind(error)
