"""Renderings of the examination document."""
