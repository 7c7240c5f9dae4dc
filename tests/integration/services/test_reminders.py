"""People are reminded of what waits for them: once, by whoever looks first, and again when it goes on waiting."""

from concurrent.futures import ThreadPoolExecutor

import psycopg

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.services import reminders
from tests.support.reviewing import CONTRADICTORY
from tests.support.through import needs_work, receive, through, upload


def waiting_since(app: Pipeline, hours: int) -> DocumentId:
    [document_id] = needs_work(app, receive(app, upload("costs.md", CONTRADICTORY)))
    through(app, [document_id])
    with psycopg.connect(app.database_url) as owner:
        owner.execute("SET session_replication_role = replica")  # the time of a change is the triggers' to set
        owner.execute(
            "UPDATE upload_pipeline.upload_jobs SET waits_since = now() - make_interval(hours => %s)", (hours,)
        )
    return document_id


def test_each_review_is_told_of_once_and_again_a_day_later(app: Pipeline) -> None:
    document_id = waiting_since(app, 30)
    assert app.reminders.overdue_reviews(31.0) == []
    with ThreadPoolExecutor(4) as pool:
        told = [one for found in pool.map(lambda _: app.reminders.overdue_reviews(24.0), range(8)) for one in found]
    assert [(one.document_id, one.filename, round(one.hours)) for one in told] == [(document_id, "costs.md", 30)]
    with app.open_uow() as uow:
        assert uow.reminders.overdue_reviews(24.0, again_h=reminders.AGAIN_H) == []
        [again] = uow.reminders.overdue_reviews(24.0, again_h=0.0)
    assert again.document_id == document_id
