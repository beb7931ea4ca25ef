"""What each sentence of a policy is about: eleven topics, whether it matters to users, whether it is a risk.

``label_lines`` answers ``finwatch policy label``; ``labeller`` is the model that ships; ``training`` makes it.
"""

from __future__ import annotations

from finwatch.policy.label.lines import label_lines
from finwatch.policy.label.model import LABELS, TOPICS, Labeller, labeller

__all__ = ["LABELS", "TOPICS", "Labeller", "label_lines", "labeller"]
