"""``python -m finwatch``: the command line."""

from finwatch.cli.main import main

main()
