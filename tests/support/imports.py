"""What a module imports, as its text says."""

import ast
from pathlib import Path


def imported(path: Path) -> set[str]:
    """The modules that are named, and each name that is taken from one as if it were a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found
