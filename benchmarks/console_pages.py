"""The console in a browser: a document of 1,000 facts in review, and 10,000 documents in the list."""

import io
import statistics
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
from playwright.sync_api import Page
from reportlab.pdfgen.canvas import Canvas

from benchmarks.matching import _template as publish_one
from benchmarks.matching import _Words as Words
from benchmarks.production import Production
from pipeline_core import logs
from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.connection import connect
from pipeline_core.services.intake import Upload
from pipeline_core.settings import Settings, load_settings
from tests.support.browser import launched
from tests.support.serving import served

FACTS, DOCUMENTS = 1_000, 10_000
_SENTENCES = 2_200
"""Somewhat less than half of them make a fact each."""
_LINES = 42
"""Of a page."""
_TURNS = 30
_NO_LIMITS = {"limit_console_per_minute": 0, "limit_polls_per_minute": 0, "limit_active_jobs": 0}
Show = Callable[[str, list[str], list[list[str]], str], None]
_PRESS = """([key, selector]) => new Promise((resolve) => {
  const before = document.querySelector(selector)?.textContent, begun = performance.now();
  const look = () => document.querySelector(selector)?.textContent !== before
    ? requestAnimationFrame(() => resolve(performance.now() - begun)) : requestAnimationFrame(look);
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  look();
})"""


@dataclass(frozen=True)
class _Asked:
    """An address, and the most that its first byte may take, in milliseconds."""

    what: str
    path: str
    most: float = 300


def main(folder: Path, show: Show) -> None:
    folder.chmod(0o755)
    logs.configure(folder / "logs")
    changes = {"home": folder / "home", "database_url": "", **_NO_LIMITS}
    settings = load_settings().model_copy(update=changes)
    app = Pipeline(settings)
    manual = Pipeline(settings.model_copy(update={"workflow": "manual", "publish_from": 0.0, "ask_from": 0.0}))
    try:
        job_id, facts = _filled(app, manual)
        with served(app) as url:
            _measure(url, settings, job_id, facts, show)
    finally:
        manual.close()
        app.close()


def _filled(app: Pipeline, manual: Pipeline) -> tuple[UUID, int]:
    """The job of a PDF whose facts wait for a person, beside so many published documents; and its facts."""
    words = iter(Words(7))
    template = publish_one(app)
    with connect(app.database_url) as connection:
        connection.execute("SET search_path = upload_pipeline, public")
        Production(connection, template, app.ctx.embedder).fill(DOCUMENTS, words, seed=1, facts=(1, 1))
        connection.execute("ANALYZE")
        connection.commit()
    received = manual.intake.receive(
        [Upload("thousand.pdf", _pdf(next(words) for _ in range(_SENTENCES)), None)], realm_id=manual.realm_id
    )
    batch = manual.claim(list(received.documents))
    with manual.claim.released(batch):
        manual.run_through(batch)
    [row] = app.views.jobs(app.realm_id, document_ids=list(received.documents))
    return row.job_id, row.facts


def _pdf(sentences: Iterator[str]) -> bytes:
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=(595, 842), invariant=True)
    lines = [line for sentence in sentences for line in (*textwrap.wrap(sentence, 88), "")]
    for start in range(0, len(lines), _LINES):
        canvas.setFont("Helvetica", 11)
        for row, line in enumerate(lines[start : start + _LINES]):
            canvas.drawString(60, 780 - 16 * row, line)
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def _measure(url: str, settings: Settings, job_id: UUID, facts: int, show: Show) -> None:
    review = f"/review-matching/{job_id}"
    pages = [
        _Asked(f"review of {facts:,} facts", review),
        _Asked(f"list of {DOCUMENTS:,} documents", "/documents"),
        _Asked("its last matches", "/documents?name=zzzz"),
        _Asked("dashboard", "/dashboard"),
    ]
    rows = []
    with httpx.Client(base_url=url) as client:
        client.post("/sign-in", data={"token": local_token(settings)})
        for asked in pages:
            rows.append(_row(asked.what, _first_bytes(client, asked.path), asked.most))
    with launched() as browser:
        context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
        context.request.post("/sign-in", form={"token": local_token(settings)})
        page = context.new_page()
        page.goto(f"{review}?order=page")
        # k walks back over what j has shown; a decides from there on
        for key, does in (("j", "the next fact"), ("k", "the one before"), ("a", "the next fact, this one approved")):
            rows.append(_row(f"from {key} to {does}", _presses(page, key, "#fact .answer"), 100))
    show(
        "The console, milliseconds",
        ["what", "median", "p95", "to reach"],
        rows,
        f"{_TURNS} times each; of pages the first byte, on one connection; of keys until the frame that shows the fact",
    )


def _first_bytes(client: httpx.Client, path: str) -> list[float]:
    found = []
    for turn in range(_TURNS + 2):
        begun = time.perf_counter()
        with client.stream("GET", path) as answer:
            answer.raise_for_status()
            blocks = answer.iter_raw()
            next(blocks)
            took = (time.perf_counter() - begun) * 1000
            for _ in blocks:
                pass
        if turn > 1:
            found.append(took)
    return found


def _presses(page: Page, key: str, selector: str) -> list[float]:
    found = []
    for turn in range(_TURNS + 2):
        took = float(page.evaluate(_PRESS, [key, selector]))
        page.wait_for_timeout(400)
        if turn > 1:
            found.append(took)
    return found


def _row(what: str, found: Sequence[float], most: float) -> list[str]:
    p95 = statistics.quantiles(found, n=20)[-1]
    return [what, f"{statistics.median(found):.0f}", f"{p95:.0f}", f"{most:.0f}"]
