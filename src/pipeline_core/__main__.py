"""``python -m pipeline_core``: the same as ``pipeline``."""

from pipeline_core.cli import main

main()
