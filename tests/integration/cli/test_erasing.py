"""Erasing as it is typed: plan, confirmation, certificate, and looking for what is left."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
import structlog

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli import main
from pipeline_core.services.realms import Realms
from tests.support.erasing import WHY, erase, plan
from tests.support.published import text_of
from tests.support.through import publish, upload

CANARY = "Members of the Quibberwick society must report each zorblat to the warden within 7 days."
NAME = "quibberwick.md"
OTHER = "The beta boiler must be serviced every 12 months by an engineer."


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Typing = Callable[..., Said]


@pytest.fixture
def typed(app: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    monkeypatch.setattr(bootstrap, "pipeline", lambda: Pipeline(app.settings))

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["pipeline", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    yield run
    structlog.reset_defaults()


def test_a_document_is_planned_erased_and_looked_for(app: Pipeline, typed: Typing, tmp_path: Path) -> None:
    publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    planned = typed("erase", NAME, "--dry-run", "--json").json
    assert (planned["state"], planned["counts"]["documents"]) == ("planned", 1)
    assert "published facts and questions" in typed("erase", NAME, "--dry-run").out
    assert typed("erase", "--canary", "Quibberwick").code == 4

    refused = typed("erase", NAME, "--reason", WHY)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert typed("erase", NAME, "--reason", "short", "--yes").code == 2
    assert typed("erase", NAME, "--all-realm", "--yes").code == 2

    kept = tmp_path / "certificate.json"
    done = typed("erase", NAME, "--reason", WHY, "--yes", "--certificate", str(kept))
    assert done.code == 0, done.err
    assert "Erased: 1 document." in done.out
    verified = typed("erase", "--verify", str(kept), "--json")
    assert (verified.code, verified.json["traces"]) == (0, [])
    looked = typed("erase", "--canary", "Quibberwick")
    assert looked.code == 0, looked.out
    assert "Not searched: backups" in looked.out
    assert typed("erase", "--verify", str(tmp_path / "none.json")).code == 2
    for text, said in (("[]", "no JSON object"), ("{", "is no JSON"), ('{"fingerprints": {}}', "`erasure_id`")):
        kept.write_text(text)
        refused = typed("erase", "--verify", str(kept))
        assert (refused.code, said in refused.err) == (2, True), refused.err
    [listed] = typed("erasures", "--json").json["erasures"]
    assert (listed["state"], listed["reason"]) == ("done", WHY)
    assert "article 17" in typed("erasures").out
    assert "carried on" in typed("erase", "--again").out


def test_a_person_goes_everywhere(app: Pipeline, typed: Typing) -> None:
    publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    user = str(app.person.user_id)
    done = typed("erase", "--person", user, "--reason", WHY, "--yes", "--json")
    assert (done.code, done.json["state"], done.json["documents"]) == (0, "done", 1)
    assert typed("erase", "--canary", "Quibberwick").code == 0


class _KilledError(Exception):
    pass


def interrupted(app: Pipeline, erasure_id: UUID) -> None:
    """An erasure whose process ended once its rows had gone."""

    def die(step: str) -> None:
        if step.startswith("removing objects"):
            raise _KilledError

    with pytest.raises(_KilledError):
        app.carry_out_erasures(erasure_id, die)


def test_one_of_the_same_name_in_another_realm_is_another(app: Pipeline, typed: Typing) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    app.acting = app.person
    other = Realms(app.open_uow, app.person).create("other").realm_id
    received = app.intake.receive([upload(NAME, text_of("Zorblat", "Another boiler is serviced."))], realm_id=other)
    begun = app.erasures.begin(plan(app, gone).erasure_id, WHY)
    interrupted(app, begun.erasure_id)
    done = typed("erase", NAME, "--realm", "other", "--reason", f"{WHY} Too.", "--yes", "--json")
    assert (done.code, done.json["reason"]) == (0, f"{WHY} Too.")
    assert done.json["certificate"]["documents"] == [*map(str, received.documents)]
    with app.open_uow() as uow:
        assert [one.erasure_id for one in uow.erasures.under_way()] == [begun.erasure_id]
    carried_on = typed("erase", NAME, "--yes", "--json")
    assert carried_on.json["erasure_id"] == str(begun.erasure_id)
    assert f"Erasure {begun.erasure_id} of 1 document began" in carried_on.err


def test_one_that_was_interrupted_is_known_by_its_id(app: Pipeline, typed: Typing) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    begun = app.erasures.begin(plan(app, gone).erasure_id, WHY)
    interrupted(app, begun.erasure_id)
    assert typed("erase", str(begun.erasure_id), "--json").json["state"] == "done"


def test_what_a_restore_left_in_the_store_is_removed(app: Pipeline, typed: Typing) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    before = {key: app.store.get(key) for key in app.store.list(f"documents/{gone}/")}
    erase(app, gone)
    for key, data in before.items():
        app.store.put(key, data)
    done = typed("erase", "--again")
    assert (done.code, done.out) == (0, "")
    assert f"Removed: {len(before)} objects of what was erased before" in done.err
    assert list(app.store.list(f"documents/{gone}/")) == []
    publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    assert "Nothing was to be carried on." in typed("erase", "--again").out, "what was taken in anew stays"
    assert list(app.store.list(f"documents/{gone}/"))


def test_of_several_each_has_a_certificate(app: Pipeline, typed: Typing, tmp_path: Path) -> None:
    documents = publish(app, upload(NAME, text_of("Zorblat", CANARY)), upload("b.md", text_of("Beta", OTHER)))
    begun = [app.erasures.begin(plan(app, one).erasure_id, WHY).erasure_id for one in documents]
    assert typed("erase", "--again", "--certificate", str(tmp_path / "erased.json")).code == 0
    assert {path.name for path in tmp_path.glob("erased*")} == {f"erased-{one}.json" for one in begun}


def test_a_database_is_replaced_only_by_request(typed: Typing, tmp_path: Path) -> None:
    refused = typed("restore", str(tmp_path / "backup"), "--replace")
    assert (refused.code, "give --yes" in refused.err) == (2, True), refused.err
    assert "give --yes" not in typed("restore", str(tmp_path / "backup"), "--replace", "--yes").err


def test_an_id_of_nobody_is_refused(typed: Typing) -> None:
    refused = typed("erase", "--person", str(uuid4()), "--reason", WHY, "--yes")
    assert (refused.code, "Nobody of the id" in refused.err) == (2, True), refused.err
