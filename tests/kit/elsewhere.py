"""``python -m tests.kit.elsewhere …``: ``finwatch …`` on another machine, whose end nobody here can see."""

from __future__ import annotations

from finwatch.cli.main import main
from finwatch.store import lease

if __name__ == "__main__":
    lease._here = lambda: "elsewhere.example/another-boot/1"
    main()
