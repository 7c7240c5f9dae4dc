"""Logs carry ids and codes: every call of a logger names only what cannot have a file's name or a text in it."""

import ast
from collections.abc import Iterator

from tests.support.paths import ROOT

_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
_FIELDS = {
    # ids and counts
    "document_id", "correlation_id", "correlation_ids", "batch_id", "call_id", "file_id", "job_id", "realm_id",
    "user_id", "erasure_id", "source_id",
    "kept", "first", "calls", "chunks", "count", "documents", "ran", "released", "reused", "rows", "times",
    # what it is about, in words of ours
    "action", "again_in_s", "chore", "kind", "message", "method", "model", "ms", "outcome", "part", "parts", "route",
    "stage", "status", "what", "where", "worker",
    # what an error is: `describe_error` and `trace` leave its text out
    "error", "trace", "exc_info",
}  # fmt: skip
_QUOTING = {"filename", "title", "text", "statement", "question", "answer", "markdown", "message", "detail"}
"""Attributes and names whose values may quote a document, or say how it is called."""


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    folders = [ROOT / "src" / "pipeline_core", ROOT / "tasks", ROOT / "flows"]
    for path in {path.resolve() for folder in folders for path in folder.rglob("*.py")}:
        source = path.read_text()
        for node in ast.walk(ast.parse(source)) if "log." in source or "logger" in source else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LEVELS:
                logger = ast.unparse(node.func.value)
                if logger in ("log", "logger", "run_logger()") or logger.startswith("structlog."):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _quotes(node: ast.expr) -> bool:
    """Whether the value may quote: an error as it is, or one of the attributes that hold texts."""
    if isinstance(node, ast.Constant) or ast.unparse(node) == "error.what_to_do":
        return False
    if isinstance(node, ast.Call) and ast.unparse(node.func) in (
        "describe_error",
        "trace",
        "kind",
        "len",
        "without_filename",
    ):
        return False
    return any(
        (isinstance(one, ast.Attribute) and one.attr in _QUOTING)
        or (isinstance(one, ast.Name) and one.id in {*_QUOTING, "error", "filename"})
        for one in ast.walk(node)
    )


def test_every_log_call_names_ids_and_codes_only() -> None:
    calls = list(log_calls())
    assert len(calls) > 40
    for place, call in calls:
        assert isinstance(call.args[0], ast.Constant | ast.Name), f"{place}: the event is no constant"
        for keyword in call.keywords:
            assert keyword.arg in _FIELDS, f"{place}: {keyword.arg} is no field of a log line"
            if keyword.arg == "exc_info":
                continue  # rendered without messages
            assert not _quotes(keyword.value), f"{place}: {keyword.arg} may quote a document"
        for argument in call.args[1:]:
            assert not _quotes(argument), f"{place}: {ast.unparse(argument)} may quote a document"
