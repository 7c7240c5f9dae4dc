"""The embedding model: changing it, and measuring how well questions find their sources."""

from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, examples
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import launching, wired

commands = typer.Typer()
_PANEL = "Embedding models"


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples("pipeline reembed", "pipeline reembed --model wordllama-64", "pipeline reembed --abandon"),
)
def reembed(
    model: Annotated[str | None, typer.Option(help="The new model; without it, the models are shown.")] = None,
    abandon: Annotated[
        bool, typer.Option("--abandon", help="Drop what was filled for a model that is not active.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Change the embedding model of everything that is published.

    Nothing is parsed and no fact is asked for. Search and publishing go on. The same command goes on after a stop.
    """
    from pipeline_core.domain.errors import RefusedError
    from pipeline_core.terminal.models import models_table

    if model and abandon:
        raise RefusedError("--model and --abandon exclude each other.", action="Give one of them.")
    with wired() as app_:
        if abandon:
            app_.reembed.abandon()
        if model:
            # refused before Prefect is started
            app_.embedders.named(model)
            with launching(app_) as launcher:
                launcher.run("flows.reembed.reembed", model=model)
        rows = app_.reembed.models()
        if as_json:
            print_json(rows)
        elif rows:
            out.print(models_table(rows))
        else:
            out.print("Nothing is published yet.")
