"""The embedding model: changing it, and measuring how well questions find their sources."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import connected

commands = typer.Typer()
_PANEL = "Embedding models"


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples("pipeline reembed", "pipeline reembed --model wordllama-64", "pipeline reembed --abandon"),
)
def reembed(
    model: Annotated[str | None, typer.Option(help="The new model (default: show the models).")] = None,
    abandon: Annotated[bool, typer.Option("--abandon", help="Drop the vectors of a model that is not active.")] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Change the embedding model of published knowledge.

    No document is parsed and no facts are generated again. Search and publishing go on meanwhile. If interrupted, run
    the same command again to continue.
    """
    from pipeline_core.domain.errors import RefusedError
    from pipeline_core.terminal.models import models_table

    if model and abandon:
        raise RefusedError("--model and --abandon cannot be combined.", action="Give one of them.")
    with connected(realm) as client:
        if abandon:
            client.abandon_reembedding()
        rows = client.reembed(model) if model else client.models()
        if as_json:
            print_json(rows)
        elif rows:
            out.print(models_table(rows))
        else:
            out.print("Nothing is published yet.")


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples("pipeline evaluate questions.jsonl", "pipeline evaluate --from-approved --json"),
)
def evaluate(
    questions: Annotated[
        Path | None,
        typer.Argument(help='JSONL file, one question per line: {"question": …, "document": file name, "quote": …}.'),
    ] = None,
    from_approved: Annotated[
        bool, typer.Option("--from-approved", help="Ask the questions of published facts and expect their documents.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="Search with another model that has vectors besides the active one.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0, help="Maximum number of questions; 0 for all (default: all of a file, 1,000 of published facts)."
        ),
    ] = None,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Measure how well questions find their sources.

    Reports hit@1, hit@5, hit@10 and MRR@10 for search by meaning, by words and by both.
    """
    from pipeline_core.domain.errors import RefusedError
    from pipeline_core.terminal.models import evaluation_table, read_questions

    if (questions is not None) == from_approved:
        raise RefusedError("Either a file of questions or --from-approved is needed.", action="Give one of them.")
    with connected(realm) as client:
        result = client.evaluate(read_questions(questions) if questions else None, model=model, limit=limit)
        if as_json:
            print_json(result.as_json())
        else:
            asked = next(iter(result.scores.values())).questions
            out.print(evaluation_table(result))
            skipped = f", {result.skipped} without a question or a document skipped" if result.skipped else ""
            out.print(f"[dim]{asked} questions by {result.model}{skipped}[/]")
