"""QR codes in images: every raster format, turned and inverted; what is too large is said before it is unpacked."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageOps

from finwatch.crawl.beyond.codes import NotDecoded, codes_of
from finwatch.limits import WebLimits
from tests.kit import web

URL = "https://xinghe.example/app?c=7"


def saved(image: Image.Image, form: str = "PNG") -> bytes:
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_every_format(form: str) -> None:
    assert [code.text for code in codes_of(web.qr(URL, form=form))] == [URL]


def test_turned_inverted_and_transparent() -> None:
    image = Image.open(BytesIO(web.qr(URL)))
    clear = Image.new("RGBA", image.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=ImageOps.invert(image))
    for made in (image.rotate(90), ImageOps.invert(image), clear):
        assert [code.text for code in codes_of(saved(made))] == [URL]


def test_two_codes_stand_where_they_are() -> None:
    code = Image.open(BytesIO(web.qr("a")))
    other = Image.open(BytesIO(web.qr("b")))
    sheet = Image.new("L", (code.width * 3, code.height * 3), 255)
    sheet.paste(code, (0, 0))
    sheet.paste(other, (code.width * 2, code.height * 2))
    first, second = codes_of(saved(sheet))
    assert (first.text, second.text) == ("a", "b")
    assert first.right <= code.width
    assert second.left >= code.width * 2
    assert [one.text for one in codes_of(saved(sheet), limits=WebLimits(codes=1))] == ["a"]


def test_a_picture_without_a_code() -> None:
    assert codes_of(saved(Image.new("L", (50, 50), 255))) == []


@pytest.mark.parametrize("side", [5_000, 10_000, 60_000])
def test_too_many_pixels_are_told_from_the_head(side: int) -> None:
    with pytest.raises(NotDecoded, match="limit image_pixels"):
        codes_of(web.bomb(side))


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"RIFF0000WEBP"]
)
def test_what_is_no_image(data: bytes) -> None:
    with pytest.raises(NotDecoded):
        codes_of(data)


def test_a_broken_image() -> None:
    data = web.qr(URL)
    with pytest.raises(NotDecoded):
        codes_of(data[: len(data) // 2])
