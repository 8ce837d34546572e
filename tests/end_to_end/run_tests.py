"""Entry point of run.sh."""

import os

from harness.runner import StrictResult, main

# The large file alone may take ten minutes.
main(os.path.dirname(os.path.abspath(__file__)), time_limit=3600, counting=StrictResult)
