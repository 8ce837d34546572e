"""Entry point of run.sh."""

import os

from harness.runner import main

main(os.path.dirname(os.path.abspath(__file__)))
