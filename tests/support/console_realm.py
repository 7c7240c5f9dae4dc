"""One realm in which each page of the console has something to show, made once for many tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID, uuid4

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.erasing import ErasureScope
from pipeline_core.domain.ids import BatchId, DocumentId, UserId
from pipeline_core.domain.labels import Labels
from pipeline_core.domain.question_filter import group_of
from pipeline_core.domain.realms import Role
from pipeline_core.domain.review import OfBatch, OfDocument, Reviewer
from pipeline_core.domain.sources import SourceKind, Vanished
from pipeline_core.services.intake import Upload
from pipeline_core.services.kept_sources import Terms
from pipeline_core.services.plan_erasures import Meant
from tests.samples.pdfs import pdf, text
from tests.support.folders import write
from tests.support.hostile_texts import PAYLOADS, Salt
from tests.support.reviewing import FIRST, SECOND
from tests.support.through import needs_work, through
from tests.support.two_users import BOB

BROKEN = b"%PDF-1.4\nnothing that is a page\n%%EOF"

_AMOUNTS = (
    "The annual deductible is ${} for each insured member.",
    "The towing service takes ${} for each call at night.",
    "A lost key costs the tenant ${} until the lock is exchanged.",
)


@dataclass(frozen=True)
class Realm:
    """What is in the realm, by what addresses of pages name."""

    document_id: str
    """A published PDF."""
    fact_id: str
    published_job: str
    matching_job: str
    """Waits in matching review; its fact looks like a published one."""
    matching_fact: str
    decided_job: str
    """Waits in matching review; most of its facts are decided."""
    validation_jobs: Sequence[str]
    dead_job: str
    batch_id: str
    alike_batch_id: str
    """A question bank of which questions look like those of the other."""
    question_id: str
    group: str
    """How the questions that are alike differ."""
    queued_job: str
    output: str
    """The address of what a stage made of the published PDF."""
    markdown: str
    erasures: Sequence[str]
    """A plan of one, and one that is done."""
    sources: Sequence[str]
    """One with files that are new and that could not be taken, and one of which all is missing."""
    vanished_job: str
    """Published; its file has vanished from a source."""


def fill(pipeline: Pipeline, manual: Pipeline, *, hostile: bool = False) -> Realm:
    """Make the realm; of two pipelines on its database, each document of ``manual`` waits for a person."""
    salt = Salt(hostile=hostile)
    published = _published(pipeline, salt, hostile=hostile)
    queued = _wait_in_line(pipeline, salt, hostile=hostile)
    alike = _take(pipeline, Upload(salt.name("second.md"), SECOND.encode(), None))
    costs = [_contradictory(pipeline, salt, n) for n in range(3)]
    dead = _take(pipeline, Upload(salt.name("torn.pdf"), BROKEN, None))
    decided = _take(manual, Upload(salt.name("guide.md"), _guide(salt, hostile=hostile).encode(), None))
    _decide(pipeline, decided, salt)
    bank, again = _banks(pipeline, salt)
    _members(pipeline, salt)
    facts = pipeline.review.facts(OfDocument(published), pipeline.realm_id)
    waiting = [pipeline.views.jobs(pipeline.realm_id, document_ids=[one])[0].phase for one in (alike, decided, *costs)]
    assert waiting == [2, 2, 4, 4, 4], waiting
    return Realm(
        str(published),
        str(facts[0].question_id),
        _job(pipeline, published),
        _job(pipeline, alike),
        str(pipeline.review.facts(OfDocument(alike), pipeline.realm_id)[0].question_id),
        _job(pipeline, decided),
        [_job(pipeline, one) for one in costs],
        _job(pipeline, dead),
        str(bank),
        str(again),
        str(pipeline.review.facts(OfBatch(bank), pipeline.realm_id)[0].question_id),
        str(group_of(pipeline.review.pairs(OfBatch(again), pipeline.realm_id)[-1])),
        _job(pipeline, queued),
        *_outputs(pipeline, published),
        _erasures(pipeline),
        *_sources(pipeline, salt),
    )


def _erasures(app: Pipeline) -> list[str]:
    gone = _take(app, Upload("gone.md", b"# Gone\n\nThe ladder must be painted every 4 years by two people.\n"))
    plan = app.erasures.plan(Meant(ErasureScope.DOCUMENTS, app.realm_id, document_ids=[gone]))
    app.carry_out_erasures(app.erasures.begin(plan.erasure_id, "Somebody asked for it.").erasure_id)
    [kept, *_] = app.views.jobs(app.realm_id)
    planned = [
        app.erasures.plan(Meant(ErasureScope.REALM, app.realm_id)),
        app.erasures.plan(Meant(ErasureScope.DOCUMENTS, app.realm_id, document_ids=[kept["document_id"]])),
    ]
    return [str(one.erasure_id) for one in (*planned, plan)]


def _sources(app: Pipeline, salt: Salt) -> tuple[list[str], str]:
    folder, archive = app.settings.home / "workshop", app.settings.home / "archive"
    bolt, ramp = (
        "# Bolts\n\nThe bolt is tightened with 9 Nm.\n",
        "# Ramp\n\nLorries of 12 tonnes may stand on the ramp.\n",
    )
    write(folder, {"bolt.md": bolt, "ramp.md": ramp, salt.name("empty.md"): ""})
    write(archive, {salt.name("gate.md"): "# Gate\n\nSnow is cleared from the yard gate before 7 in the morning.\n"})
    said = Terms(every=timedelta(hours=1), vanished=Vanished.REVIEW)
    rows = [
        app.sources.add(app.realm_id, SourceKind.FOLDER, salt(name, longest=60), str(place), **said)
        for name, place in (("Workshop", folder), ("Archive", archive))
    ]
    for row in rows:
        through(app, app.sync_source(row).to_run)
    for path in (folder / "ramp.md", *archive.iterdir()):
        path.unlink()
    for row in rows:
        app.sync_source(row)
    write(folder, {"new.md": "# New\n\nThe lamp of the hall is cleaned every 3 weeks.\n"})
    [lost] = app.sources.vanished(app.realm_id, rows[0].source_id)
    return [str(row.source_id) for row in rows], _job(app, lost.document_id)


def _take(app: Pipeline, *files: Upload) -> DocumentId:
    received = app.intake.receive(files, realm_id=app.realm_id)
    assert not received.refused, received.refused
    through(app, needs_work(app, received))
    return next(iter(received.documents))


def _job(app: Pipeline, document_id: DocumentId) -> str:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return str(row.job_id)


def _published(app: Pipeline, salt: Salt, *, hostile: bool) -> DocumentId:
    lines = (
        "The boiler must be serviced once every 12 months by an engineer.",
        "The pressure relief valve opens at 3 bar and protects the vessel.",
        *(f"Gauge {n} {told[:70]} must be read every {n + 2} days." for n, told in enumerate(_some(hostile=hostile))),
    )
    manual = pdf(
        text(salt("Boiler manual", longest=80), *lines), text("Operation", "Staff must switch it off before cleaning.")
    )
    _take(app, Upload(salt.name("first.md"), FIRST.encode(), None))
    published = _take(app, Upload(salt.name("manual.pdf"), manual, None))
    for words in ("replace(statement, '12 months', '24 months')", "replace(statement, '24 months', '12 months')"):
        # in other words for a while: versions that differ
        with app.open_uow() as uow:
            change = f"UPDATE all_questions SET statement = {words} WHERE document_id = %s"
            uow.session.connection.execute(change.encode(), (published,))
            uow.commit()
    return published


def _some(*, hostile: bool) -> Sequence[str]:
    return list(PAYLOADS.values())[:12] if hostile else ()


def _outputs(app: Pipeline, document_id: DocumentId) -> tuple[str, str]:
    """Addresses of what the last of the early stages made, and of its markdown."""
    files = app.for_user(app.person).views.files(document_id)
    paths = [
        f"/documents/{document_id}/outputs/{one.stage}/{quote(one.name, safe='')}"
        for one in files
        if one.file_type != "original"
    ]
    return paths[-1], next(path for path in paths if path.endswith(".md"))


def _contradictory(app: Pipeline, salt: Salt, number: int) -> DocumentId:
    """A document that says two things about one amount, and waits in validation review."""
    subject = _AMOUNTS[number]
    text = "\n\n".join((f"# {salt('Costs')}", *(f"{subject.format(amount)}" for amount in (500, 750))))
    return _take(app, Upload(salt.name("costs.md"), f"{text}\n".encode(), None))


def _wait_in_line(app: Pipeline, salt: Salt, *, hostile: bool) -> DocumentId:
    """Documents that no worker has taken yet: with hostile texts, one for each name."""
    count = len(PAYLOADS) if hostile else 3
    for n in range(count):
        labels = Labels((salt.line("night", longest=60).replace(",", ""),), salt.line("Rooms", longest=60))
        file = Upload(salt.name(f"room {n}.md"), f"# Room {n}\n\nRoom {n} is locked at night.\n".encode(), None)
        received = app.intake.receive([file], realm_id=app.realm_id, labels=labels)
        assert not received.refused, received.refused
    return next(iter(received.documents))


def _guide(salt: Salt, *, hostile: bool) -> str:
    told = "\n\n".join(
        f"## {salt(f'Valve {n}')}\n\nThe valve {n} {salt('of the cellar')} must be opened every {n + 3} weeks."
        for n in range(len(PAYLOADS) if hostile else 6)
    )
    return f"# {salt('Valves')}\n\n{told}\n"


def _decide(app: Pipeline, document_id: DocumentId, salt: Salt) -> None:
    """Decide facts in turn, each by somebody else and with a reason; the last two stay as they are."""
    where = OfDocument(document_id)
    open_ones = [fact for fact in app.review.facts(where, app.realm_id) if fact.status is QuestionStatus.PENDING]
    assert len(open_ones) > 3, open_ones
    for n, fact in enumerate(open_ones[:-2]):
        by = Reviewer(app.realm_id, salt(f"Cleo {n}", longest=200), salt("It says so elsewhere."))
        if n % 3 == 2:
            words = {"statement": salt("In other words."), "question": salt("What?"), "answer": salt("Something else.")}
            app.review.edit(where, fact.question_id, words, by=by)
        status = QuestionStatus.REJECTED if n % 3 == 0 else QuestionStatus.APPROVED
        app.review.decide_facts(where, [fact.question_id], status, by=by)


def _banks(app: Pipeline, salt: Salt) -> tuple[BatchId, BatchId]:
    asked = "\n".join(
        f"{n}. How long does {salt(f'member {n}')} have to report a theft of kind {n}?\n"
        f"   {n} hours. {salt('At the desk.')}\n"
        for n in range(1, 1 + max(4, len(PAYLOADS) // 2))
    )
    text = f"# {salt('Insurance')}\n\n## {salt('Claims')}\nDifficulty: easy\n\n{asked}"
    by = Reviewer(app.realm_id, salt("Dora", longest=200), salt("Looked at twice."))
    batches = []
    for name, whole in (
        ("bank.md", text),
        ("again.md", text.replace("report a", "report each").replace(" hours.", " days.")),
    ):
        staged = app.staging.stage_bank(whole.encode(), salt.name(name), by=by)
        assert staged.batch, staged
        batches.append(staged.batch.batch_id)
    where = OfBatch(batches[1])
    pairs = app.review.pairs(where, app.realm_id)
    assert sum(pair.resolution == "pending" for pair in pairs) > 1, pairs
    app.review.decide_facts(where, [pairs[0].staged], QuestionStatus.REJECTED, by=by)
    return batches[0], batches[1]


def _members(app: Pipeline, salt: Salt) -> None:
    realms = app.for_user(app.person).realms
    realms.rename(app.realm_id, salt.line("Claims"))
    realms.put(app.realm_id, UserId(BOB), Role.REVIEWER, name=salt.line("Bob Osei"))
    for role in (Role.READER, Role.CONTRIBUTOR):
        realms.put(app.realm_id, UserId(UUID(int=uuid4().int)), role, name=salt.line(role.title()))
