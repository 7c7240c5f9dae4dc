"""Words on pages: what whoever reviews can do, who did what by name, times that are said, and figures that agree."""

import re
from collections.abc import Callable, Sequence
from uuid import UUID

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import is_for_operators
from pipeline_core.domain.realms import Role
from pipeline_core.domain.review import OfBatch, OfDocument, Reviewer, StagedFact
from pipeline_core.domain.rows.batches import Batch
from pipeline_core.services.intake import Upload
from tests.api.bodies import BANK
from tests.console.conftest import NO_LIMITS
from tests.samples.pdfs import pdf, photo, prose, text
from tests.support.reviewing import FIRST, facts, park
from tests.support.through import needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB
from tests.support.visiting import Visitor, text_of, visit

THEFTS = (
    b"# Thefts\n\n**Q:** How soon must a theft be reported to the police?\n**A:** Within 48 hours.\n\n"
    b"**Q:** What is a deductible?\n**A:** The part of a loss that the member does not pay.\n"
)


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "ocr": False})


@pytest.fixture
def ann(pipeline: Pipeline) -> Visitor:
    return visit(pipeline)


def run(pipeline: Pipeline, *files: Upload) -> None:
    through(pipeline, needs_work(pipeline, receive(pipeline, *files)))


def test_a_failure_says_what_its_reader_can_do_and_names_no_setting(pipeline: Pipeline, ann: Visitor) -> None:
    run(pipeline, Upload("scan.pdf", pdf(photo), None))
    [job] = pipeline.views.jobs(ANN)
    for path in ("/dashboard", f"/jobs/{job.job_id}"):
        said = text_of(ann.get(path))
        assert "The document has no text: it is images only." in said
        assert "ask whoever runs this installation to have scans read" in said
        assert not is_for_operators(said)
    assert "pip install" in str(job.last_error), "operators read how to, as before"


def test_a_finding_says_what_its_reader_can_do_and_names_no_setting(pipeline: Pipeline, ann: Visitor) -> None:
    run(pipeline, Upload("half.pdf", pdf(text("Cover", *prose(3)), photo, photo, photo), None))
    said = text_of(ann.get("/review"))
    assert "From 3 of 4 pages no text could be read" in said
    assert "ask whoever runs this installation to have scans read; override if" in said
    assert not is_for_operators(said)


def test_a_file_that_is_too_large_is_refused_in_words_for_its_reader(make_pipeline: Callable[..., Pipeline]) -> None:
    ann = visit(make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "max_file_bytes": 100}))
    said = text_of(ann.post("/documents/upload", files={"file": ("long.md", b"# Rules\n" * 50)}))
    assert "or ask whoever runs this installation to raise the limit" in said
    assert not is_for_operators(said)


def test_a_limit_says_how_long_to_wait(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "limit_active_jobs": 1})
    ann = visit(pipeline)
    ann.post("/documents/upload", files={"file": ("first.md", b"# Rules\n\nOne.\n")})
    said = text_of(ann.post("/documents/upload", files={"file": ("second.md", b"# Rules\n\nTwo.\n")}))
    assert "You have 1 job under way; the limit is 1. Try again in 30 seconds." in said


def test_only_what_was_typed_is_said_to_be_still_there(pipeline: Pipeline, ann: Visitor) -> None:
    by_script = {"HX-Request": "true"}
    said = text_of(ann.post("/batches", files={"file": ("bank.md", b"")}, headers=by_script))
    assert "Load the page anew" in said
    assert "What you typed" not in said
    park(pipeline)
    [job] = pipeline.views.jobs(pipeline.realm_id)
    typed = {"version": "0", "reason": "It is of no use."}
    said = text_of(ann.post(f"/validate/{job.job_id}/reject", typed, headers=by_script))
    assert "What you typed is still there." in said


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def team(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    """A realm of Ann's, in which Bob, who has told nobody his name, reviews."""
    changes = {**NO_LIMITS, "user_id": ANN, "workflow": "manual"}
    own = make_pipeline(changes=changes)
    realms = own.for_user(own.person).realms
    realm_id = realms.create("Claims").realm_id
    realms.put(realm_id, BOB, Role.REVIEWER)
    return make_pipeline(changes={**changes, "realm_id": realm_id})


def decide(page: Visitor, job_id: UUID, fact: StagedFact, status: str = "approved") -> str:
    fields = {"fact_id": str(fact.question_id), "status": status, "seen": fact.status, "version": str(fact.version)}
    return text_of(page.post(f"/review-matching/{job_id}/decide", fields))


def test_everybody_is_you_to_themselves_and_has_a_name_to_others(team: Pipeline) -> None:
    where = OfDocument(park(team))
    [job] = team.views.jobs(team.realm_id)
    one, other = facts(team, where.document_id)[:2]
    first, second = one.question_id, other.question_id
    ann, bob = visit(team), visit(team, BOB, "")
    path = f"/review-matching/{job.job_id}"
    decide(ann, job.job_id, one)
    decide(bob, job.job_id, other)
    assert "Approved by you " in text_of(ann.get(path, fact=first))
    assert "Approved by Ann Berger " in text_of(bob.get(path, fact=first))
    assert "Approved by you " in text_of(bob.get(path, fact=second))
    stranger = f"a reviewer (…{str(BOB)[-6:]})"
    assert f"Approved by {stranger} " in text_of(ann.get(path, fact=second))
    assert f"{stranger[:1].upper()}{stranger[1:]} approved it" in text_of(ann.get(f"/facts/{second}"))
    assert "You approved it" in text_of(bob.get(f"/facts/{second}"))
    assert f"by {stranger}" in text_of(ann.get(f"/jobs/{job.job_id}"))
    for page in (path, f"/facts/{second}", f"/jobs/{job.job_id}", "/batches"):
        assert str(BOB) not in text_of(ann.get(page))


def test_who_was_faster_is_named(team: Pipeline) -> None:
    where = OfDocument(park(team))
    [job] = team.views.jobs(team.realm_id)
    fact = facts(team, where.document_id)[0]
    ann, bob = visit(team), visit(team, BOB, "")
    decide(bob, job.job_id, fact)
    assert f"A reviewer (…{str(BOB)[-6:]}) was faster, and approved it on" in decide(ann, job.job_id, fact, "rejected")
    assert "You approved it already, on" in decide(bob, job.job_id, fact, "rejected")


def test_a_refusal_names_the_realm_and_its_page_has_the_menu(
    make_pipeline: Callable[..., Pipeline], team: Pipeline
) -> None:
    park(team)
    [job] = team.views.jobs(team.realm_id)
    team.for_user(team.person).realms.put(team.realm_id, BOB, Role.READER)
    answer = visit(team, BOB).post(f"/jobs/{job.job_id}/retry")
    said = text_of(answer)
    assert answer.status_code == 403
    assert "You are a reader in the realm Claims" in said
    assert str(team.realm_id) not in said
    assert 'href="/documents"' in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/jobs/00000000-0000-0000-0000-000000000000", "/documents?state=none"])
def test_a_page_that_says_what_went_wrong_has_the_menu(ann: Visitor, path: str) -> None:
    answer = ann.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code in (404, 422)
    assert 'href="/documents"' in answer.text
    assert "Sign out" in answer.text


# --- figures and forms -----------------------------------------------------------------------------------------------


def test_a_bank_counts_the_same_pairs_on_each_of_its_pages(pipeline: Pipeline, ann: Visitor) -> None:
    for name, data in (("thefts.md", THEFTS), ("household.md", BANK)):
        pipeline.staging.stage_bank(data, name, by=Reviewer(pipeline.realm_id))
        list(pipeline.bank_queue.drain())
    views = pipeline.for_user(pipeline.person).views
    [batch] = views.batches_page([pipeline.realm_id], statuses=None, name="household", before=None, limit=1)
    path, questions = f"/batches/{batch.batch_id}", pipeline.review.facts(OfBatch(batch.batch_id), pipeline.realm_id)
    assert "2 pairs of near-duplicates to decide" in text_of(ann.get(path))
    [theft] = [one for one in questions if "theft" in (one.question or "")]
    ann.post(f"{path}/selected", {"decision": "reject", "question_ids": str(theft.question_id)})
    for page in (path, "/batches", f"/duplicates/{batch.batch_id}"):
        assert "1 pair of near-duplicates to decide" in text_of(ann.get(page))
    pending = views.batch(batch.batch_id).pending
    said = f"1 pair of near-duplicates waits, and {pending} questions wait for approval."
    assert said in text_of(ann.get("/dashboard"))
    assert "like 1 other" in text_of(ann.get(path))


def test_a_decided_pair_offers_another_decision_and_no_likeness_is_whole(pipeline: Pipeline, ann: Visitor) -> None:
    for name, data in (("thefts.md", THEFTS), ("household.md", BANK)):
        pipeline.staging.stage_bank(data, name, by=Reviewer(pipeline.realm_id))
        list(pipeline.bank_queue.drain())
    views = pipeline.for_user(pipeline.person).views
    [batch] = views.batches_page([pipeline.realm_id], statuses=None, name="household", before=None, limit=1)
    page = f"/duplicates/{batch.batch_id}"
    before = ann.get(page).text
    assert "Decide otherwise" not in before
    assert "100% alike" not in before, "48 hours are not 24"
    [pair_id, *_] = re.findall(r'name="pair_id" value="([^"]+)"', before)
    [version, *_] = re.findall(r'name="version" value="([^"]+)"', before)
    asked = {"pair_id": pair_id, "seen": "pending", "version": version, "resolution": "keep_both"}
    ann.post(f"{page}/resolve", asked)
    after = ann.get(f"{page}?kept={pair_id}&pair={pair_id}").text
    assert "Decide otherwise" in after
    folded = after.partition('<details class="otherwise">')[2].partition("</details>")[0]
    assert folded.count('class="choice"') == after.count('class="choice"') == 4


COUNTS = re.compile(r"(\d+) (approved|rejected|to decide|certain|left out)")


def counts(page: str) -> dict[str, int]:
    """The parts of the first sum on a page."""
    sum_of = re.search(r"\d+(?: facts?)? = (?:\d+ [a-z ]+\+ )*\d+ left out", page)
    assert sum_of, page
    return {name: int(number) for number, name in COUNTS.findall(sum_of[0])}


def test_a_document_counts_the_same_facts_on_each_of_its_pages(pipeline: Pipeline, ann: Visitor) -> None:
    publish(pipeline, upload("first.md", FIRST))
    rules = (
        FIRST.replace("every loss", "each loss")
        + FIRST
        + "".join(
            f"\nThe office in room {n} must be locked by its staff at {n + 17} hours every day.\n" for n in range(4)
        )
    )
    document_id = park(pipeline, "second.md", rules)
    [row] = [one for one in pipeline.views.jobs(pipeline.realm_id) if one.document_id == document_id]
    url = f"/review-matching/{row.job_id}"

    def compare() -> dict[str, int]:
        [batch] = [one for one in batches() if one.document_id == document_id]
        reviewed, listed = text_of(ann.get(f"{url}?show=new")), text_of(ann.get("/batches?name=second"))
        ledger = counts(reviewed)
        assert counts(listed) == ledger
        assert (batch.to_decide, batch.certain) == (ledger["to decide"], ledger.get("certain", 0))
        assert f"Left out {ledger['left out']} Status" in text_of(ann.get(f"/jobs/{row.job_id}"))
        assert f"To decide {ledger['to decide']}" in reviewed
        return ledger

    def batches() -> Sequence[Batch]:
        views = pipeline.for_user(pipeline.person).views
        return views.batches_page([pipeline.realm_id], statuses=None, before=None, limit=10)

    before = compare()
    assert before["to decide"] == 1
    assert before["left out"] > 0
    assert before["certain"] > 1
    certain = next(one for one in facts(pipeline, document_id) if "locked" in one.quote)
    decide(ann, row.job_id, certain, "rejected")
    after = compare()
    assert (after["rejected"], after["certain"]) == (1, before["certain"] - 1)
    # a fact that is approved, and looks like another still, is to be decided on each page
    alike = next(one for one in facts(pipeline, document_id) if "loss" in one.quote)
    assert "1 Keep the published one The new one is left out" in decide(ann, row.job_id, alike)
    assert compare()["to decide"] == 1


def test_a_missed_fact_without_marked_words_is_asked_for_them(team: Pipeline) -> None:
    document_id, ann = park(team), visit(team)
    [job] = team.views.jobs(team.realm_id)
    chunk = facts(team, document_id)[0].chunk_id
    path = f"/review-matching/{job.job_id}/missed"
    answer = ann.post(path, {"chunk": str(chunk), "reason": "I know it."})
    assert answer.status_code == 422
    assert "No words are marked: mark those in the text that prove the fact" in text_of(answer)
    assert 'value="I know it."' in answer.text, "what was typed stays"
    answer = ann.post(path, {"chunk": str(chunk), "word": "99999"})
    assert (answer.status_code, "Mark words of this text." in text_of(answer)) == (422, True)


def test_a_missed_fact_that_looks_like_another_says_that_this_is_to_be_decided(team: Pipeline) -> None:
    document_id, ann = park(team, "first.md", FIRST), visit(team)
    [job] = team.views.jobs(team.realm_id)
    fact = facts(team, document_id)[0]
    fields = {"chunk": str(fact.chunk_id), "word": ["1", "4"], "statement": fact.statement.replace("every", "each")}
    said = text_of(ann.post(f"/review-matching/{job.job_id}/missed", fields))
    assert "The fact is added and approved. Its near-duplicate is still to be decided." in said
    assert "1 Keep the earlier one The new one is left out" in said


def test_an_approval_of_what_was_approved_before_says_so(team: Pipeline) -> None:
    document_id, ann = park(team), visit(team)
    [job] = team.views.jobs(team.realm_id)
    number = len(facts(team, document_id))
    for fact in facts(team, document_id):
        decide(ann, job.job_id, fact)
    version = ann.get(f"/review-matching/{job.job_id}/approve").text.partition('name="version" value="')[2]
    park(team, "other.md", FIRST)
    said = text_of(ann.post(f"/review-matching/{job.job_id}/approve", {"version": version.partition('"')[0]}))
    assert f"document approved, with {number} facts that were approved before, carried out at" in said
    assert "1 thing still waits." in said


def test_a_decision_about_all_leaves_alone_what_was_decided_before(
    team: Pipeline,
) -> None:
    document_id, ann, bob = park(team), visit(team), visit(team, BOB, "Bob Osei")
    [job] = team.views.jobs(team.realm_id)
    path, rejected = f"/review-matching/{job.job_id}/bulk", facts(team, document_id)[0]
    decide(bob, job.job_id, rejected, "rejected")
    number = len(facts(team, document_id)) - 1
    meant = {"all_matching": "true", "status": "approved"}
    preview = ann.post(path, meant)
    assert f"Approve {number} facts?" in text_of(preview)
    assert "1 that was decided before stays as it is." in text_of(preview)
    assert "overturned" not in text_of(preview)
    version = preview.text.partition('name="version" value="')[2].partition('"')[0]
    by_hand = text_of(ann.post(path, {"fact_id": str(rejected.question_id), "status": "approved"}))
    assert "Of these, 1 was decided otherwise by Bob Osei: that is overturned." in by_hand
    said = text_of(ann.post(path, {**meant, "version": version, "expected": str(number)}))
    assert f"{number} facts approved." in said
    assert [one.question_id for one in facts(team, document_id) if one.status == "rejected"] == [rejected.question_id]
    # of all in a list that names what became of its facts, those are meant
    named = text_of(ann.post(f"{path}?show=rejected", meant))
    assert "Approve 1 fact?" in named
    assert "1 was decided otherwise by Bob Osei" in named
