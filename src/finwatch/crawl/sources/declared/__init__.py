"""Markets whose descriptor says how their pages are read: JSON by JMESPath, HTML by CSS selectors.

What comes in: ``model.source.Source`` and answers. What goes out: listings and reviews. A market that needs more than
that gets a reader of its own beside this folder.
"""
