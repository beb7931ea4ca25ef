"""The sample markets: two repositories in F-Droid's format, signed, in two states (day 1 and day 2).

``build`` writes ``data/`` from ``markets.toml``, ``listings.toml`` and the built packages; ``serve`` serves it on
loopback. Packages are not kept twice: the server takes them from ``samples/packages``.
"""
