"""What the checks of policies share: the text as they ask it, signs that a topic is told, the comparison."""
