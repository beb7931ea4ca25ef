"""The rules of who may do what: roles, row scope, passwords, second factors, tokens, OIDC. Default deny.

Rules only: what comes in are nouns of ``model.access`` and secrets that somebody typed; what goes out are answers. The
rows are in ``store``; ``supervise.standing`` and ``supervise.login`` join the two; ``api.acting`` asks them for every
request.
"""
