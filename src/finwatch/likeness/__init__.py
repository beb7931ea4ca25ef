"""How alike two apps are, respect by respect."""
