"""The console in a real server, and people with browsers in front of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.realms import Role
from pipeline_core.settings import load_settings
from tests.support import browser
from tests.support.console_realm import Realm, fill
from tests.support.serving import served
from tests.support.two_users import ANN, BOB

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
PATIENCE_MS = 20_000
"""A busy machine may need it; nothing waits longer than it has to."""
expect.set_options(timeout=PATIENCE_MS)
NO_LIMITS = {"limit_uploads_per_day": 0, "limit_active_jobs": 0, "limit_console_per_minute": 0}


# of a module: while it is there an event loop runs in this thread, which tests of other modules may need for their own
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with browser.chromium() as opened_browser:
        yield opened_browser


@dataclass
class Console:
    """A server of the console over a pipeline."""

    pipeline: Pipeline
    url: str
    chromium: Browser
    people: list["Person"] = field(default_factory=list)
    realm_id: UUID | None = None
    """The realm that whoever signs in has chosen to work in; None for the personal one."""

    def sign_in(
        self, user_id: UUID = ANN, name: str = "Ann Berger", *, scripts: bool = True, **options: Any
    ) -> "Person":
        """Somebody who is signed in, in a browser of their own."""
        context = self.chromium.new_context(
            java_script_enabled=scripts,
            viewport={"width": 1280, "height": 800},
            base_url=self.url,
            # a colour that is measured on its way to another one is neither
            reduced_motion="reduce",
            **options,
        )
        token = local_token(self.pipeline.settings.model_copy(update={"user_id": user_id, "reviewer": name}))
        answer = context.request.post("/sign-in", form={"token": token}, max_redirects=0)
        assert answer.status == 303, answer.text()
        if self.realm_id:
            context.add_cookies([{"name": "pipeline-realm", "value": str(self.realm_id), "url": self.url}])
        context.set_default_timeout(PATIENCE_MS)
        person = Person(context, context.new_page())
        self.people.append(person)
        return person


class Person:
    """A browser's page, and everything that it complained of."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.complaints: list[str] = []
        self.expected: list[str] = []
        """Parts of complaints that a test provokes."""
        page.on("console", lambda said: self._hear(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._hear(str(error)))

    def _hear(self, text: str) -> None:
        self.complaints.append(text)

    def check(self) -> None:
        """Fail on an error in the browser's console, or a report of the policy."""
        found = [one for one in self.complaints if not any(part in one for part in self.expected)]
        assert not found, found

    def axe(self, *rules: str) -> list[str]:
        """What axe-core finds that is serious or critical, by all of its rules or by these."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(
            "rules => axe.run(rules.length ? {runOnly: rules} : {}).then(r => r.violations"
            ".filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')))",
            rules,
        )
        return list(found)


@contextmanager
def opened(pipeline: Pipeline, chromium: Browser) -> Iterator[Console]:
    """A server of the console over a pipeline; at the end nobody's browser may have complained."""
    with served(pipeline) as url:
        console = Console(pipeline, url, chromium)
        try:
            yield console
        finally:
            for person in console.people:
                person.context.close()
    for person in console.people:
        person.check()


@pytest.fixture
def open_console(chromium: Browser) -> Iterator[Callable[[Pipeline], Console]]:
    """Serves the console over a pipeline."""
    with ExitStack() as consoles:
        yield lambda pipeline: consoles.enter_context(opened(pipeline, chromium))


@contextmanager
def filled_console(
    chromium: Browser, database_url: str, home: Path, *, hostile: bool, **adapters: WorkerProcesses | LocalConverter
) -> Iterator[tuple[Console, Realm]]:
    """A console over a shared realm in which each page has something to show, for the tests of a module."""
    changes = {**NO_LIMITS, "publish_from": 0.0, "user_id": ANN, "retry_base_s": 0.05}
    settings = load_settings(home=home, database_url=database_url, **changes)
    own = Pipeline(settings, **adapters)
    realm_id = own.for_user(own.person).realms.create("team").realm_id
    both = [
        Pipeline(settings.model_copy(update={"realm_id": realm_id, "workflow": workflow}), **adapters)
        for workflow in ("automatic", "manual")
    ]
    realm = fill(*both, hostile=hostile)
    with opened(both[0], chromium) as console:
        console.realm_id = realm_id
        yield console, realm
    for pipeline in (*both, own):
        pipeline.close()


@pytest.fixture
def team_console(
    make_pipeline: Callable[..., Pipeline], open_console: Callable[[Pipeline], Console]
) -> Callable[[Role], Console]:
    """Makes a console over a realm that Ann has made, and in which Bob has the role."""

    def make(role: Role) -> Console:
        changes = {**NO_LIMITS, "user_id": ANN, "workflow": "manual"}
        own = make_pipeline(changes=changes)
        realms = own.for_user(own.person).realms
        realm_id = realms.create("team").realm_id
        realms.put(realm_id, BOB, role, name="Bob Osei")
        return open_console(make_pipeline(changes={**changes, "realm_id": realm_id}))

    return make


@pytest.fixture
def console(make_pipeline: Callable[..., Pipeline], open_console: Callable[[Pipeline], Console]) -> Console:
    """A console over a pipeline whose documents all wait in matching review."""
    return open_console(make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"}))
