"""What is erased is nowhere any more; what others say stays; and a row says that it was."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.connection import connect_options
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.erasing import ErasureScope, ErasureState, Key
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    BeingErasedError,
    ConflictError,
    NotErasedAgainError,
    NotFoundError,
    PipelineError,
    ReasonTooShortError,
    RefusedError,
)
from pipeline_core.domain.ids import UserId
from pipeline_core.domain.json_bytes import json_bytes
from pipeline_core.domain.realms import Person, Role
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.domain.rows.webhooks import WebhookEvent
from pipeline_core.review.decisions import Decision, Request
from pipeline_core.services.plan_erasures import Meant
from pipeline_core.services.realms import Realms
from pipeline_core.terminal.erasing import title_of
from tests.support.erasing import (
    WHY,
    dump,
    erase,
    erase_person,
    erase_realm,
    make_prefect_database,
    places_of,
    plan,
)
from tests.support.published import FACT, in_production, rows, text_of, who_says
from tests.support.reviewing import park
from tests.support.through import publish, receive, upload
from tests.support.two_users import API, SERVICE

CANARY = "Members of the Quibberwick society must report each zorblat to the warden within 7 days."
NAME = "quibberwick-Ünal 2019.md"
OTHER = "The beta boiler must be serviced every 12 months by an engineer."


def test_a_document_is_nowhere_any_more(app: Pipeline, database_url: str) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", FACT, CANARY)))
    [other] = publish(app, upload("b.md", text_of("Beta", FACT, OTHER)))
    prefect = make_prefect_database(app.home, NAME)
    (app.home / "logs").mkdir(exist_ok=True)
    (app.home / "logs" / "up.log").write_text(f"read {NAME} and went on\n")
    assert places_of(app, database_url, "Quibberwick")
    assert places_of(app, database_url, NAME)

    done = erase(app, gone)

    assert done.state is ErasureState.DONE
    for word in ("Quibberwick", "zorblat", "Zorblat", NAME, "quibberwick"):
        assert places_of(app, database_url, word) == []
        assert app.find_erased.canary(word).is_clean
    assert prefect.is_file()
    assert who_says(app, FACT) == ["b.md"], "it is published from where it stands as well"
    assert in_production(app) == [("b.md", FACT), ("b.md", OTHER)] or len(in_production(app)) == 2
    assert rows(app, "SELECT count(*) FROM documents WHERE document_id = %s", gone) == [(0,)]
    certificate = done.certificate
    assert certificate is not None
    assert certificate["fingerprints"]["also_elsewhere"]["statements"] > 0
    assert app.find_erased.verify(certificate).is_clean
    assert rows(app, "SELECT count(*) FROM events WHERE document_id = %s AND payload <> %s::jsonb", gone,
                f'{{"erased": "{done.erasure_id}"}}') == [(0,)]  # fmt: skip
    assert other


def test_what_is_left_somewhere_is_found(app: Pipeline, database_url: str) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    certificate = erase(app, gone).certificate or {}
    publish(app, upload("again.md", text_of("Another", CANARY)))
    found = app.find_erased.verify(certificate)
    assert {"staged_questions.statement", "all_questions.statement"} <= {one.place for one in found.traces}
    assert not app.find_erased.canary("Quibberwick").is_clean


def test_the_same_content_is_taken_in_again_once_it_is_done(app: Pipeline) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    begun = app.erasures.begin(plan(app, gone).erasure_id, WHY)
    assert app.claim([gone]).document_ids == ()
    app.carry_out_erasures(begun.erasure_id)
    [again] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    assert who_says(app, CANARY) == [NAME]
    assert again == gone


def test_a_plan_that_is_not_true_any_more_is_refused(app: Pipeline) -> None:
    [gone] = publish(app, upload("a.md", text_of("Alpha", CANARY)))
    planned = plan(app, gone)
    with pytest.raises(ReasonTooShortError):
        app.erasures.begin(planned.erasure_id, "no")
    with app.open_uow() as uow:
        uow.session.connection.execute("INSERT INTO events (document_id, realm_id, type, code) "
                                       "SELECT document_id, realm_id, 'downloaded', 'x' FROM documents")  # fmt: skip
        uow.commit()
    with pytest.raises(ConflictError, match="events, emptied: "):
        app.erasures.begin(planned.erasure_id, WHY)


def test_a_worker_that_has_it_in_hand_is_waited_for(app: Pipeline) -> None:
    received = receive(app, upload("a.md", text_of("Alpha", CANARY)))
    [document_id] = received.documents
    batch = app.claim([document_id])
    begun = app.erasures.begin(plan(app, document_id).erasure_id, WHY)
    with pytest.raises(AlreadyDecidedError, match="being processed"):
        app.carry_out_erasures(begun.erasure_id)
    with app.claim.released(batch):
        app.run_through(batch)
    assert app.claim([document_id]).document_ids == ()
    assert app.carry_out_erasures(begun.erasure_id).state is ErasureState.DONE
    assert app.carry_out_erasures.all() == []


def test_a_person_goes_with_uploads_and_name(make_pipeline: Callable[..., Pipeline], database_url: str) -> None:
    app = make_pipeline(changes={"reviewer": "Hieronyma Zwetschgenbaum"})
    app.acting = app.person
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    realms = Realms(app.open_uow, app.person)
    realms.put(realms.create("team").realm_id, UserId(uuid4()), Role.READER, name="Bea")
    erase(app, *publish(app, upload("b.md", text_of("Beta", OTHER))))
    plan(app, gone)
    assert places_of(app, database_url, f"Hieronyma Zwetschgenbaum ({app.person.user_id})")
    assert not app.find_erased.canary("Hieronyma").is_clean
    done = erase_person(app, app.person.user_id, None)
    assert places_of(app, database_url, "Hieronyma") == []
    assert app.find_erased.canary("Hieronyma").is_clean
    by = rows(app, "SELECT DISTINCT payload ->> 'by' FROM events WHERE code IN ('realm_created', 'member_added')")
    assert by == [(str(app.person.user_id),)]
    asked = rows(app, "SELECT asked_by, asked_by_name, certificate ->> 'asked_by_name' FROM erasures")
    assert asked == [(app.person.user_id, "", "")] * 2, "plans are dropped, and whoever asked is kept as an id"
    assert places_of(app, database_url, "Quibberwick") == []
    assert (done.certificate or {})["documents"] == [str(gone)]


def test_a_realm_goes_whole(app: Pipeline, database_url: str) -> None:
    ann = Person(UserId(app.person.user_id), "Ann")
    app.acting, realms = ann, Realms(app.open_uow, ann)
    made = realms.create("Quibberwick claims")
    realms.put(made.realm_id, UserId(made.realm_id), Role.READER, name="Quibberwick reader")
    received = app.intake.receive([upload(NAME, text_of("Zorblat", CANARY))], realm_id=made.realm_id)
    assert received.documents
    erase_realm(app, made.realm_id)
    assert places_of(app, database_url, "Quibberwick") == []
    assert [one.name for one in realms.all()] == ["personal"]


def test_it_is_the_one_door_through_events(app: Pipeline, database_url: str) -> None:
    [document_id] = publish(app, upload("a.md", text_of("Alpha", CANARY)))
    planned = plan(app, document_id)
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("SET search_path TO upload_pipeline, public")
        for statement in (
            "UPDATE events SET payload = '{}'",
            f"SELECT set_config('upload_pipeline.erasing', '{planned.erasure_id}', false); "
            "UPDATE events SET payload = '{}'",
            f"SELECT erase_events('{planned.erasure_id}', '{{}}', '{{}}')",
            f"SELECT erase_words('{planned.erasure_id}', 'events', 'payload', '{{}}')",
        ):
            with pytest.raises(psycopg.Error):
                owner.execute(statement)
        with pytest.raises(psycopg.Error, match="illegal change"):
            owner.execute("UPDATE erasures SET state = 'done', done_at = now(), begun_at = now(), certificate = '{}'")
        with pytest.raises(psycopg.Error, match="in its realm"):
            owner.execute(
                "INSERT INTO erasures (scope, realm_id, document_ids, reason, counts) "
                "SELECT 'documents', gen_random_uuid(), ARRAY[document_id], '', '{}' FROM documents"
            )
    erase(app, document_id)
    with psycopg.connect(database_url, autocommit=True) as owner, pytest.raises(psycopg.Error, match="stays on record"):
        owner.execute("DELETE FROM upload_pipeline.erasures")


def test_the_door_does_not_open_for_the_apis_role(manual: Pipeline, database_url: str) -> None:
    """Whoever may begin an erasure of their own can say that it is carried out; that counts for nothing."""
    document_id = park(manual, "a.md", text_of("Alpha", CANARY))
    request = Request(Decision.REJECT, Reviewer(manual.realm_id, "Ann", "It was sent by mistake."))
    manual.parking.park(document_id, request, 10)
    with psycopg.connect(database_url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE upload_pipeline.parked_decisions SET ended_at = now(), outcome = 'undone', undone_by = 'Ann'"
        )
    for claimant in (API, SERVICE):
        with psycopg.connect(database_url, options=connect_options(claimant)) as connection:
            claims = {"sub": str(manual.realm_id), "name": "Ann"}
            connection.execute("SELECT set_config('request.jwt.claims', %s, false)", [json.dumps(claims)])
            made = connection.execute(
                "INSERT INTO erasures (scope, realm_id, person_id, document_ids, reason, counts) "
                "VALUES ('person', %s, gen_random_uuid(), '{}', '', '{}') RETURNING erasure_id",
                [manual.realm_id],
            ).fetchone()
            assert made
            connection.execute(
                "UPDATE erasures SET state = 'erasing', begun_at = now(), reason = %s WHERE erasure_id = %s",
                [WHY, made[0]],
            )
            connection.execute("SELECT set_config('upload_pipeline.erasing', %s, false)", [str(made[0])])
            assert connection.execute("SELECT present_erasure()").fetchone() == (None,)
            with pytest.raises(psycopg.Error, match=r"parked|decided|ended|over"):
                connection.execute("UPDATE parked_decisions SET outcome = 'undone', undone_by = 'Nobody'")


def closed_and_opened(app: Pipeline, make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    """Another pipeline on the same database, once the server has seen that the worker of this one is gone."""
    app.close()
    other = make_pipeline()
    while other.restore.database.workers():
        time.sleep(0.02)
    return other


class _KilledError(Exception):
    pass


STEPS = ("writing down", "removing rows", "removing rows: 1 more", "removing objects", "looking through logs",
         "looking through Prefect")  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_whoever_carries_on_comes_to_the_same_end(app: Pipeline, database_url: str, step: str) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    make_prefect_database(app.home, NAME)
    begun = app.erasures.begin(plan(app, gone).erasure_id, WHY)

    def die(now: str) -> None:
        if now.startswith(step):
            raise _KilledError

    with pytest.raises(_KilledError):
        app.carry_out_erasures(begun.erasure_id, die)
    [(_, refusal)] = receive(app, upload(NAME, text_of("Zorblat", CANARY))).refused
    assert isinstance(refusal, BeingErasedError)
    [done] = app.carry_out_erasures.all()
    assert done.state is ErasureState.DONE
    certificate = done.certificate or {}
    assert certificate["removed"]["rows"]["documents"] == 1
    assert certificate["fingerprints"]["statements"]
    assert places_of(app, database_url, "Quibberwick") == []
    assert places_of(app, database_url, NAME) == []


def test_fingerprints_are_the_same_in_sql(app: Pipeline) -> None:
    key = Key()
    inner, outer = key.pads()
    for text in ("a", " Über\u00a0\tuns\n ", "ﬁve ½ ① ﷺ", "e\u0301", "Ünal 2019.md", "x" * 500):
        [(made,)] = rows(app, "SELECT keyed_fingerprint(%s, %s, %s)", text, inner, outer)
        assert made == key.fingerprint(text), text


def test_a_dump_is_what_is_searched(app: Pipeline, database_url: str) -> None:
    publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    assert b"Quibberwick" in dump(database_url)


def test_what_was_erased_is_erased_again_when_a_backup_is_put_back(
    app: Pipeline, make_pipeline: Callable[..., Pipeline], database_url: str, tmp_path: Path
) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    publish(app, upload("b.md", text_of("Beta", OTHER)))
    app.backup(tmp_path / "backup")
    first = erase(app, gone)
    app = closed_and_opened(app, make_pipeline)
    restored = app.restore(tmp_path / "backup", replace=True)
    assert restored.erased == 1
    [again] = app.erasures.all(app.realm_id)
    held, handed_out = again.certificate or {}, first.certificate or {}
    assert held["fingerprints"]["key"] == handed_out["fingerprints"]["key"]
    assert set(held["fingerprints"]["statements"]) >= set(handed_out["fingerprints"]["statements"])
    assert app.find_erased.verify(handed_out).is_clean
    assert places_of(app, database_url, "Quibberwick") == []
    assert who_says(app, OTHER) == ["b.md"]


def test_nothing_is_served_before_it_is_erased_again(
    app: Pipeline, make_pipeline: Callable[..., Pipeline], database_url: str, tmp_path: Path
) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    app.backup(tmp_path / "backup")
    erase(app, gone)
    app = closed_and_opened(app, make_pipeline)

    def die(_step: object) -> list[Erasure]:
        raise _KilledError

    with pytest.raises(_KilledError):
        replace(app.restore, erase_again=die)(tmp_path / "backup", replace=True)
    other = make_pipeline()
    assert other.for_user(other.person).views.jobs(other.realm_id, limit=10) == []
    with pytest.raises(NotErasedAgainError):
        other.views.jobs(other.realm_id)
    app.carry_out_erasures.all()
    assert places_of(app, database_url, "Quibberwick") == []
    assert other.views.jobs(other.realm_id) == []


def test_a_bank_of_a_person_goes_with_what_is_published_of_it(app: Pipeline, database_url: str) -> None:
    app.acting = app.person
    by = Reviewer(app.realm_id, "Ann")
    text = "# Bank\n\n1. What must a member of the Quibberwick society report?\n\n   Each zorblat.\n"
    staged = app.staging.stage_bank(text.encode(), "quibberwick-bank.md", by=by)
    assert staged.batch is not None
    batch_id = staged.batch.batch_id
    list(app.bank_queue.drain())
    app.review.decide_facts(OfBatch(batch_id), None, QuestionStatus.APPROVED, by=by)
    app.staging.import_approved(batch_id, by=by)
    list(app.bank_queue.drain())
    assert rows(app, "SELECT count(*) FROM all_questions WHERE question ~ 'Quibberwick'") == [(1,)]
    done = erase_person(app, app.person.user_id, app.realm_id)
    assert (done.certificate or {})["banks"] == [str(batch_id)]
    assert places_of(app, database_url, "Quibberwick") == []
    assert places_of(app, database_url, "quibberwick-bank.md") == []


def test_whoever_follows_changes_is_told(app: Pipeline) -> None:
    with app.open_uow() as uow:
        uow.webhooks.add(
            uuid4(), app.realm_id, "https://example.org/hook", f"whsec_{'A' * 44}", list(WebhookEvent), most=0
        )
        uow.commit()
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    assert rows(app, "SELECT count(*) FROM webhook_deliveries WHERE payload::text ~ 'quibberwick'") != [(0,)]
    erase(app, gone)
    assert rows(app, "SELECT kind FROM knowledge_changes WHERE document_id = %s ORDER BY change_id", gone)[-1] == (
        "erased",
    )
    told = rows(app, "SELECT payload -> 'data' ->> 'document_id', payload::text FROM webhook_deliveries")
    assert [document_id for document_id, _ in told] == [str(gone)]
    assert "quibberwick" not in told[0][1]


def test_a_person_across_realms_is_nothing_for_the_api(app: Pipeline) -> None:
    services = app.for_user(app.person)
    with pytest.raises(PipelineError):
        services.erasures.plan(Meant(ErasureScope.PERSON, None, app.person.user_id))


def test_a_document_that_waits_goes_with_the_decision_that_is_parked(manual: Pipeline, database_url: str) -> None:
    document_id = park(manual, NAME, text_of("Zorblat", CANARY))
    request = Request(Decision.REJECT, Reviewer(manual.realm_id, "Ann", f"{NAME} was sent by mistake."))
    manual.parking.park(document_id, request, 10)
    assert places_of(manual, database_url, "was sent by mistake")
    erase(manual, document_id)
    assert places_of(manual, database_url, "Quibberwick") == []
    assert places_of(manual, database_url, "was sent by mistake") == []
    assert manual.parking.carry_out_due() == []


def test_earlier_versions_go_along_unless_they_are_left(app: Pipeline, database_url: str) -> None:
    place = "file:///srv/zorblat.md"
    first = publish(app, upload("zorblat.md", text_of("Zorblat", CANARY), place))
    second = publish(app, upload("zorblat.md", text_of("Zorblat", OTHER), place))
    [other] = publish(app, upload("b.md", text_of("Beta", FACT), "file:///srv/b.md"))
    meant = Meant(ErasureScope.DOCUMENTS, app.realm_id, document_ids=second)
    only = app.erasures.plan(replace(meant, only_this=True))
    assert (list(only.document_ids), only.earlier_versions) == (second, 0)
    planned = app.erasures.plan(meant)
    assert (set(planned.document_ids), planned.earlier_versions) == ({*first, *second}, 1)
    assert title_of(planned) == "1 document with 1 earlier version of it"
    older = app.erasures.plan(replace(meant, document_ids=first))
    assert list(older.document_ids) == first, "what stands there now is not meant by what stood there"
    app.carry_out_erasures(app.erasures.begin(planned.erasure_id, WHY).erasure_id)
    assert places_of(app, database_url, "Quibberwick") == []
    assert rows(app, "SELECT document_id FROM documents") == [(other,)]


def test_only_this_leaves_earlier_versions(app: Pipeline) -> None:
    place = "file:///srv/zorblat.md"
    [first] = publish(app, upload("zorblat.md", text_of("Zorblat", CANARY), place))
    second = publish(app, upload("zorblat.md", text_of("Zorblat", OTHER), place))
    planned = app.erasures.plan(Meant(ErasureScope.DOCUMENTS, app.realm_id, document_ids=second, only_this=True))
    app.carry_out_erasures(app.erasures.begin(planned.erasure_id, WHY).erasure_id)
    assert rows(app, "SELECT document_id FROM documents") == [(first,)]


def test_a_plan_of_a_person_says_where_they_are_named_or_that_nobody_is(app: Pipeline) -> None:
    app.acting, known = Person(app.person.user_id, "Ann"), UserId(uuid4())
    realms = Realms(app.open_uow, app.acting)
    team = realms.create("team").realm_id
    realms.put(team, known, Role.READER, name="Bea")
    assert app.erasures.plan(Meant(ErasureScope.PERSON, None, known)).counts == {"memberships": 1}
    for realm_id in (None, team, app.realm_id):
        with pytest.raises(NotFoundError, match="Nobody of the id"):
            app.erasures.plan(Meant(ErasureScope.PERSON, realm_id, UserId(uuid4())))


def test_a_certificate_is_what_is_on_record(app: Pipeline) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    made = json.loads(json_bytes(erase(app, gone).certificate))
    verify = app.find_erased.verify
    assert verify(made).is_clean
    assert verify({"certificate": made}).is_clean
    prints = made["fingerprints"]
    for changed, said in (
        ({"fingerprints": {**prints, "names": [], "statements": [], "passages": []}}, "differs .*fingerprints.names"),
        ({"fingerprints": {**prints, "key": "0" * 64}}, "differs .*fingerprints.key"),
        ({"documents": []}, "differs .*documents"),
        ({"realm_id": str(uuid4())}, "differs .*realm_id"),
        ({"more": 1}, "differs .*more"),
        ({"erasure_id": str(uuid4())}, "not of this installation"),
        ({"erasure_id": "x"}, "`erasure_id` is no id"),
        ({"documents": [7]}, "`documents` is no list of ids"),
        ({"fingerprints": {**prints, "passages": None}}, "`fingerprints.passages`"),
        ({"fingerprints": {**prints, "key": ""}}, "`fingerprints.key`"),
        ({"fingerprints": []}, "`fingerprints` is no object"),
    ):
        with pytest.raises(RefusedError, match=said):
            verify({**made, **changed})
    for value in ([], "x", 7, None):
        with pytest.raises(RefusedError, match="no JSON object"):
            verify(value)


def test_a_certificate_without_fingerprints_says_so(app: Pipeline, database_url: str) -> None:
    [gone] = publish(app, upload(NAME, text_of("Zorblat", CANARY)))
    erase(app, gone)
    with psycopg.connect(database_url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE upload_pipeline.erasures SET certificate = jsonb_set(jsonb_set(jsonb_set(certificate, "
            "'{fingerprints,names}', '[]'), '{fingerprints,statements}', '[]'), '{fingerprints,passages}', '[]')"
        )
    [held] = app.erasures.all(app.realm_id)
    found = app.find_erased.verify(held.certificate)
    assert found.searched["fingerprints"] == 0
    assert any("has no fingerprints" in told for told in found.not_searched)


def test_the_statistics_of_the_planner_forget_it(app: Pipeline, database_url: str) -> None:
    quoting = (
        "SELECT tablename || '.' || attname FROM pg_stats WHERE schemaname = 'upload_pipeline' AND "
        "concat(most_common_vals, histogram_bounds, most_common_elems) ~* 'quibberwick'"
    )
    gone = publish(
        app, upload(NAME, text_of("Zorblat", CANARY)), upload("b.md", text_of("Other", f"{CANARY[:-7]} month."))
    )
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("ANALYZE")
        assert owner.execute(quoting).fetchall()
        assert any("statistics of" in one.place for one in app.find_erased.canary("Quibberwick").traces)
        erase(app, *gone)
        assert owner.execute(quoting).fetchall() == []
        assert app.find_erased.canary("Quibberwick").is_clean
        assert owner.execute("SELECT count(*) FROM pg_stats WHERE schemaname = 'upload_pipeline'").fetchall() != [(0,)]
