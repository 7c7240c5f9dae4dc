"""``pipeline``: thin commands over the services, a module a group. Heavy parts are imported by those that need them."""

from pipeline_core.cli.entry import main

__all__ = ["main"]
