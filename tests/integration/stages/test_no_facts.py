"""Documents that are published without a fact: each says so, and why, wherever its findings are read."""

import io
from collections.abc import Callable

from rich.console import Console

from pipeline_core.bootstrap import Pipeline
from pipeline_core.services.intake import Upload
from pipeline_core.terminal.status import print_job
from tests.support.through import needs_work, receive, through

SLOGANS = "# Fresh\n\nSimply better!\n\nYour town. Your bread.\n\nOnly here, only now\n"
CODE = "# Script\n\n```\nx = 1\nprint(x)\n```\n"
FACT = "# Boiler\n\nThe boiler of the hall must be serviced once every 12 months by an engineer.\n"
# What is in a file, and what the finding says of it.
NOTHING_TO_SAY = {
    "slogans.md": (SLOGANS, "1 chunk without any (no"),
    "script.md": (CODE, "1 chunk without any (code only)"),
    "headings.md": ("# One\n\n## Two\n", "1 chunk without any (only a heading)"),
    "empty.md": ("| Name | Price |\n|---|---|\n", "1 chunk without any (a table without rows below its header)"),
    "pictures.html": (
        "<h1>Us</h1><img src='a.png' alt=''><img src='b.png' alt=''>",
        "1 chunk without any (pictures only)",
    ),
    "boiler.md": (FACT, "1 fact left out (low confidence)"),
}


def test_what_is_published_without_facts_says_so_and_why(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(changes={"publish_from": 1.0})
    uploads = [Upload(name, text.encode()) for name, (text, _) in NOTHING_TO_SAY.items()]
    through(app, needs_work(app, receive(app, *uploads)))
    for row in app.views.jobs(app.realm_id):
        job = app.views.job(app.realm_id, row["job_id"])
        assert (job["outcome"], job["facts"]) == ("published", 0), job["filename"]
        [finding] = [found for found in job["findings"] if found["code"] == "no_facts"]
        assert finding["severity"] == "warning"
        assert NOTHING_TO_SAY[job["filename"]][1] in finding["message"]
        shown = io.StringIO()
        print_job(Console(file=shown, width=400), job)
        assert finding["message"] in shown.getvalue()


def test_what_another_document_says_already_is_told_apart(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(changes={"publish_from": 0.0})
    for name in ("first.md", "second.md"):
        through(app, needs_work(app, receive(app, Upload(name, f"{FACT}\n<!-- {name} -->\n".encode()))))
    [job] = [app.views.job(app.realm_id, row["job_id"]) for row in app.views.jobs(app.realm_id) if not row["facts"]]
    [finding] = [found for found in job["findings"] if found["code"] == "no_facts"]
    assert (finding["severity"], finding["numbers"]["elsewhere"]) == ("info", 1)
