"""Liniya: a Russian voice line for government services."""

import os

__version__ = "0.1.0"

# Read when numpy is first loaded. Its second thread, which spins while it waits for work, takes a core from the
# recogniser: with 16 callers the ends of turns then wait up to a second.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
