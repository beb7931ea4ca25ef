"""The national rehearsal: a made-up country of apps of the real size, its days in a lake, and the daily run on it.

``python -m bench.national`` makes the country (``population``, ``days``, ``examinations``), serves one of its days
over the markets' protocols (``site``), lets Finwatch go through that day (``steps``), asks the pages (``latency``) and
writes ``docs/evaluation/national.md`` (``page``). Nothing in it names anyone real.
"""
