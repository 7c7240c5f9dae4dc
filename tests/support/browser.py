"""A browser without a window, as people have one: it opens pages and says what stands on them."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1400,2000",
)  # fmt: skip
_READY_S = 30.0


class Browser:
    """One page at a time."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._asked = socket, 0

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)

    def reads(self, *words: str, within_s: float = 20) -> str:
        """The page's text, once it has all of the words; what it had at the end of that time, if it never does."""
        until = time.monotonic() + within_s
        while True:
            text = str(self.evaluate("document.body ? document.body.innerText : ''"))
            if all(word in text for word in words) or time.monotonic() > until:
                return text
            time.sleep(0.1)

    def asked(self) -> set[str]:
        """The hosts, with ports, that the page has asked for anything."""
        return set(
            self.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).host)") or []
        )

    def evaluate(self, code: str) -> Any:
        return self._call("Runtime.evaluate", expression=code, returnByValue=True)["result"].get("value")

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv(timeout=_READY_S))).get("id") != self._asked:
            pass
        result: dict[str, Any] = answer["result"]
        return result


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium, for as long as it is needed; without one the test is skipped, but not in continuous integration."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing = "No Chromium here, so no page was looked at; `apt-get install chromium` brings one."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with tempfile.TemporaryDirectory(prefix="pipeline-browser-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, *_QUIET, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            with connect(_page_of(Path(profile), process), max_size=None) as socket:
                yield Browser(socket)
        finally:
            family = [process, *psutil.Process(process.pid).children(recursive=True)]
            for member in family:
                member.kill()
            process.wait()


def _page_of(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """The address at which the browser's first page takes orders."""
    until, told = time.monotonic() + _READY_S, profile / "DevToolsActivePort"
    while time.monotonic() < until:
        assert process.poll() is None, f"Chromium ended at once, with {process.returncode}"
        try:
            port = int(told.read_text().split()[0])
            targets = httpx.get(f"http://127.0.0.1:{port}/json/list").json()
            return str(next(target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page"))
        except (OSError, ValueError, IndexError, StopIteration, httpx.HTTPError):
            time.sleep(0.1)
    raise AssertionError("Chromium did not start.")
