"""Findings and matches to a rating with every point explained."""
