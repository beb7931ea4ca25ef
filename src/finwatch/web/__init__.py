"""Pages: each a pure function of (reader, query), server HTML that works without script, in Chinese and English.

Reads through ``store`` (and ``lake`` for captures), words and places through ``report``. ``translations.toml`` holds
every wording, ``templates/`` the pages, ``static/`` the one style sheet; scripts come by ``vendor.py`` at build time.
"""
