"""Is it finance, which kind, who claims it, what is inside; with reasons."""
