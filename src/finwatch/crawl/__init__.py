"""The outside world, politely: markets and pages in, listings, captures and bytes out.

First room of the pipeline. What comes in: markets (descriptors) and frontier tasks. What goes out: listings,
captures and blobs for the lake, outcomes for the health page. The frontier and the lake are handed in through
``crawl.ports``; nothing here knows SQL or files.
"""
