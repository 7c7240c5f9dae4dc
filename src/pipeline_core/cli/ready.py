"""``python -m pipeline_core.cli.ready``: the process of ``pipeline up`` that takes what is queued at once."""

from contextlib import suppress

import typer

from pipeline_core.cli.wiring import wired


def main() -> None:
    """Work until told to end."""
    with suppress(typer.Exit), wired() as app_:
        app_.ready_worker().run(app_.stopping)


if __name__ == "__main__":
    main()
