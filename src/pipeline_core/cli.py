"""``pipeline``: thin commands over the services. Heavy parts are imported by the commands that need them."""

import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import structlog
import typer
from rich.console import Console
from rich.markup import escape

from pipeline_core.domain.errors import ConfigurationError, ConflictError, NotFoundError, PipelineError, RefusedError
from pipeline_core.domain.ids import BatchId, DocumentId, DuplicateId, QuestionId
from pipeline_core.domain.lifecycle import StageName

if TYPE_CHECKING:
    from pipeline_core.adapters.prefect_launcher import PrefectLauncher
    from pipeline_core.bootstrap import Pipeline

_PIPED_WIDTH = 120
out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(stderr=True, highlight=False)


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    ERROR = 1
    USAGE = 2
    WAITING = 3
    FAILED = 4
    CONFIGURATION = 5
    INTERRUPTED = 130


_CODES = (
    "Exit codes: 0 all well · 3 something waits for a person · 4 a document failed or was refused · 5 configuration."
)
app = typer.Typer(
    help=f"Documents in, reviewed knowledge out.\n\n{_CODES}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script instead of tables.")]


def _interrupt(_number: int, _frame: object) -> None:
    """A signal to end, taken as Ctrl-C is: what is held is given back, what was started is stopped."""
    raise KeyboardInterrupt


@contextmanager
def wired() -> Iterator["Pipeline"]:
    """The wired pipeline; everything it started is stopped on leaving."""
    from pipeline_core import logs
    from pipeline_core.bootstrap import pipeline

    wired_pipeline = pipeline()
    logs.configure(wired_pipeline.settings.home / "logs")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield wired_pipeline
    except KeyboardInterrupt:
        err.print("Stopped. What was done is kept: the same command goes on from there.")
        raise typer.Exit(Exit.INTERRUPTED) from None
    finally:
        wired_pipeline.close()


@contextmanager
def launching(wired_pipeline: "Pipeline") -> Iterator["PrefectLauncher"]:
    """The launcher; a Prefect server that it started is stopped on leaving."""
    from pipeline_core.adapters.prefect_launcher import PrefectLauncher

    launcher = PrefectLauncher(wired_pipeline.settings, wired_pipeline.stopping)
    try:
        yield launcher
    finally:
        launcher.close()


def print_json(value: Any) -> None:
    from pipeline_core.terminal.output import json_bytes

    sys.stdout.flush()
    # UTF-8, whatever the terminal is: that is what JSON is
    sys.stdout.buffer.write(json_bytes(value) + b"\n")


@app.command()
def run(
    paths: Annotated[list[str], typer.Argument(help='Files, folders or patterns ("docs/*.pdf").')],
    as_json: AsJson = False,
) -> None:
    """Take documents in and through all stages; what is unchanged since last time is left alone."""
    from pipeline_core.services.run_documents import RunDocuments
    from pipeline_core.terminal.files import expand
    from pipeline_core.terminal.progress import RunDisplay
    from pipeline_core.terminal.tables import jobs_table, print_failures, print_waiting

    files = expand(paths)
    if files.missing:
        raise RefusedError(f"No such file or folder: {', '.join(files.missing)}.")
    if not files.found:
        raise RefusedError("There is no document here.", action="Name files, or a folder that has some.")
    with wired() as app_, launching(app_) as launcher:
        with RunDisplay(err, app_.views) as display:
            result = RunDocuments(app_.intake, launcher)(files.found, user_id=app_.user_id, display=display)
            if result.ran:
                display.note = "looking after the indexes"
                app_.ensure_vector_indexes()
        rows = app_.views.jobs(app_.user_id, document_ids=result.document_ids, limit=max(1, len(result.document_ids)))
        order = {document_id: position for position, document_id in enumerate(result.document_ids)}
        rows.sort(key=lambda row: order[row["document_id"]])
        code = exit_code(rows, refused=len(result.refused))
        if as_json:
            print_json(result.as_json(rows))
        else:
            out.print(jobs_table(rows[:200]))
            out.print()
            print_waiting(out, rows)
            print_failures(out, rows, result.refused)
            out.print(f"[dim]{result.summary(files.skipped)}[/]")
    raise typer.Exit(code)


def exit_code(rows: Sequence[dict[str, Any]], *, refused: int) -> Exit:
    """The worst of what happened."""
    states = {row["state"] for row in rows}
    if refused or states & {"deadletter", "retryable", "working", "queued"}:
        return Exit.FAILED
    return Exit.WAITING if "awaiting_review" in states else Exit.OK


@app.command()
def status(
    job: Annotated[str | None, typer.Argument(help="A job, document or file name; without it, all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Where documents stand: all of them, or one with its stages and events."""
    from pipeline_core.terminal.status import print_job, print_overview

    with wired() as app_:
        if job:
            row = app_.views.job(app_.user_id, app_.views.resolve_job(app_.user_id, job))
            print_json(row) if as_json else print_job(out, row)
            return
        rows, counts = app_.views.jobs(app_.user_id), app_.views.counts(app_.user_id)
        print_json({"counts": counts, "jobs": rows}) if as_json else print_overview(out, rows, counts)


@app.command()
def review(
    job: Annotated[str | None, typer.Argument(help="A job, document or file name; without it, all that waits.")] = None,
    decision: Annotated[
        str | None, typer.Argument(help="approve, reject, return, override; edit (a fact) or resolve (a pair).")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; an override needs at least 10 characters.")] = "",
    duplicates: Annotated[
        str | None, typer.Option(help="keep_existing, replace_existing, keep_both or not_duplicate.")
    ] = None,
    fact: Annotated[
        list[str] | None, typer.Option(help="With approve, reject, edit: only this fact (repeatable).")
    ] = None,
    question: Annotated[str | None, typer.Option(help="With edit: the fact's new question.")] = None,
    answer: Annotated[str | None, typer.Option(help="With edit: the fact's new answer.")] = None,
    statement: Annotated[str | None, typer.Option(help="With edit: the fact's new statement.")] = None,
    pair: Annotated[str | None, typer.Option(help="With resolve: the pair of look-alikes.")] = None,
    resolution: Annotated[str | None, typer.Option("--as", help="With resolve: as for --duplicates.")] = None,
    next_: Annotated[bool, typer.Option("--next", help="Show what has waited longest.")] = False,
    facts: Annotated[bool, typer.Option("--facts", help="Show the document's facts, with ids and evidence.")] = False,
    start: Annotated[bool, typer.Option("--run/--no-run", help="Let the document go on at once.")] = True,
    as_json: AsJson = False,
) -> None:
    """What waits for a person; and the decision: about a document, a fact or a pair of look-alikes."""
    from pipeline_core.services.fact_decisions import Edit
    from pipeline_core.terminal import reviewing
    from pipeline_core.terminal.tables import print_review

    with wired() as app_:
        job_id = app_.views.resolve_job(app_.user_id, job) if job else None
        if next_:
            job_id = reviewing.next_job(app_)
        if job_id is None:
            list_waiting(app_, as_json=as_json)
            return
        row = app_.views.job(app_.user_id, job_id)
        if decision is None:
            found = reviewing.facts_to_show(app_, row, everything=facts)
            if as_json:
                print_json({**row, "facts_staged": found} if facts else row)
                return
            print_review(out, row)
            reviewing.print_facts(out, found)
            return
        typed = reviewing.Typed(
            decision, reason, duplicates, fact or (), pair, resolution, Edit(question, answer, statement)
        )
        decided = reviewing.carry_out(app_, row, typed)
        upcoming = reviewing.next_after(app_, row["document_id"], row["phase"])
        if not as_json:
            out.print(f"{row['filename']}: {decided.message}.", markup=False)
        try:
            go_on(
                app_, row["document_id"], start=start and decided.goes_on, as_json=as_json,
                more={"next": reviewing.next_json(upcoming)},
            )  # fmt: skip
        finally:
            if not as_json:
                reviewing.print_next(out, upcoming)


def list_waiting(app_: "Pipeline", *, as_json: bool) -> None:
    """Everything that waits, newest first."""
    from pipeline_core.terminal.tables import print_waiting

    rows = app_.views.jobs(app_.user_id, states=["awaiting_review"])
    if as_json:
        print_json(rows)
    elif rows:
        print_waiting(out, rows)
    else:
        out.print("Nothing waits for a person.")


def one_of(kind: Callable[[str], Any], value: str, name: str) -> Any:
    """The member of an enumeration, or an error that lists them all."""
    try:
        return kind(value.strip().lower().replace("-", "_"))
    except ValueError:
        members = ", ".join(member.value for member in kind)  # type: ignore[attr-defined]
        raise RefusedError(f"{name} cannot be {value!r}.", action=f"One of: {members}.") from None


def go_on(
    app_: "Pipeline", document_id: DocumentId, *, start: bool, as_json: bool, more: dict[str, Any] | None = None
) -> None:
    """Let a document run if it should, and say where it came to rest; ``more`` is added to the JSON."""
    from pipeline_core.terminal.progress import RunDisplay
    from pipeline_core.terminal.tables import jobs_table, print_failures, print_waiting

    if start:
        with launching(app_) as launcher, RunDisplay(err, app_.views, "starting Prefect") as display:
            display.watch([document_id])
            launcher.process([document_id])
    rows = app_.views.jobs(app_.user_id, document_ids=[document_id])
    if as_json:
        print_json({**rows[0], **(more or {})})
    elif start:
        out.print(jobs_table(rows))
        print_waiting(out, rows)
        print_failures(out, rows, [])
    raise typer.Exit(exit_code(rows, refused=0))


@app.command()
def retry(
    job: Annotated[str, typer.Argument(help="A job, document or file name.")],
    from_stage: Annotated[
        str | None, typer.Option("--from", help="Stage to begin from; earlier outputs are reused.")
    ] = None,
    start: Annotated[bool, typer.Option("--run/--no-run", help="Run it at once.")] = True,
    as_json: AsJson = False,
) -> None:
    """Start a failed or finished document again, from where it failed or from a stage."""
    stage = one_of(lambda v: StageName(v.replace("_", "-")), from_stage, "--from") if from_stage else None
    with wired() as app_:
        row = app_.views.job(app_.user_id, app_.views.resolve_job(app_.user_id, job))
        app_.retry(row["document_id"], from_stage=stage, by=str(app_.user_id))
        go_on(app_, row["document_id"], start=start, as_json=as_json)


@app.command("import-questions")
def import_questions(
    file: Annotated[Path, typer.Argument(help="A question bank in markdown.")],
    approve_all: Annotated[bool, typer.Option("--approve-all", help="Approve and import them all.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in a question bank: stage its questions, name what is wrong with it, find what it repeats."""
    from pipeline_core.terminal.batches import bank_json, print_bank

    try:
        data = file.read_bytes()
    except OSError as error:
        raise RefusedError(f"{file} cannot be read: {error.strerror}.", action="Name a file that is there.") from error
    with wired() as app_:
        staged = app_.staging.stage_bank(data, file.name, by=app_.user_id)
        if not as_json:
            print_bank(out, staged)
        if staged.batch is None:
            if as_json:
                print_json(bank_json(staged, None))
            raise RefusedError(f"{file.name} has no question that can be read.", action="Mend the lines named above.")
        batch_id = staged.batch.batch_id
        if approve_all:
            app_.staging.approve_questions(batch_id, by=app_.user_id, reason="--approve-all")
            if not any(pair.resolution == "pending" for pair in staged.pairs):
                import_batch(app_, batch_id)
        row = batch_row(app_, batch_id)
        if as_json:
            print_json(bank_json(staged, row))
        else:
            print_batch_next(row)
        if any(problem.is_left_out for problem in staged.bank.problems):
            raise typer.Exit(Exit.FAILED)
        raise typer.Exit(batch_code(row))


@app.command()
def batches(
    batch: Annotated[str | None, typer.Argument(help="A batch or file name; without it, all.")] = None,
    action: Annotated[str | None, typer.Argument(help="approve, reject, resolve or import.")] = None,
    question: Annotated[list[UUID] | None, typer.Option(help="Only this question (repeatable).")] = None,
    pair: Annotated[list[UUID] | None, typer.Option(help="With resolve: only this pair (repeatable).")] = None,
    duplicates: Annotated[
        str | None, typer.Option(help="keep_existing, replace_existing, keep_both or not_duplicate.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    as_json: AsJson = False,
) -> None:
    """Batches with their counts; one with its questions; and decisions about a question bank's."""
    from pipeline_core.terminal.batches import batches_table, pair_json, print_pairs, print_questions

    with wired() as app_:
        rows = app_.staging.batches(by=app_.user_id, named=batch)
        if batch is None:
            print_json(rows) if as_json else out.print(batches_table(rows))
            return
        if len(rows) != 1:
            found = f"{len(rows)} batches are" if rows else "No batch is"
            raise NotFoundError(f"{found} named {batch}.", action="`pipeline batches` lists what there is.")
        batch_id = rows[0]["batch_id"]
        if action is not None:
            change_batch(app_, batch_id, action, question, pair, duplicates, reason)
        row = batch_row(app_, batch_id)
        questions = app_.staging.get_batch_questions(batch_id, by=app_.user_id)
        pairs = app_.staging.duplicates(batch_id, by=app_.user_id)
        if as_json:
            history = app_.staging.history(batch_id, by=app_.user_id)
            parts = {"questions": [q.as_json() for q in questions], "duplicates": [pair_json(p) for p in pairs]}
            print_json({**row, **parts, "history": history})
        else:
            if action is None:
                print_questions(out, questions)
                print_pairs(out, pairs)
            out.print(batches_table([row]))
            print_batch_next(row)
        raise typer.Exit(batch_code(row) if action else Exit.OK)


def change_batch(
    app_: "Pipeline",
    batch_id: BatchId,
    action: str,
    question: Sequence[UUID] | None,
    pair: Sequence[UUID] | None,
    duplicates: str | None,
    reason: str,
) -> None:
    """Carry out one decision about a batch."""
    from pipeline_core.services.decisions import Resolution

    ids = [QuestionId(value) for value in question] if question else None
    if action == "approve":
        app_.staging.approve_questions(batch_id, ids, by=app_.user_id, reason=reason)
    elif action == "reject":
        app_.staging.reject_questions(batch_id, ids, by=app_.user_id, reason=reason)
    elif action == "resolve":
        resolution = one_of(Resolution, duplicates or "", "--duplicates")
        pairs = [DuplicateId(value) for value in pair] if pair else None
        app_.staging.resolve_duplicates(batch_id, resolution, pairs, by=app_.user_id, reason=reason)
    elif action == "import":
        import_batch(app_, batch_id)
    else:
        raise RefusedError(f"The action cannot be {action!r}.", action="One of: approve, reject, resolve, import.")


def import_batch(app_: "Pipeline", batch_id: BatchId) -> None:
    """Run the flow ``import-batch``; what can be refused at once is refused before Prefect is started."""
    app_.staging.importer.check(batch_id, by=app_.user_id)
    with launching(app_) as launcher:
        launcher.run("flows.import_batch.import_batch", batch_id=batch_id, by=app_.user_id)
    app_.ensure_vector_indexes()


def batch_row(app_: "Pipeline", batch_id: BatchId) -> dict[str, Any]:
    return app_.staging.batches(by=app_.user_id, named=str(batch_id))[0]


def batch_code(row: dict[str, Any]) -> Exit:
    """Whether something of the batch waits for a person."""
    return Exit.WAITING if row["pending"] or row["undecided"] or row["approved"] > row["imported"] else Exit.OK


def print_batch_next(row: dict[str, Any]) -> None:
    from pipeline_core.terminal.batches import print_next

    print_next(out, row)


@app.command()
def mark(
    status: Annotated[str, typer.Argument(help="new, selected, maybe, not-a-fit or archived.")],
    documents: Annotated[list[str], typer.Argument(help="Jobs, documents or file names.")],
    as_json: AsJson = False,
) -> None:
    """Set the status of documents, all or nothing; `selected` queues them for a deep scan."""
    from pipeline_core.terminal.dual_status import named, print_changes

    with wired() as app_:
        by = app_.settings.reviewer
        changes = app_.dual_status.set_status(named(app_, documents), status, user_id=app_.user_id, by=by)
        print_json(changes) if as_json else print_changes(out, changes)


@app.command("deep-scan")
def deep_scan(
    limit: Annotated[int, typer.Option(min=1, help="Most documents to scan.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Process the selected documents again, more thoroughly; what is new waits for a person."""
    from pipeline_core.terminal.progress import RunDisplay
    from pipeline_core.terminal.tables import jobs_table, print_failures, print_waiting

    with wired() as app_:
        ids = app_.deep_scan.waiting(user_id=app_.user_id)[:limit]
        if ids:
            with launching(app_) as launcher, RunDisplay(err, app_.views, "starting Prefect") as display:
                display.watch(ids)
                launcher.run("flows.deep_scan.deep_scan", limit=limit, user_id=app_.user_id)
        rows = app_.views.jobs(app_.user_id, document_ids=ids, limit=max(1, len(ids)))
        if as_json:
            print_json(rows)
        elif rows:
            out.print(jobs_table(rows))
            print_waiting(out, rows)
            print_failures(out, rows, [])
        else:
            out.print("No document is queued for a deep scan. `pipeline mark selected NAME` queues one.")
    raise typer.Exit(exit_code(rows, refused=0))


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="A question, or words.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many answers.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Ask what was published: facts and passages, with evidence, page and source."""
    from pipeline_core.terminal.tables import print_hits

    with wired() as app_:
        embedder = app_.ctx.embedder
        vector = embedder.embed([text]).vectors[0]
        hits = app_.views.search(app_.user_id, text, vector, model=embedder.model, limit=limit)
        if as_json:
            print_json(hits)
        elif hits:
            print_hits(out, hits)
        else:
            out.print("Nothing is published yet.")


@app.command()
def export(
    document: Annotated[str, typer.Argument(help="A job, document or file name.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of printing.")] = None,
) -> None:
    """A document as published, as JSON: chunks and facts with evidence. Acknowledges the document (phase 6)."""
    from pipeline_core.terminal.output import json_bytes

    with wired() as app_:
        row = app_.views.job(app_.user_id, app_.views.resolve_job(app_.user_id, document))
        exported = app_.views.export(app_.user_id, row["document_id"])
        if output is None:
            print_json(exported)
        else:
            output.write_bytes(json_bytes(exported))
            out.print(f"{len(exported['facts'])} facts and {len(exported['chunks'])} chunks in {output}")


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from pipeline_core.adapters.db.migrate import migrate as apply

    with wired() as app_:
        applied = apply(app_.database_url)
        out.print("\n".join(f"applied {name}" for name in applied) or "The schema is up to date.")


@app.command()
def prepare() -> None:
    """Make the local databases ready, so that the first run starts at once."""
    with wired() as app_, launching(app_) as launcher:
        app_.views.counts(app_.user_id)
        launcher.prepare()
        out.print(f"Ready: {app_.settings.home}")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """What is configured, what is reachable, what is missing, and how to mend it."""
    from pipeline_core.terminal.doctor import describe_settings, run_checks
    from pipeline_core.terminal.status import print_checks

    with wired() as app_, launching(app_) as launcher:
        checks = list(run_checks(app_, launcher.ui_url))
        settings = describe_settings(app_.settings)
        if as_json:
            print_json({"checks": [check.as_json() for check in checks], "settings": settings})
        else:
            print_checks(out, checks, settings)
    raise typer.Exit(Exit.CONFIGURATION if any(check.result == "failed" for check in checks) else Exit.OK)


@app.command()
def ui() -> None:
    """Keep the local Prefect server up, to look at runs in a browser. Ctrl-C ends it."""
    import time

    with wired() as app_, launching(app_) as launcher:
        launcher.wait()
        out.print(f"Prefect: {launcher.ui_url()}   (Ctrl-C ends it)")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            out.print("Stopping.")


def main() -> None:
    """Entry point: errors become a message, what to do, and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal that cannot show a character shows "?" instead of ending the program
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except ConfigurationError as error:
        code = _complain(error, Exit.CONFIGURATION)
    except (RefusedError, ConflictError) as error:
        code = _complain(error, Exit.USAGE)
    except PipelineError as error:
        code = _complain(error, Exit.ERROR)
    except Exception as error:
        code = _unforeseen(error)
    else:
        code = Exit.OK
    sys.exit(code)


def _unforeseen(error: Exception) -> Exit:
    """A defect: one line for the person, the traceback for the report."""
    from pipeline_core import logs
    from pipeline_core.settings import load_settings

    err.print(f"[red]Unexpected error:[/] {escape(f'{type(error).__name__}: {error}')}", soft_wrap=True)
    try:
        log = logs.file() or logs.configure(load_settings().home / "logs")
    except (OSError, PipelineError):
        err.print("  Please report it, with this:", soft_wrap=True)
        err.print("".join(traceback.format_exception(error)), markup=False, soft_wrap=True)
        return Exit.ERROR
    structlog.stdlib.get_logger("pipeline_core.cli").error("unforeseen_error", exc_info=error)
    err.print(f"  Please report it; the traceback is in {log}.", markup=False, soft_wrap=True)
    return Exit.ERROR


def _complain(error: PipelineError, code: Exit) -> Exit:
    where = f" ({error.where})" if error.where else ""
    err.print(f"[red]Error:[/] {escape(error.message + where)}", soft_wrap=True)
    err.print(f"  {error.what_to_do}", markup=False, soft_wrap=True)
    return code
