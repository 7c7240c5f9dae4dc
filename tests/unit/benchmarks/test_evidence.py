"""What the benchmark of the second proof takes for the truth."""

import pytest

from benchmarks.evidence import Truth, judge
from pipeline_core.domain.layout import squash

TEXT = """The boiler must be serviced once every year by an engineer [@smith-gas-safety-2019] whom the maker has
certified. Members may end the contract with notice of three months, and the deposit is paid back within fourteen days.
"""


@pytest.mark.parametrize(
    ("quote", "truth"),
    [
        ("The boiler must be serviced once every year by an engineer", Truth.WHOLE),
        ("The boiler must be serviced¹ once every year by an engineer", Truth.WHOLE),
        ("once every year by an engineer [12] whom the maker has certified", Truth.WHOLE),
        ("The boiler must be serviced once notice of three months, and the deposit", Truth.SCATTERED),
        ("The boiler must be serviced once by an engineer", Truth.SCATTERED),
        ("The boiler must be serviced 352 once every year by an engineer", Truth.SCATTERED),
        ("whom the maker has certified. The boiler must be serviced", Truth.SCATTERED),
        ("The heating must run throughout the winter", Truth.UNKNOWN),
    ],
)
def test_what_is_true_of_a_quote(quote: str, truth: Truth) -> None:
    assert judge(squash(quote), squash(TEXT)) is truth
