"""Side-by-side benchmarks: our examination, its peers, and the floor, on the same packages in one run.

``python -m bench`` (or ``make bench``) fetches pinned packages and peers from the registries, runs each in a process
of its own, and prints medians of CPU seconds (user and system, children included) and peak memory. ``packages``
fetches, ``peers`` sets up environments, ``measure`` runs one runner of ``runners/``, ``tables`` prints.
"""
