"""Names of Prefect's runs in lines of text: a run is called after its documents, so logs go without."""

import re

_NAMED = re.compile(r"""(\b[Ff]low run) (?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")(?: to (?:'[^'\n]*'|"[^"\n]*"))?""")


def without_run_names(text: str) -> str:
    """The text with `flow run 'policy.pdf + 3 more'` as `flow run`; ids stay."""
    return _NAMED.sub(lambda found: found[0] if _is_id(found[0]) else found[1], text)


def _is_id(named: str) -> bool:
    return re.search(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", named) is not None
