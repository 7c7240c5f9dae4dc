"""A worker as a process of its own: takes the document through the stages. To be killed."""

import sys

from pipeline_core.bootstrap import Pipeline
from pipeline_core.settings import load_settings
from tests.paid_services.texts import TEXT
from tests.support.through import needs_work, receive, through, upload

if __name__ == "__main__":
    app = Pipeline(load_settings())
    through(app, needs_work(app, receive(app, upload(text=TEXT))))
    [row] = app.views.jobs(app.realm_id)
    app.close()
    sys.stdout.write(row["state"])
