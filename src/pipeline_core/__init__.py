"""Documents in, reviewed knowledge out."""

import os

# Several batches run at once, and workers beside them: a matrix product that takes all cores for itself makes the
# threads wait for each other (measured: twice the time under load). It is read when numpy is imported first.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
