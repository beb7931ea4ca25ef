"""What the bytes of a policy are, told from the bytes: a type, and for text an encoding. Names and headers may lie.

WHATWG MIME Sniffing and Encoding Standards give the signatures and byte order marks; GB18030-2022 takes in GBK and
GB2312, which pages in Chinese often claim.
"""

from __future__ import annotations

import codecs
import re

from finwatch.errors import UnreadablePolicy
from finwatch.limits import POLICY, PolicyLimits
from finwatch.model.policy import PolicyFormat
from finwatch.policy.docx import is_docx

PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
)
ZIP = b"PK\x03\x04"
SIGNATURES = (
    (b"RIFF", "a WebP picture or other media"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old office file"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"Rar!", "a RAR archive"),
)
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DECLARED = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|table|h[1-6]|meta|section|article)[\s>/]", re.IGNORECASE)
HEAD = 4_096
CHINESE = {"gb2312", "gbk", "gb18030", "hz", "x-gbk", "gb_2312-80", "cp936"}


def picture_of(data: bytes) -> str | None:
    """What kind of picture ``data`` is, or ``None``."""
    if data.startswith(b"BM") and int.from_bytes(data[2:6], "little") != len(data):
        return None
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "a WebP picture"
    return next((what for signature, what in PICTURES if data.startswith(signature)), None)


def sniff(data: bytes, *, name: str) -> PolicyFormat | None:
    """PDF, DOCX or picture by the content, ``None`` for text of some kind. ``name`` is for messages.

    Raises ``UnreadablePolicy`` for an empty file and for what is not text, naming what it is.
    """
    if not data.strip(b"\0\r\n\t "):
        raise UnreadablePolicy(
            f"{name} is empty.",
            zh=f"{name} 是空文件。",
            todo="Fetch the policy again, or look at the page in a browser.",
        )
    if b"%PDF-" in data[:1024]:
        return PolicyFormat.PDF
    if picture_of(data):
        return PolicyFormat.IMAGE
    if data.startswith(ZIP):
        if is_docx(data):
            return PolicyFormat.DOCX
        raise UnreadablePolicy(
            f"{name} is a ZIP archive without a DOCX document; nothing of it was read.",
            zh=f"{name} 是不含 DOCX 文档的 ZIP 压缩包，未读取。",
            todo="Unpack it and give the policy alone.",
        )
    for signature, what in SIGNATURES:
        if data.startswith(signature):
            raise UnreadablePolicy(
                f"{name} is {what}, not text; nothing of it was read.",
                zh=f"{name} 不是文本文件，未读取。",
                todo="Convert it to PDF or text (pictures need OCR) and read that.",
            )
    return None


def decode(
    data: bytes, *, name: str, content_type: str | None = None, limits: PolicyLimits = POLICY
) -> tuple[str, str, int]:
    """The text, the encoding it was in, and how many characters could not be decoded.

    The order: byte order mark, UTF-16 by its zero bytes, strict UTF-8, what page or header declare, GB18030; then
    each line by itself in UTF-8 or GB18030 where a file mixes them (``encoding`` names both); then UTF-8 or GB18030
    with the few broken characters replaced. Raises ``UnreadablePolicy`` when none fits.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, errors="replace")
            return _checked(text, encoding, name=name, limits=limits)
    wide = _without_mark(data)
    if wide:
        return _checked(data.decode(wide, errors="replace"), wide, name=name, limits=limits)
    for encoding in dict.fromkeys(("utf-8", *_declared(data, content_type), "gb18030")):
        try:
            return _checked(data.decode(encoding), encoding, name=name, limits=limits)
        except UnicodeDecodeError:
            continue
    mixed = _by_line(data)
    if mixed is not None:
        return _checked(mixed, "utf-8, gb18030", name=name, limits=limits)
    attempts = [(data.decode(encoding, errors="replace"), encoding) for encoding in ("utf-8", "gb18030")]
    text, encoding = min(attempts, key=lambda attempt: attempt[0].count("\ufffd"))
    return _checked(text, encoding, name=name, limits=limits)


def _by_line(data: bytes) -> str | None:
    """The text of a file put together from UTF-8 and GB18030, each line in one of them; ``None`` where that fails."""
    found: list[str] = []
    seen: set[str] = set()
    for line in data.split(b"\n"):
        for encoding in ("utf-8", "gb18030"):
            try:
                found.append(line.decode(encoding))
            except UnicodeDecodeError:
                continue
            if not line.isascii():
                seen.add(encoding)
            break
        else:
            return None
    return "\n".join(found) if len(seen) > 1 else None


def is_html(text: str) -> bool:
    """Whether ``text`` is a page: it has markup near its beginning."""
    return MARKUP.search(text[:HEAD]) is not None


def _checked(text: str, encoding: str, *, name: str, limits: PolicyLimits) -> tuple[str, str, int]:
    damaged = text.count("\ufffd")
    controls = sum(text.count(character) for character in map(chr, (*range(1, 9), *range(14, 27))))
    if damaged + controls > len(text) * limits.damaged_share or text.count("\0") > len(text) * limits.damaged_share:
        raise UnreadablePolicy(
            f"{name} is not text in UTF-8, UTF-16, GB18030 or an encoding that it declares: "
            f"{damaged + controls} of {len(text)} characters make no sense as {encoding}.",
            zh=f"{name} 不是可以识别的文本（UTF-8、UTF-16、GB18030）。",
            todo="Save it as UTF-8 and read that.",
        )
    return text, encoding, damaged


def _without_mark(data: bytes) -> str | None:
    sample = data[:HEAD]
    if len(sample) < 4 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    spaces = len(sample) // 2
    if odd > spaces * 0.3 and even < spaces * 0.05:
        return "utf-16-le"
    if even > spaces * 0.3 and odd < spaces * 0.05:
        return "utf-16-be"
    return None


def _declared(data: bytes, content_type: str | None) -> list[str]:
    found = [match.decode("ascii") for match in DECLARED.findall((content_type or "").encode("ascii", "ignore"))]
    found += [match.decode("ascii") for match in DECLARED.findall(data[:HEAD])]
    known = []
    for label in found:
        if label.lower() in CHINESE:
            known.append("gb18030")
            continue
        try:
            codec = codecs.lookup(label)
        except LookupError:
            continue
        if codec._is_text_encoding:
            known.append(codec.name)
    return known
