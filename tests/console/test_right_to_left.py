"""Text that is written from right to left is laid out so on every page that shows it."""

from pathlib import Path

from playwright.sync_api import expect

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.review import OfBatch, OfDocument, Reviewer
from tests.console.conftest import Console
from tests.support.reviewing import facts, park

FOUND = Path(__file__).with_name("right_to_left.js").read_text()
TEXT = (
    "# מדריך הדוד\n\nThe safety valve of the boiler opens at 3 bar and closes again at 2 bar.\n\n"
    "כל שסתום נבדק אחת לשנה. The outer valve of the boiler opens at 5 bar and closes again at 4 bar.\n"
)
BANK = (
    "# ביטוח\n\n## תביעות\n\n1. תוך כמה זמן מדווחים על גנבה?\n   תוך 48 שעות, ולא יותר.\n"
    "2. מהי השתתפות עצמית?\n   החלק שהחבר משלם.\n"
)
LONG = "השסתום נפתח בלחץ של 3 בר, ונסגר שוב בלחץ של 2 בר, אם אין חום רב מדי בתוך הדוד עצמו."


def test_what_is_written_from_right_to_left_is_laid_out_so(console: Console) -> None:
    app = console.pipeline
    document_id = park(app, "מדריך.md", TEXT)
    by = Reviewer(app.realm_id, "דנה", "כתוב אחרת במקור.")
    first, *others = facts(app, document_id)
    words = {"statement": LONG, "question": "באיזה לחץ נפתח השסתום?", "answer": LONG}
    app.review.edit(OfDocument(document_id), first.question_id, words, by=by)
    app.review.decide_facts(
        OfDocument(document_id), [one.question_id for one in others], QuestionStatus.REJECTED, by=by
    )
    bank = app.staging.stage_bank(BANK.encode(), "שאלות.md", by=by).batch
    assert bank is not None
    question = app.review.facts(OfBatch(bank.batch_id), app.realm_id)[0].question_id
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    at = f"/review-matching/{row['job_id']}"
    page = console.sign_in().page
    wrong: dict[str, list[str]] = {}
    for address in (
        f"{at}?show=new",
        f"{at}?fact={first.question_id}&edit=true",
        f"{at}/missed",
        f"{at}/approve",
        f"/jobs/{row['job_id']}",
        f"/facts/{first.question_id}",
        "/documents?name=מדריך",
        "/search?q=השסתום",
        "/batches",
        f"/batches/{bank.batch_id}?open={question}",
        f"/batches/{bank.batch_id}?open={question}&edit=true&search=תוך",
    ):
        page.goto(address)
        wrong |= {address: found} if (found := page.evaluate(FOUND)) else {}
    assert not wrong, wrong
    page.goto(f"{at}?show=new")
    # an ellipsis is at the end of the words, which is on the left
    expect(page.locator(".row .a", has_text="השסתום").first).to_have_css("direction", "rtl")
    expect(page.locator("#fact .answer")).to_have_css("direction", "rtl")
