"""The kinds of file that are read, as a file field and a sentence name them."""

from pipeline_core.domain.filetypes import FILE_TYPES

ACCEPTED = ",".join(f".{extension}" for kind in FILE_TYPES for extension in kind.extensions)
"""For the attribute ``accept``."""
KINDS = [(kind.extensions[0], kind.label) for kind in FILE_TYPES]
"""The usual extension of each kind, and its name."""
