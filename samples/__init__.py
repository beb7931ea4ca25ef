"""The sample world: small apps of fictional institutions, their policies, and a market that offers them.

``build`` makes the packages and the policies, ``market.build`` the signed repository, ``market.serve`` serves both
on loopback. Nothing here is part of the installed package; tests and ``finwatch demo`` use it from a clone.
"""
