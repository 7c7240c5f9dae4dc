"""docs/http_api.md is true: its commands are run by curl against a served API, and its tables are those of the code."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from pipeline_core.api import problems
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain import errors
from pipeline_core.domain.ids import DocumentId
from pipeline_core.settings import Settings
from tests.api.documented import examples, run
from tests.support.handling import Asked, handled_by
from tests.support.paths import ROOT
from tests.support.raw_http import served_at
from tests.support.servers import wait_until
from tests.support.through import through

DOCUMENT = (ROOT / "docs" / "http_api.md").read_text("utf-8")
_API, _HOOK = "http://127.0.0.1:8420", "https://example.org/hooks/pipeline"
_WITHIN_S = 60.0
Message = tuple[dict[str, str], bytes]


@contextmanager
def _receiver() -> Iterator[tuple[str, list[Message]]]:
    """Somebody who takes webhooks: where, and what came."""
    came: list[Message] = []

    def handle(asked: Asked) -> None:
        came.append((dict(asked.headers), asked.sent()))
        asked.answer(204)

    with handled_by("POST", handle) as url:
        yield f"{url}/hook", came


@contextmanager
def _worker(pipeline: Pipeline) -> Iterator[None]:
    """Takes up what the API queues, as a run of the queue does."""
    stopping, wrong = threading.Event(), list[Exception]()

    def work() -> None:
        while not stopping.wait(0.05):
            try:
                queued = pipeline.views.jobs(pipeline.realm_id, states=["queued"])
                if queued:
                    through(pipeline, [DocumentId(row["document_id"]) for row in queued])
                list(pipeline.bank_queue.drain())
                pipeline.deliver_webhooks()
            except Exception as error:
                wrong.append(error)
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
    assert not wrong, wrong


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="the examples need curl and bash")
def test_the_examples_are_true(make_pipeline: Callable[..., Pipeline], free_port: Callable[[], int]) -> None:
    pipeline = make_pipeline(changes={"webhooks_allow_private": True})
    found = examples(DOCUMENT)
    assert len(found) > 20
    with served_at(pipeline, free_port()) as (port, _), _worker(pipeline), _receiver() as (hook, came):
        commands = [one.command.replace(_API, f"http://127.0.0.1:{port}").replace(_HOOK, hook) for one in found]
        environment = {
            "UPLOAD_PIPELINE_HOME": str(pipeline.settings.home),
            "UPLOAD_PIPELINE_API_PORT": str(port),
        }
        done = run(commands, environment, within_s=_WITHIN_S)
        secret = re.search(r"whsec_[\w+/=]+", "".join(output for output, _ in done))
        assert wait_until(lambda: bool(came), within_s=10)
    differ = [
        f"docs/http_api.md:{one.line}: $ {one.command}\n--- shown\n{one.shown}\n--- is, with status {status}\n{output}"
        for one, (output, status) in zip(found, done, strict=True)
        if status or not one.is_answered_by(output.replace(hook, _HOOK))
    ]
    assert not differ, "\n\n".join(differ)
    [verifier] = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(verifier, names)
    assert secret
    assert names["verified"](secret[0], *came[0])["type"] == "job.done"
    with pytest.raises(WebhookVerificationError):
        names["verified"](secret[0], came[0][0], came[0][1] + b" ")


def _rows(heading: str) -> list[list[str]]:
    """The cells of every row of the tables below a heading."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in section.splitlines() if "| " in line]


def _with_children(kind: type[errors.PipelineError]) -> Iterator[type[errors.PipelineError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _with_children(child)


def test_the_table_of_errors_is_that_of_the_code() -> None:
    table = {(int(row[0]), code) for row in _rows("Errors") if row[0].isdecimal() for code in row[1].split(", ")}
    of_errors = {(problems.status_of(kind()), kind.code) for kind in _with_children(errors.PipelineError)}
    of_http = {(status, problems.code_of(status)) for status in problems.PHRASES if status != 422}
    assert {(status, f"`{code}`") for status, code in of_errors | of_http | {(422, "invalid_request")}} == table
    assert {status for status, _ in table} == set(problems.STATUS.values()) | set(problems.PHRASES)


def test_the_limits_have_the_settings_own_defaults() -> None:
    documented = {row[0].strip("`"): row[1] for row in _rows("Limits") if row[0].startswith("`")}
    assert documented == {name: str(Settings.model_fields[name.lower()].default) for name in documented}
    limits = {name.upper() for name in Settings.model_fields if name.startswith("limit_")}
    assert limits <= documented.keys()
