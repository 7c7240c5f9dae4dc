"""A browser without a window, as people have one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws no window, so that it starts and works in half the time."""
_OPTIONS = ("--no-sandbox", "--disable-gpu")


def _program() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser of this machine, for as long as it is needed.

    Raises:
        playwright.sync_api.Error: there is none.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=list(_OPTIONS))
        yield browser
        browser.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The same; without one the test is skipped, but not in continuous integration."""
    if _program() is None:
        missing = "No Chromium here, so no page was looked at; `apt-get install chromium-headless-shell` brings one."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with launched() as browser:
        yield browser
