"""Commands and their Prefect server, as in the end-to-end tests."""

from tests.e2e.conftest import command_line as command_line
from tests.e2e.conftest import prefect_api_url as prefect_api_url
from tests.e2e.conftest import prefect_database as prefect_database
