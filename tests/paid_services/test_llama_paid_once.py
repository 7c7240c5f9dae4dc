"""A content is parsed and paid for once: killed or not, by one worker or many, for one user or two."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import user_id_for
from tests.paid_services import faults
from tests.paid_services.llama import (
    KEY,
    PAGES,
    assert_settled,
    convert,
    llama_settings,
    pdf_upload,
    policy,
    take_in,
    to_rest,
)
from tests.paid_services.llama_protocol import PARSE, LlamaCloud, job
from tests.paid_services.server import PaidServer

MakeLlama = Callable[..., Pipeline]
COST = PAGES * 0.00375


def worker(app: Pipeline, server: PaidServer, **more: str) -> subprocess.Popen[str]:
    """A process that converts the document."""
    environment = {
        f"UPLOAD_PIPELINE_{name.upper()}": str(value)
        for name, value in llama_settings(server).items()
        if name not in ("llama_cloud_api_key",)
    }
    environment |= {
        "UPLOAD_PIPELINE_DATABASE_URL": app.database_url,
        "UPLOAD_PIPELINE_HOME": str(app.settings.home),
        "UPLOAD_PIPELINE_LLAMA_PARSE_DEADLINE_S": "60",
        "LLAMA_CLOUD_API_KEY": KEY,
        **more,
    }
    command = [sys.executable, "-m", "tests.paid_services.parse_me"]
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)


def asked(server: PaidServer, part: str) -> int:
    return sum(count for path, count in server.received.items() if part in path)


def test_killed_while_it_polls(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    """kill -9, then again: the same job is looked at, and the account has what it cost."""
    app = make_llama()
    cloud.looks = 10_000
    process = worker(app, server)
    wait_for(lambda: asked(server, "/parse/pjb") > 2, process)
    process.kill()
    process.communicate()

    cloud.looks = 1
    assert worker(app, server).communicate(timeout=60)[0].endswith("converted")
    # one upload, and it does not stay there
    assert (server.paid, len(cloud.deleted), cloud.files) == (1, 1, {})
    assert spent(app) == pytest.approx(COST)


def test_killed_before_it_knows_the_jobs_name(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    """The job has begun, and its worker is killed before it learns so: the next one finds it by its tag."""
    app = make_llama()

    def begin_and_hang(exchange, route):  # type: ignore[no-untyped-def]
        route(exchange)
        exchange.server.released.wait()

    server.fail(begin_and_hang, on=lambda exchange: exchange.path == PARSE and exchange.method == "POST")
    process = worker(app, server, UPLOAD_PIPELINE_LLAMA_PARSE_TIMEOUT_S="60")
    wait_for(lambda: server.paid == 1, process)
    process.kill()
    process.communicate()

    for _ in range(3):  # other jobs of the same account: ours is on another page of the list
        cloud.jobs[f"pjb-{uuid4()}"] = {"id": "x", "status": "COMPLETED", "created_at": "2999-01-01T00:00:00Z"}

    [document_id] = take_in(app)
    assert to_rest(app, document_id).outcome == "converted"
    assert server.paid == 1
    assert spent(app) == pytest.approx(COST)
    assert_settled(app, document_id)


def spent(app: Pipeline) -> float:
    with psycopg.connect(app.database_url) as connection:
        rows = connection.execute(
            "SELECT state, cost_usd, (SELECT sum(cost_usd) FROM upload_pipeline.document_processing_stages) "
            "FROM upload_pipeline.paid_calls"
        ).fetchall()
    assert [row[0] for row in rows] == ["settled"]
    assert rows[0][1] == rows[0][2]
    return float(rows[0][1])


def test_two_workers_and_two_users_at_once(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    cloud.looks = 5
    apps = [make_llama(realm_id=user_id_for(name)) for name in ("ann", "bob")]
    ids = [take_in(app)[0] for app in apps]
    with ThreadPoolExecutor(2) as pool:
        rests = list(pool.map(to_rest, apps, ids))
    assert [rest.outcome for rest in rests] == ["converted"] * 2
    assert server.paid == 1
    assert rests[0].pages == rests[1].pages


def test_a_stuck_job_is_taken_up_again(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    app = make_llama(converter_fallback="none", llama_parse_deadline_s=0.2)
    [document_id] = take_in(app)
    cloud.looks = 10_000
    assert to_rest(app, document_id).code == "conversion_pending"
    looks = asked(server, "/parse/pjb")
    # its deadline is over: one look, and no waiting
    assert to_rest(app, document_id).code == "conversion_pending"
    assert asked(server, "/parse/pjb") == looks + 1
    cloud.looks = 0
    assert to_rest(app, document_id).outcome == "converted"
    assert server.paid == 1
    assert_settled(app, document_id)


def test_a_failure_is_kept_for_its_run(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    """Another document of the same bytes in the same run does not pay for the same failure; the next run asks anew."""
    run_id = uuid4()
    ann = make_llama(converter_fallback="none", run_id=run_id, realm_id=user_id_for("ann"))
    bob = make_llama(converter_fallback="none", run_id=run_id, realm_id=user_id_for("bob"))
    server.fail(job(status="FAILED"), on=lambda exchange: "pjb" in exchange.path)
    assert to_rest(ann, take_in(ann)[0]).code == "conversion_failed"
    assert to_rest(bob, take_in(bob)[0]).code == "conversion_failed"
    assert server.paid == 1
    eve = make_llama(converter_fallback="none", realm_id=user_id_for("eve"))
    assert to_rest(eve, take_in(eve)[0]).outcome == "converted"
    assert server.paid == 2


def test_other_parameters_are_another_job(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    for tier in ("cost_effective", "agentic", "agentic"):
        app = make_llama(llama_parse_tier=tier, realm_id=user_id_for(f"{tier} {server.paid}"))
        assert to_rest(app, take_in(app)[0]).outcome == "converted"
    assert server.paid == 2
    assert [body["tier"] for body in cloud.asked] == ["cost_effective", "agentic"]
    assert {body["version"] for body in cloud.asked} == {"2026-09-28", "2026-10-16"}
    assert all(body["page_ranges"] == {"max_pages": PAGES} for body in cloud.asked)


def test_billed_credits_are_the_cost(make_llama: MakeLlama, cloud: LlamaCloud) -> None:
    cloud.credits = True
    app = make_llama()
    assert to_rest(app, take_in(app)[0]).outcome == "converted"
    assert spent(app) == pytest.approx(7 * 0.00125)


def test_a_budget_parks_and_does_not_fall_back(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    app = make_llama(budget_run_usd=COST * 1.5)
    ids = take_in(app, pdf_upload(), pdf_upload("other.pdf", policy("Other")))
    report = convert(app, *ids)
    assert len(report.ran) == 1
    assert [error.code for error in report.parked.values()] == ["budget_exhausted"]
    assert server.paid == 1
    more = make_llama()
    assert to_rest(more, next(iter(report.parked))).outcome == "converted"
    assert server.paid == 2


def test_many_documents_wait_together(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    app = make_llama(llama_parse_concurrency=4)
    server.pause_s = 0.1
    ids = take_in(app, *(pdf_upload(f"{n}.pdf", policy(f"Policy {n}")) for n in range(4)))
    assert len(convert(app, *ids).ran) == 4
    assert server.most_at_once > 1
    assert server.paid == 4
    assert not server.paid_twice


def test_the_database_holds_the_rules(make_llama: MakeLlama, cloud: LlamaCloud) -> None:
    app = make_llama(converter_fallback="none", llama_parse_deadline_s=4)
    cloud.looks = 10_000
    to_rest(app, take_in(app)[0])
    for statement in (
        "DELETE FROM upload_pipeline.parse_jobs",
        "UPDATE upload_pipeline.parse_jobs SET service_job_id = 'other'",
        "UPDATE upload_pipeline.parse_jobs SET state = 'starting', service_job_id = NULL",
        "UPDATE upload_pipeline.parse_jobs SET state = 'done', finished_at = now()",
    ):
        with psycopg.connect(app.database_url) as connection, pytest.raises(CheckViolation):
            connection.execute(statement.encode())


def test_what_is_kept_is_pruned_and_what_is_under_way_is_not(make_llama: MakeLlama, cloud: LlamaCloud) -> None:
    app = make_llama()
    assert to_rest(app, take_in(app)[0]).outcome == "converted"
    cloud.looks = 10_000
    stuck = make_llama(converter_fallback="none", llama_parse_deadline_s=0.1)
    to_rest(stuck, take_in(stuck, pdf_upload("b.pdf", policy("B")))[0])
    with app.open_uow() as uow:
        assert uow.caches.prune(max_bytes=1, max_days=1)["parses"] == 1
        uow.commit()


def test_no_transaction_is_open_while_the_service_works(
    make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud
) -> None:
    app = make_llama(converter_fallback="none")
    [document_id] = take_in(app)
    server.fail(faults.slow(0.3), times=3)
    seen: list[int] = []
    idle = (
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
    )
    thread = threading.Thread(target=to_rest, args=(app, document_id))
    thread.start()
    with psycopg.connect(app.database_url, autocommit=True) as connection:
        while thread.is_alive():
            if server.at_once:
                seen.append(connection.execute(idle.encode()).fetchone()[0])  # type: ignore[index]
            time.sleep(0.05)
    assert len(seen) > 3
    assert set(seen) == {0}


def test_the_estimate_counts_pages_and_pays_nothing(
    make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud, tmp_path: Path
) -> None:
    file = tmp_path / "policy.pdf"
    file.write_bytes(policy())
    app = make_llama()
    [estimate] = app.estimate([file], realm_id=app.realm_id)
    assert (estimate.paid_pages, estimate.most.cost_usd) == (PAGES, pytest.approx(COST))
    assert server.paid == 0
    assert to_rest(app, take_in(app)[0]).outcome == "converted"
    [estimate] = app.estimate([file], realm_id=app.realm_id)
    assert (estimate.paid_pages, estimate.most.cost_usd) == (0, 0.0)


def test_a_deep_scan_parses_with_its_own_tier(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    app = make_llama(converter="local", deep_converter="llama-parse")
    assert app.ctx.converter.name == "local"
    converted = app.deep_ctx.converter.convert(policy(), filename="a.pdf", mime="application/pdf")
    assert converted.converter == "llama-parse-agentic_plus"
    assert [body["tier"] for body in cloud.asked] == ["agentic_plus"]
    # documents that nobody selected are converted here
    assert to_rest(app, take_in(app)[0]).outcome == "converted"
    assert server.paid == 1


@pytest.mark.parametrize("code", [500, 401, 404])
def test_a_file_that_cannot_be_deleted_there_costs_nothing_here(
    make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud, code: int
) -> None:
    app = make_llama()
    server.fail(faults.status(code), times=9, on=lambda exchange: exchange.method == "DELETE")
    [document_id] = take_in(app)
    rest = to_rest(app, document_id)
    assert (rest.outcome, rest.retries, server.paid) == ("converted", 0, 1)
    assert_settled(app, document_id)


def test_a_file_whose_job_is_refused_does_not_stay_there(
    make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud
) -> None:
    app = make_llama(converter_fallback="none")
    server.fail(faults.status(422), on=lambda exchange: exchange.path == PARSE and exchange.method == "POST")
    [document_id] = take_in(app)
    assert to_rest(app, document_id).outcome == "dead"
    assert (server.paid, len(cloud.deleted), cloud.files) == (0, 1, {})
