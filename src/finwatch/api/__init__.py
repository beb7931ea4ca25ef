"""The REST API: the same named questions as the pages, as JSON, described by OpenAPI at ``/api/openapi.json``.

Errors are RFC 9457 problem documents (``problems.py``).
"""
