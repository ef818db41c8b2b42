"""`python -m truflow`."""

from truflow.cli import main

main()
