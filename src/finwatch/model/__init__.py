"""The nouns of Finwatch: frozen, no behaviour beyond their own rules, importing nothing of ours.

Reading order: ``locator`` (where), ``package`` (what a package holds), ``listing`` and ``fetch`` (what a market
said and how the visit went), ``knowledge`` (what the catalogue knows), ``examination`` (what was concluded).
"""
