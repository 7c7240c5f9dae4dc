"""PDFium's one rule."""

import threading

ONE_AT_A_TIME = threading.Lock()
"""PDFium may be used by one thread of a process at a time; two crash the process."""
