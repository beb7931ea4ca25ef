"""Facts to findings; a check is a folder."""
