"""Beyond stores: pages that lead to packages, lists of search results, regulators' notices.

Part of ``crawl``. What comes in: pages, images and documents that were fetched and captured. What goes out: chains of
links, candidates and notices (``model.web``), each with the place it was read from. No script is run here; a page that
needs it is opened by ``render``, which has no network of its own.
"""
