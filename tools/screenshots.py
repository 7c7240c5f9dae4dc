"""``make screenshots``: pictures of every page of the console in docs/screenshots, from the example documents."""

import io
import shutil
import tempfile
from pathlib import Path
from uuid import UUID

from PIL import Image
from playwright.sync_api import Browser, Page

from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId, UserId
from pipeline_core.domain.realms import Role
from pipeline_core.domain.review import Reviewer
from pipeline_core.settings import load_settings
from tests.support.browser import launched
from tests.support.serving import served

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "docs" / "screenshots"
EXAMPLES = ROOT / "examples" / "documents"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
_PHONE = ("review-matching", "validate", "dashboard")
"""Pages that are also shown on a phone."""
_BANK = """# Household insurance

## Claims

1. How soon must a theft be reported to the police?

   Within 24 hours.

2. Who inspects the damage after a flood in the basement?

   An adjuster, within five days.

3. What does the deductible reduce?

   The payment.

## Cover

4. Is a bicycle in the garage insured?

   Yes, up to $1,500.
"""
_AGAIN = """# Household insurance, second edition

## Claims

1. How soon must a theft be reported to the police?

   Within 48 hours.

2. Who inspects the damage after the flood in a basement?

   An adjuster, within ten days.

## Cover

3. Is a bicycle in the garage not insured?

   Yes, up to $1,500.
"""


def main() -> None:
    """Write the pictures anew."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="pipeline-screenshots-") as name:
        home = Path(name)
        home.chmod(0o755)
        changes = {"home": home, "database_url": "", "reviewer": "Ann Berger", "limit_console_per_minute": 0}
        settings = load_settings().model_copy(update=changes)
        own = Pipeline(settings)
        realm_id = own.for_user(own.person).realms.create("Northwind").realm_id
        settings = settings.model_copy(update={"realm_id": realm_id})
        app = Pipeline(settings)
        manual = Pipeline(settings.model_copy(update={"workflow": "manual"}))
        pages = _fill(app, manual)
        with served(app) as url, launched() as browser:
            page = _signed_in(browser, url, local_token(settings), realm_id)
            for name, path in pages.items():
                _take(page, name, path)
        for pipeline in (manual, app, own):
            pipeline.close()
    size = sum(file.stat().st_size for file in OUTPUT.iterdir())
    print(f"{len(list(OUTPUT.iterdir()))} pictures, {size / 1_000_000:.1f} MB, in {OUTPUT.relative_to(ROOT)}")


def _fill(app: Pipeline, manual: Pipeline) -> dict[str, str]:
    """Run the examples, one of them to matching review, with question banks and members; the pages to show."""
    files = sorted(EXAMPLES.iterdir())
    paged = next(file for file in files if file.suffix == ".pdf")
    ids = {file.name: _run(manual if file == paged else app, file) for file in files}
    jobs = {name: app.views.jobs(app.realm_id, document_ids=[one])[0].job_id for name, one in ids.items()}
    by = Reviewer(app.realm_id, "Cleo Marsh")
    batches = [
        staged.batch.batch_id
        for name, text in (("household.md", _BANK), ("household-second-edition.md", _AGAIN))
        if (staged := app.staging.stage_bank(text.encode(), name, by=by)).batch
    ]
    realms = app.for_user(app.person).realms
    for number, (name, role) in enumerate((("Bob Osei", Role.REVIEWER), ("Cleo Marsh", Role.CONTRIBUTOR)), 1):
        realms.put(app.realm_id, UserId(UUID(int=number)), role, name=name)
    torn = app.intake.receive([_torn(app.home)], realm_id=app.realm_id)
    batch = app.claim(list(torn.documents))
    with app.claim.released(batch):
        app.run_through(batch)
    services = app.for_user(app.person)
    found = services.search.answer(app.realm_id, "How soon must a theft be reported to the police?", limit=1)
    fact = next(iter(found.hits[0].facts)) if found.hits and found.hits[0].facts else found.hits[0]
    return {
        "sign-in": "/sign-in",
        "dashboard": "/dashboard",
        "documents": "/documents",
        "job": f"/jobs/{jobs['underwriting-guide.md']}",
        "output": f"/documents/{ids['underwriting-guide.md']}/outputs/markdown-optimizer/underwriting-guide.opt.md",
        "review-matching": f"/review-matching/{jobs[paged.name]}",
        "review-edit": f"/review-matching/{jobs[paged.name]}?edit=true",
        "review-missed": f"/review-matching/{jobs[paged.name]}/missed",
        "review-approve": f"/review-matching/{jobs[paged.name]}/approve",
        "document-page": f"/documents/{ids[paged.name]}/pages/1",
        "validate": f"/validate/{jobs['policyholder-bulletin.md']}",
        "validate-override": f"/validate/{jobs['policyholder-bulletin.md']}/override",
        "batches": "/batches",
        "bank": f"/batches/{batches[0]}",
        "duplicates": f"/duplicates/{batches[1]}",
        "search": "/search?q=How+soon+must+a+theft+be+reported+to+the+police%3F",
        "fact": f"/facts/{fact.id}",
        "realm": "/realm",
        "not-found": "/jobs/x",
    }


def _run(app: Pipeline, file: Path) -> DocumentId:
    received = app.intake.receive([file], realm_id=app.realm_id)
    batch = app.claim(list(received.documents))
    with app.claim.released(batch):
        app.run_through(batch)
    [document_id] = received.documents
    return document_id


def _torn(folder: Path) -> Path:
    file = folder / "torn-scan.pdf"
    file.write_bytes(b"%PDF-1.4\nnothing that is a page\n%%EOF")
    return file


def _signed_in(browser: Browser, url: str, token: str, realm_id: UUID) -> Page:
    context = browser.new_context(base_url=url, viewport=DESK, reduced_motion="reduce")
    context.request.post("/sign-in", form={"token": token})
    context.add_cookies([{"name": "pipeline-realm", "value": str(realm_id), "url": url}])
    return context.new_page()


def _take(page: Page, name: str, path: str) -> None:
    """Take a page in light and dark, and the chosen ones on a phone."""
    page.set_viewport_size(DESK)
    page.goto(path)
    page.wait_for_timeout(500)  # fonts and pictures
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        _write(page, f"{name}-{scheme}")
    if name in _PHONE:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        page.wait_for_timeout(200)
        _write(page, f"{name}-phone")


def _write(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(OUTPUT / f"{name}.webp", quality=82, method=6)


if __name__ == "__main__":
    main()
