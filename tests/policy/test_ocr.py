"""Pictures of a fictional policy read by OCR for real; where the extra is not installed, they are said to be unread."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner

from finwatch import catalog
from finwatch.checks.policy.text import PolicyView
from finwatch.cli.main import app
from finwatch.errors import UnreadablePolicy
from finwatch.model.policy import PolicyText
from finwatch.policy import Grammar, ocr, read_policy_text, read_statements

FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
FONT = next((font for font in FONTS if Path(font).is_file()), None)
LINES = (
    "云杉钱包隐私政策",
    "更新日期：2026年3月2日",
    "一、我们收集的信息",
    "注册账户时，我们会收集您的手机号码和身份证号码，用于实名",
    "认证。",
    "我们不会收集您的通讯录。",
    "使用附近网点功能时，经您授权后我们会收集您的位置信息。",
    "二、联系我们",
    "邮箱：privacy@yunshan.example",
)
reads = pytest.mark.skipif(
    not any(find_spec(name) for name in ocr.PACKAGES) or FONT is None,
    reason="needs the extra finwatch[ocr] and a font with Chinese characters (fonts-noto-cjk)",
)


def drawn(lines: tuple[str, ...] = LINES, *, noise: float = 0.0, blank: int = 0) -> Image.Image:
    """Lines as a phone shows them; ``noise`` is the spread of a scanner's grain, ``blank`` rows of white before."""
    assert FONT is not None
    font = ImageFont.truetype(FONT, 30, index=2 if FONT.endswith("Sans CJK-Regular.ttc") else 0)
    picture = Image.new("RGB", (1000, blank + 60 + 70 * len(lines)), "white")
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((40, blank + 30 + 70 * number), line, fill="black", font=font)
    if noise:
        grain = np.random.default_rng(7).normal(0, noise, (picture.height, picture.width, 3))
        picture = Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))
    return picture


def saved(picture: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    return Grammar(catalog.load().items)


def stated(policy: PolicyText) -> set[tuple[str, str]]:
    return {(one.item, one.folded) for one in read_statements(policy, grammar()).statements}


EXPECTED = {
    ("phone_number", "collect"),
    ("id_number", "collect"),
    ("contacts", "not-collect"),
    ("precise_location", "collect"),
}


@reads
def test_a_screenshot_is_read_and_its_statements_found_each_with_its_confidence() -> None:
    policy = read_policy_text(saved(drawn()), name="policy.png")
    assert "我们会收集您的手机号码和身份证号码,用于实名认证。" in policy.text, "a wrapped sentence is one"
    assert stated(policy) == EXPECTED
    reading = read_statements(policy, grammar())
    view = PolicyView(policy, reading, origin="policy.png", items=catalog.load().items)
    for one in reading.statements:
        sure = policy.confidence(one.start, one.end)
        assert sure is not None
        assert 0.8 < sure <= 1
        quote = view.quote((one.start, one.end), "政策写明", "the policy tells")
        assert f"(read from a picture by OCR, confidence {sure:.0%})" in quote.says.en
        assert "由图片识别" in quote.says.zh
    assert policy.unreadable == ("policy.png is a PNG picture, read by OCR: words may be wrong",)


@reads
def test_a_scanned_pdf_is_read_page_by_page() -> None:
    pages = [drawn(LINES[:5], noise=12), drawn(LINES[5:], noise=12)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=110)
    policy = read_policy_text(out.getvalue(), name="scan.pdf")
    assert stated(policy) == EXPECTED
    assert {paragraph.page for paragraph in policy.paragraphs} == {1, 2}
    assert all("was read by OCR" in note for note in policy.unreadable)
    assert len(policy.recognised) == len(policy.paragraphs)


@reads
def test_a_long_screenshot_is_read_to_its_end() -> None:
    many = tuple(line for _ in range(8) for line in LINES)
    policy = read_policy_text(saved(drawn(many)), name="long.png")
    assert policy.text.count("我们不会收集您的通讯录。") == 8


@reads
def test_the_command_line_says_what_was_read_from_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "policy.jpg"
    file.write_bytes(saved(drawn(), "JPEG"))
    document = json.loads(CliRunner().invoke(app, ["policy", str(file), "--json"]).stdout)
    assert document["format"] == "image"
    assert document["statements"]
    assert all(0.5 <= one["ocr_confidence"] <= 1 for one in document["statements"])
    shown = CliRunner().invoke(app, ["policy", str(file), "--lang", "zh"]).stdout
    assert "[图片识别 " in shown


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ocr, "recogniser", lambda: None)
    with pytest.raises(UnreadablePolicy) as caught:
        read_policy_text(saved(Image.new("RGB", (40, 20), "white")), name="policy.png")
    assert "nothing of it was read" in caught.value.en
    assert "pip install 'finwatch[ocr]'" in (caught.value.todo or "")


def test_long_pictures_are_cut_in_empty_rows_and_nothing_is_lost() -> None:
    picture = np.full((5000, 60, 3), 255, np.uint8)
    for top in range(20, 4960, 70):
        picture[top : top + 40, 10:50:2] = 0
    parts = list(ocr.pieces(saved(Image.fromarray(picture))))
    assert len(parts) > 3
    assert all(len(part) <= ocr.SIDE for part in parts)
    assert np.array_equal(np.concatenate(parts), picture)
    assert all((part[0] == 255).all() and (part[-1] == 255).all() for part in parts), "no line is cut through"


def test_a_picture_that_is_too_large_or_broken_is_refused_before_it_is_unpacked() -> None:
    bomb = bytearray(saved(Image.new("1", (16, 16))))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    for data in (bytes(bomb), saved(drawn_plain())[:90]):
        with pytest.raises(UnreadablePolicy):
            list(ocr.pieces(data))


def drawn_plain() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (60, 60, 3), np.uint8))


def test_what_was_not_a_picture_has_no_confidence() -> None:
    policy = read_policy_text("我们收集您的姓名。".encode())
    assert policy.recognised == ()
    assert policy.confidence(0, 5) is None
