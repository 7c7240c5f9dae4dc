"""Unit tests find no settings in the environment, whatever the tests in the same process have set there."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("UPLOAD_PIPELINE_")]:
        monkeypatch.delenv(name)
