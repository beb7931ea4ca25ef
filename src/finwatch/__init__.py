"""Finwatch watches internet-finance apps, from the store they are listed in to the measure that is taken.

The pipeline, in reading order: ``crawl`` → ``lake`` → ``package`` / ``identify`` / ``policy`` / ``checks`` /
``likeness`` / ``risk`` → ``lake`` → ``store`` → ``api`` / ``web`` / ``cli``. ``flow`` strings them together.
"""

__version__ = "0.1.0"
