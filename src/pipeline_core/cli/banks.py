"""Question banks: taking them in, their batches, and the decisions about them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import All, AsJson, InRealm, Limit, examples
from pipeline_core.cli.exits import of_batch
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import ask_name, connected
from pipeline_core.domain.errors import DocumentError, NoEntriesError

if TYPE_CHECKING:
    from pipeline_core.client import Client
    from pipeline_core.domain.review import OfBatch
    from pipeline_core.domain.rows.batches import ListedBatch

commands = typer.Typer()
_PANEL = "Question banks"


@commands.command(
    "import-questions",
    rich_help_panel=_PANEL,
    epilog=examples("pipeline import-questions bank.md", "pipeline import-questions bank.md --approve-all --json"),
)
def import_questions(
    file: Annotated[Path, typer.Argument(help="A question bank in markdown.")],
    approve_all: Annotated[bool, typer.Option("--approve-all", help="Approve and import all questions.")] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Import a question bank.

    Its questions are staged for review; problems are reported by line, and duplicates are found.
    """
    from pipeline_core.domain.batches import QuestionStatus
    from pipeline_core.domain.review import OfBatch
    from pipeline_core.terminal.batches import bank_json, print_bank, print_next

    with connected(realm) as client:
        staged = client.stage_bank(file)
        if not as_json:
            print_bank(out, staged)
        if staged.batch is None:
            if as_json:
                print_json(bank_json(staged, None))
            raise DocumentError(f"No question could be read from {file.name}.", action=NoEntriesError.action)
        bank = OfBatch(staged.batch.batch_id)
        if approve_all:
            client.decide_facts(bank, QuestionStatus.APPROVED, reason="--approve-all")
            if not any(pair.resolution == "pending" for pair in staged.pairs):
                client.import_bank(bank)
        row, failed = standing(client, bank)
        print_json(bank_json(staged, row)) if as_json else print_next(out, row)
        left_out = sum(problem.is_left_out for problem in staged.bank.problems)
        raise typer.Exit(of_batch(row, failed=failed + left_out))


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "pipeline batches",
        "pipeline batches bank.md --status pending",
        "pipeline batches bank.md approve --reason 'read them all'",
        "pipeline batches bank.md edit --question 1a2b3c4d --set 'answer=Within 24 hours.'",
        "pipeline batches bank.md resolve --duplicates keep_existing",
        "pipeline batches bank.md import",
        "pipeline batches bank.md --history",
    ),
)
def batches(
    batch: Annotated[str | None, typer.Argument(help="A batch or file name (default: all).")] = None,
    action: Annotated[
        str | None, typer.Argument(help="approve, reject, edit, resolve, undo, compare, recount or import.")
    ] = None,
    question: Annotated[list[str] | None, typer.Option(help="Only this question (repeatable).")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="With edit: FIELD=TEXT (repeatable); an empty text clears the field."),
    ] = None,
    pair: Annotated[list[str] | None, typer.Option(help="With resolve, undo: only this pair (repeatable).")] = None,
    duplicates: Annotated[
        str | None, typer.Option(help="With resolve: keep_existing, replace_existing, keep_both or not_duplicate.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Reason, kept with the decision.")] = "",
    status: Annotated[str | None, typer.Option(help="Show only questions with this status.")] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Show past decisions: what, by whom, when and why.")
    ] = False,
    limit: Limit = 100,
    everything: All = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Show batches, and decide on the questions of a bank.

    Fields to edit: question, answer, topic, subtopic, kind, difficulty, notes.
    An edited question is compared again and needs approval again.
    `compare` looks for duplicates again; `recount` updates the counts.
    """
    from pipeline_core.terminal import actions
    from pipeline_core.terminal.batches import (
        batches_table,
        detail_json,
        print_history,
        print_next,
        print_pairs,
        print_questions,
    )

    with connected(realm) as client:
        most = None if everything else limit
        if batch is None:
            rows = client.banks(limit=most)
            print_json(rows) if as_json else out.print(batches_table(rows))
            if not as_json and len(rows) == most:
                out.print("[dim]There may be more: --all shows every one.[/]")
            return
        bank = client.bank(batch)
        if action is not None:
            new = actions.assignments(changes or ())
            typed = actions.Typed(action, reason, question or (), None, new, pair or (), duplicates)
            ask_name(client, as_json=as_json)
            done = actions.carry_out(client, bank, typed)
            if not as_json:
                out.print(f"{done.message}.", markup=False)
        row, failed = standing(client, bank)
        questions = client.facts(bank, statuses=actions.statuses(status), limit=None if as_json else most)
        pairs = client.pairs(bank)
        past = client.history(bank) if as_json or history else []
        if as_json:
            print_json(detail_json(row, questions, pairs, past))
        else:
            if action is None:
                print_questions(out, questions)
                print_pairs(out, pairs)
            print_history(out, past)
            out.print(batches_table([row]))
            print_next(out, row)
        raise typer.Exit(of_batch(row, failed=failed) if action else 0)


def standing(client: "Client", bank: "OfBatch") -> tuple["ListedBatch", int]:
    """The batch with its counts, and how many of its questions the last import left with a reason."""
    failed = sum(question.import_error is not None for question in client.facts(bank))
    [row] = client.banks(named=str(bank.batch_id))
    return row, failed
