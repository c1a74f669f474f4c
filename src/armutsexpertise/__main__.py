"""Run the command line with ``python -m armutsexpertise``."""

from armutsexpertise.cli import main

main()
