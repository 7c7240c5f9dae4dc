"""Commands that start no flow, typed in this process: names, states, limits, JSON, exit codes, exports."""

import csv
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import structlog

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli import main
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.review.decisions import Decision, Request
from tests.support.banks import ALIKE, BANK
from tests.support.deep_scans import LONG, USUAL, scan, select
from tests.support.published import rows
from tests.support.reviewing import CONTRADICTORY
from tests.support.statements import execute
from tests.support.through import MANUAL, publish, receive, through, upload


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out.count("\n") == 1, "one line, and nothing else"
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        assert self.err.count("\n") == 1, self.err
        return json.loads(self.err)


Typing = Callable[..., Said]


@pytest.fixture
def app(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes=USUAL)


@pytest.fixture
def typed(app: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    """Type a command; it is wired anew each time, to this test's database."""
    monkeypatch.setattr(bootstrap, "pipeline", lambda: Pipeline(app.settings))
    logger = logging.getLogger("pipeline_core")
    before = (logger.handlers, logger.propagate, logger.level)

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["pipeline", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    yield run
    logger.handlers, logger.propagate, logger.level = before
    structlog.reset_defaults()


def place(app: Pipeline, folder: Path, text: str, name: str = "m.md") -> DocumentId:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return publish(app, folder / name)[0]


def stamped(database_url: str) -> bool:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT bool_or(stage6_downloaded_at IS NOT NULL) FROM upload_pipeline.upload_jobs"
        ).fetchone()
    assert row is not None
    return bool(row[0])


# --- names and states --------------------------------------------------------------------------------------


def test_a_name_means_what_stands_at_its_place_now(typed: Typing, app: Pipeline, tmp_path: Path) -> None:
    old = place(app, tmp_path / "a", MANUAL)
    new = place(app, tmp_path / "a", MANUAL.replace("12 months", "6 months"))
    assert typed("status", "m.md", "--json").json["document_id"] == str(new)
    rows = {row["document_id"]: row for row in typed("status", "--json").json["jobs"]}
    assert (rows[str(old)]["is_replaced"], rows[str(new)]["is_replaced"]) == (True, False)
    shown = typed("status").out
    assert shown.count("published ") == 1
    assert shown.count("replaced") == 1
    # the former content is still found by its id
    assert typed("status", str(old)[:8], "--json").json["document_id"] == str(old)
    assert typed("export", str(old), "--json").error["code"] == "not_published"


def test_files_of_one_name_are_told_apart_by_their_path(typed: Typing, app: Pipeline, tmp_path: Path) -> None:
    first = place(app, tmp_path / "a", MANUAL)
    place(app, tmp_path / "b c", MANUAL.replace("12 months", "6 months"))
    refused = typed("status", "m.md")
    assert refused.code == 2
    assert str(tmp_path / "a" / "m.md") in refused.err
    assert str(tmp_path / "b c" / "m.md") in refused.err
    assert typed("status", str(tmp_path / "a" / "m.md"), "--json").json["document_id"] == str(first)


def test_what_waits_for_its_reviewer_has_not_replaced_anything(typed: Typing, app: Pipeline, tmp_path: Path) -> None:
    place(app, tmp_path / "a", MANUAL)
    place(app, tmp_path / "a", CONTRADICTORY)
    states = [(row["state"], row["is_replaced"]) for row in typed("status", "--json").json["jobs"]]
    assert sorted(states) == [("awaiting_review", False), ("done", False)]
    # the name means the file as it is now
    assert typed("review", "m.md", "--json").json["state"] == "awaiting_review"


def test_a_rejected_scan_and_the_publication_that_stands(typed: Typing, app: Pipeline) -> None:
    [document_id] = publish(app, upload(text=LONG))
    select(app, document_id)
    scan(app)
    assert "published, scan waits" in typed("status").out
    app.review.decide(document_id, Request(Decision.REJECT, Reviewer(app.realm_id, reason="nothing of use")))
    assert "published, scan rejected" in typed("status").out
    assert "published, scan rejected" in typed("status", "manual.md").out
    assert typed("export", "manual.md").code == 0


def test_more_than_fits_is_said(typed: Typing, app: Pipeline) -> None:
    files = [upload(f"{n:03}.md", f"# Room {n}\n\nRoom {n} is locked at night.\n") for n in range(120)]
    receive(app, *files)
    assert "… and 20 more (--all shows every one)" in typed("status").out
    assert len(typed("status", "--limit", "7", "--json").json["jobs"]) == 7
    assert len(typed("status", "--all", "--json").json["jobs"]) == 120


def test_everything_that_waits_is_listed(
    make_pipeline: Callable[..., Pipeline], app: Pipeline, typed: Typing, database_url: str
) -> None:
    files = [upload(f"{n:03}.md", f"# Room {n}\n\nRoom {n} is locked at night.\n") for n in range(120)]
    receive(app, *files)
    with psycopg.connect(database_url) as connection:
        # the lifecycle's triggers are not what this is about
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE upload_pipeline.upload_jobs SET state = 'awaiting_review', stage = 'matching_review', phase = 2, "
            "waits_since = now()"
        )
    assert len(typed("review", "--json").json) == 120
    shown = typed("review").out
    assert "120 documents wait for a person." in shown
    assert shown.count("●") == 120


# --- export ------------------------------------------------------------------------------------------------


def test_an_export_is_of_one_moment(app: Pipeline, database_url: str) -> None:
    """A new version is published between two of its reads: it has the old one, whole."""
    [document_id] = publish(app, upload())
    before = app.views.export(app.realm_id, document_id)
    with psycopg.connect(database_url) as connection, ThreadPoolExecutor(1) as pool:
        connection.execute("LOCK TABLE upload_pipeline.all_questions IN ACCESS EXCLUSIVE MODE")
        export = pool.submit(app.views.export, app.realm_id, document_id)
        waiting = (
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'upload_pipeline.all_questions'::regclass"
        )
        while connection.execute(waiting).fetchone() == (0,):
            assert not export.done()
        connection.execute("UPDATE upload_pipeline.all_questions SET statement = 'new'")
        connection.execute("UPDATE upload_pipeline.documents SET published_at = now()")
        connection.commit()
        seen = export.result()
    assert seen == before
    assert app.export.acknowledge(seen, realm_id=app.realm_id) is False
    assert not stamped(database_url)
    now = app.export.read(document_id, realm_id=app.realm_id)
    assert app.export.acknowledge(now, realm_id=app.realm_id) is True
    assert stamped(database_url)


def test_what_is_not_published_is_refused(typed: Typing, app: Pipeline, tmp_path: Path, database_url: str) -> None:
    receive(app, upload())
    refused = typed("export", "manual.md", "-o", str(tmp_path / "m.json"))
    assert refused.code == 2
    assert "manual.md is not published" in refused.err
    assert not (tmp_path / "m.json").exists()


def test_what_could_not_be_written_is_not_acknowledged(
    typed: Typing, app: Pipeline, tmp_path: Path, database_url: str
) -> None:
    publish(app, upload())
    for nowhere in (tmp_path / "no" / "m.json", tmp_path):
        refused = typed("export", "manual.md", "-o", str(nowhere))
        assert refused.code == 2
        assert "cannot be written" in refused.err
    assert not stamped(database_url)
    (tmp_path / "m.json").write_text("before")
    said = typed("export", "manual.md", "-o", str(tmp_path / "m.json"), "--json").json
    assert json.loads((tmp_path / "m.json").read_text())["filename"] == "manual.md"
    assert (said["format"], said["facts"] > 0) == ("json", True)
    assert stamped(database_url)
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_formats(typed: Typing, app: Pipeline, tmp_path: Path) -> None:
    publish(app, upload())
    whole = json.loads(typed("export", "manual.md").out)
    records = [json.loads(line) for line in typed("export", "manual.md", "--format", "jsonl").out.splitlines()]
    kinds = [record.pop("record") for record in records]
    assert kinds == ["document"] + ["chunk"] * len(whole["chunks"]) + ["fact"] * len(whole["facts"])
    facts = [record for record, kind in zip(records, kinds, strict=True) if kind == "fact"]
    assert [{"document_id": whole["document_id"], **fact} for fact in whole["facts"]] == facts
    said = typed("export", "manual.md", "-o", str(tmp_path / "facts.csv")).out
    assert "facts in" in said
    assert "chunks" not in said
    rows = list(csv.DictReader(io.StringIO((tmp_path / "facts.csv").read_text(), newline="")))
    assert [row["statement"] for row in rows] == [fact["statement"] for fact in whole["facts"]]
    assert {row["filename"] for row in rows} == {"manual.md"}
    assert [float(row["confidence"]) for row in rows] == [fact["confidence"] for fact in whole["facts"]]
    assert "One of: json, jsonl, csv." in typed("export", "manual.md", "--format", "parquet").err
    unknown = tmp_path / "facts.xml"
    refused = typed("export", "manual.md", "-o", str(unknown))
    assert (refused.code, unknown.exists()) == (2, False)
    assert "json, jsonl, csv" in refused.err
    assert typed("export", "manual.md", "-o", str(unknown), "--format", "csv").code == 0


# --- question banks ----------------------------------------------------------------------------------------


def test_a_question_is_edited_and_the_record_says_so(
    typed: Typing, app: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ann = app.settings.model_copy(update={"reviewer": "Ann"})
    monkeypatch.setattr(bootstrap, "pipeline", lambda: Pipeline(ann))
    (tmp_path / "bank.md").write_text(BANK)
    assert typed("import-questions", str(tmp_path / "bank.md")).code == 3
    question = typed("batches", "bank.md", "--json").json["questions"][0]
    edit = ("batches", "bank.md", "edit", "--question", question["question_id"][:8])
    assert "needs a field to change" in typed(*edit).err
    assert "cannot be edited" in typed(*edit, "--set", "status=approved").err
    assert "FIELD=TEXT" in typed(*edit, "--set", "answer").err
    assert "no questions named ffffffff" in typed(*edit[:-1], "ffffffff", "--set", "answer=x").err
    done = typed(*edit, "--set", "answer=Within 24 hours.", "--set", "topic=Theft", "--reason", "a sentence")
    assert done.code == 3
    assert "1 question edited (answer, topic)." in done.out
    after = typed("batches", "bank.md", "--json").json
    [edited] = [q for q in after["questions"] if q["question_id"] == question["question_id"]]
    assert (edited["answer"], edited["topic"], edited["review_notes"]) == ("Within 24 hours.", "Theft", "a sentence")
    history = typed("batches", "bank.md", "--history").out
    assert "question_edited by Ann" in history
    assert "“a sentence”" in history
    assert "answer: 24 hours. → Within 24 hours." in history


def test_every_operation_on_a_batch(typed: Typing, tmp_path: Path) -> None:
    for name, text in (("bank.md", BANK), ("again.md", ALIKE)):
        (tmp_path / name).write_text(text)
        typed("import-questions", str(tmp_path / name))
    assert "0 new pairs" in typed("batches", "again.md", "compare").out
    assert "2 total, 2 pending" in typed("batches", "again.md", "recount").out
    assert typed("batches", "again.md", "--status", "approved", "--json").json["questions"] == []
    first = typed("batches", "again.md", "--json").json["questions"][0]["question_id"]
    assert typed("batches", "again.md", "reject", "--question", first[:8], "--json").json["rejected"] == 1
    assert typed("batches", "bank.md", "resolve", "--duplicates", "keep").code == 2
    refused = typed("batches", "bank.md", "publish")
    assert (refused.code, "approve, reject, edit, resolve, undo, compare, recount, import" in refused.err) == (2, True)
    assert len(typed("batches", "--limit", "1", "--json").json) == 1


# --- JSON and exit codes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("status", "nothing.md"), 2, "not_found"),
        (("review", "nothing.md"), 2, "not_found"),
        (("retry", "nothing.md"), 2, "not_found"),
        (("retry", "manual.md", "--from", "soup"), 2, "refused"),
        (("export", "nothing.md"), 2, "not_found"),
        (("batches", "nothing.md"), 2, "not_found"),
        (("mark", "chosen", "manual.md"), 2, "status_refused"),
        (("mark", "selected", "nothing.md"), 2, "status_refused"),
        (("search", " "), 2, "refused"),
        (("run", "nowhere"), 2, "refused"),
        (("run", "."), 2, "refused"),
        (("import-questions", "nowhere.md"), 2, "refused"),
        (("import-questions", "blank.md"), 4, "empty_file"),
        (("import-questions", "picture.md"), 4, "unsupported_type"),
        (("import-questions", "prose.md"), 4, "document"),
        (("deep-scan", "--limit", "0"), 2, "refused"),
        (("run",), 2, "refused"),
        (("soup",), 2, "refused"),
        (("status", "--soup"), 2, "refused"),
    ],
)
def test_errors_have_their_code(
    typed: Typing,
    app: Pipeline,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    error: str,
) -> None:
    receive(app, upload())
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "picture.xyz").write_bytes(b"\0")
    if arguments[0] == "import-questions":
        (folder / "blank.md").write_text("\n")
        (folder / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        (folder / "prose.md").write_text("nothing here")
    said = typed(*arguments, "--json")
    assert (said.code, said.error["code"], said.error["exit_code"]) == (code, error, code)
    assert said.error["action"]
    assert typed(*arguments).code == code


def test_answers_have_their_code_and_are_one_line(typed: Typing, app: Pipeline) -> None:
    publish(app, upload())
    publish(app, upload("costs.md", CONTRADICTORY))
    assert typed("status", "--json").json.keys() == {"counts", "jobs"}
    assert typed("search", "boiler", "--json").json[0]["facts"]
    assert [row["filename"] for row in typed("review", "--json").json] == ["costs.md"]
    assert typed("review", "--next", "--json").json["filename"] == "costs.md"
    assert typed("review", "costs.md", "return", "--json").code == 3
    # it was not to run: that it is queued is no failure
    approved = typed("review", "costs.md", "approve", "--no-run", "--json")
    assert (approved.code, approved.json["state"]) == (0, "queued")
    assert typed("review", "--next", "--json").json == {}
    assert typed("review", "--json").json == []
    assert typed("retry", "manual.md", "--no-run", "--json").json["state"] == "queued"
    assert typed("mark", "maybe", "manual.md", "--json").json[0]["staging_status"] == "Maybe"
    assert typed("batches", "--json").code == 0
    assert typed("deep-scan", "--json").json == []
    assert typed("migrate").out == "The schema is up to date.\n"
    assert typed("migrate", "--json").json == {"applied": []}


def test_a_returned_document_still_says_what_was_found(app: Pipeline, typed: Typing) -> None:
    [document_id] = publish(app, upload("costs.md", CONTRADICTORY))
    before = typed("review", "costs.md", "--json").json
    typed("review", "costs.md", "return")
    after = typed("review", "costs.md", "--json").json
    assert (before["returned_for"], after["findings"]) == ([], [])
    assert after["returned_for"] == before["findings"] != []

    shown = typed("review", "costs.md").out
    assert "contradiction" in shown
    assert f"(fact {before['findings'][0]['subject'][:8]})" in shown
    assert "No problems were found" not in shown

    fact = before["findings"][0]["subject"]
    typed("review", "costs.md", "reject", "--fact", fact)
    typed("review", "costs.md", "approve", "--no-run")
    through(app, [document_id])
    assert typed("review", "costs.md", "--json").json["returned_for"] == []


def test_other_thresholds_of_a_waiting_document_are_not_taken_and_that_is_said(
    make_pipeline: Callable[..., Pipeline], typed: Typing, tmp_path: Path
) -> None:
    app = make_pipeline(changes={**USUAL, "workflow": "manual"})
    file = tmp_path / "manual.md"
    file.write_text(MANUAL)
    [document_id] = receive(app, file).documents
    through(app, [document_id])
    said = typed("run", str(file), "--queue", "--publish-from", "0.9").out
    assert "manual.md keeps its thresholds: it waits for a person." in said
    [kept] = typed("run", str(file), "--queue", "--publish-from", "0.9", "--json").json["choices_kept"]
    assert kept["why"] == "it waits for a person"


def test_what_changed_is_shown_from_where_a_consumer_has_come(app: Pipeline, typed: Typing) -> None:
    publish(app, upload())
    shown = typed("changes").out
    assert "published" in shown
    assert "manual.md" in shown
    assert " changes --since " in shown
    first = typed("changes", "--cursor", "index", "--json").json
    assert [one["kind"] for one in first["items"]] == ["published"]
    assert typed("changes", "--cursor", "index", "--json").json["items"] == [], "it was told before"
    assert typed("changes", "--since", first["since"], "--json").json["items"] == []
    assert [one["name"] for one in typed("changes", "--cursors", "--json").json] == ["index"]
    assert "No consumer has a name." in typed("changes", "--forget", "index").out
    assert typed("changes", "--since", "now", "--json").json["items"] == []
    assert typed("changes", "--since", "never").code != 0


def test_the_processing_of_a_document_is_chosen_and_shown(app: Pipeline, typed: Typing, tmp_path: Path) -> None:
    file = tmp_path / "manual.md"
    file.write_text(MANUAL)
    typed("run", str(file), "--queue", "--workflow", "manual", "--profile", "deep", "--priority", "7")
    assert "manual workflow, deep profile, priority 7" in typed("status", "manual.md").out
    again = typed("run", str(file), "--queue", "--profile", "standard", "--priority", "9", "--json").json
    assert again["choices_kept"] == [], "nothing of it has begun"
    row = typed("status", "manual.md", "--json").json
    assert (row["priority"], row["profile"]) == (9, "standard")
    [document_id] = receive(app, file).documents
    through(app, [document_id])
    again = typed("run", str(file), "--queue", "--profile", "deep", "--json").json
    assert [one["choice"] for one in again["choices_kept"]] == ["profile"]
    assert typed("run", str(file), "--queue", "--workflow", "often").code != 0


def test_a_published_document_waits_for_no_decision(app: Pipeline, typed: Typing) -> None:
    publish(app, upload())
    shown = typed("review", "manual.md").out
    assert "It is not waiting for a decision." in shown
    assert "approve or reject" not in shown


def test_pairs_that_the_system_decided_can_be_named(make_pipeline: Callable[..., Pipeline], typed: Typing) -> None:
    manual = make_pipeline(changes={"workflow": "manual"})
    publish(manual, upload("first.md"))
    publish(manual, upload("second.md", MANUAL + "\nThe same once more, in another file.\n"))
    pairs = typed("review", "second.md", "--json").json["pairs"]
    assert {pair["resolution"] for pair in pairs} == {"keep_existing"}
    first, second = (typed("status", name, "--json").json for name in ("first.md", "second.md"))
    assert (first["duplicates"], second["duplicates"]) == (0, first["facts"])
    assert second["facts"] == 0, "what is left out is not counted"
    name = pairs[0]["duplicate_id"][:8]

    shown = typed("review", "second.md").out
    assert f"Decided: {len(pairs)} pairs of near-duplicates" in shown
    assert "No problems were found" not in shown
    assert f"near-duplicate {name}" in typed("review", "second.md", "--facts").out
    assert "decided keep_both" in typed("review", "second.md", "resolve", "--pair", name, "--as", "keep_both").out


def test_a_stage_is_named_and_queued_by_itself(app: Pipeline, typed: Typing) -> None:
    [document_id] = receive(app, upload("manual.md", MANUAL)).documents
    assert typed("stage", "manual.md").out == "ingest\n"
    assert typed("stage", str(document_id), "ingest", "--no-run", "--json").json["state"] == "queued"
    assert typed("stage", "manual.md", "embedder", "--no-run", "--json").error["code"] == "stage_not_available"
    assert typed("stage", "manual.md", "oven", "--json").error["message"] == "The stage cannot be 'oven'."


def test_versions_are_listed_compared_and_gone_back_to(typed: Typing, app: Pipeline, tmp_path: Path) -> None:
    first, changed = ("The gate opens at 7 in the morning.\n", "The gate opens at 8 in the morning.\n")
    place(app, tmp_path, first)
    then = rows(app, "SELECT clock_timestamp()")[0][0].isoformat()
    place(app, tmp_path, changed)
    execute(app, "UPDATE all_questions SET difficulty = 'easy'")

    assert [one["number"] for one in typed("versions", "m.md", "--json").json["versions"]] == [3, 2, 1]
    assert "replaced" in typed("versions", "m.md").out
    diff = typed("diff", "m.md", "1", "3", "--json").json
    assert [one["after"]["quote"] for one in diff["reworded"]] == [changed.strip()]
    assert "0 facts added, 0 gone, 1 reworded" in typed("diff", "m.md", "1", "3").out
    assert "version 1, published" in typed("search", "when does the gate open", "--as-of", then).out
    exported = typed("export", "m.md", "--as-of", "2001-01-01", "--json")
    assert (exported.code, exported.error["code"]) == (2, "refused")
    assert "Nothing was changed." in typed("revert", "m.md", "2", "--dry-run").out
    done = typed("revert", "m.md", "2", "--reason", "It was right as it was.")
    assert (done.code, "says again what version 2 said" in done.out) == (0, True)
    assert typed("versions", "m.md", "--json").json["versions"][0]["reverted_to"] == 2
    assert typed("revert", "m.md", "9", "--json", "--reason", "It was right as it was.").error["code"] == "not_found"
