"""Every wording is used, every used wording is there, in both languages with the same figures."""

from __future__ import annotations

import re
from pathlib import Path

from finwatch.web.language import wordings
from finwatch.web.pages import HERE

USE = re.compile(r"""\bt\(\s*['"]([a-z_.]+)['"]""")
BUILT = re.compile(r"""\bt\(\s*['"]([a-z_]+\.)['"]\s*~""")
HEADS = re.compile(r"""m\.table\([^\[]*\[([^\]]*)\]""")
LISTED = re.compile(r"""['"]((?:nav|problem|order)\.[a-z]+)['"]""")


def sources() -> str:
    files = [*Path(HERE, "templates").glob("*.html"), *HERE.glob("*.py"), HERE.parent / "cli" / "application.py"]
    return "\n".join(file.read_text("utf-8") for file in files)


def heads() -> set[str]:
    """The keys of the heads of tables."""
    return {key for row in HEADS.findall(sources()) for key in re.findall(r"'#?([a-z_.]+)'", row)}


def test_every_used_key_is_worded() -> None:
    used = {key for key in USE.findall(sources()) if not key.endswith(".")} | heads()
    assert "icp_number" in used, "heads of tables are seen"
    assert used - set(wordings()) == set()


def test_every_wording_is_used() -> None:
    text = sources()
    prefixes = {*BUILT.findall(text), "order."}
    used = {*USE.findall(text), *heads(), *LISTED.findall(text)} | {"suspected", "examined_only"}
    unused = {key for key in wordings() if key not in used and not any(key.startswith(prefix) for prefix in prefixes)}
    assert unused == set()


def test_both_languages_are_worded_with_the_same_figures() -> None:
    for key, (zh, en) in wordings().items():
        assert zh.strip(), key
        assert en.strip(), key
        assert sorted(re.findall(r"{\w+}", zh)) == sorted(re.findall(r"{\w+}", en)), key


def test_chinese_is_chinese() -> None:
    same = {"app"}
    for key, (zh, en) in wordings().items():
        assert re.search(r"[\u4e00-\u9fff]", zh), key
        assert key in same or not re.search(r"[\u4e00-\u9fff]", en), key
