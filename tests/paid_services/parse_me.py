"""A worker as a process of its own: converts a document by LlamaParse. To be killed."""

import sys

from pipeline_core.bootstrap import Pipeline
from pipeline_core.settings import load_settings
from tests.paid_services.llama import take_in, to_rest

if __name__ == "__main__":
    app = Pipeline(load_settings())
    rest = to_rest(app, take_in(app)[0])
    app.close()
    sys.stdout.write(rest.outcome)
