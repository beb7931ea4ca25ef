"""Questions about calls and their visible arguments that several checks ask.

Everything here works on ``Value`` trees as the sweep left them: what one method shows without guessing.
"""

from __future__ import annotations

from collections.abc import Iterator

from finwatch.model.package import CodeCall, Value

_DECODERS = ("Ljava/lang/String;->getBytes(", "Ljava/lang/String;->toCharArray(", "Landroid/util/Base64;->decode(")
_DECODERS_OTHER = ("->decodeBase64(", "->decodeHex(", "->hexToBytes(", "->hexStringToByteArray(", "->hexStringToBytes(")


def argument(call: CodeCall, position: int) -> Value | None:
    """The value visible as argument ``position`` (0 = the receiver of an instance call); ``None`` = not visible."""
    return call.args[position] if position < len(call.args) else None


def text(call: CodeCall, position: int) -> str | None:
    """The string constant visible as argument ``position``."""
    value = argument(call, position)
    return value.value if value is not None and value.kind == "string" else None


def number(call: CodeCall, position: int) -> int | None:
    """The integer constant visible as argument ``position``."""
    value = argument(call, position)
    return int(value.value) if value is not None and value.kind == "int" else None


def constant_text(value: Value | None) -> str | None:
    """The string constant that bytes are made from (``"k".getBytes()``, Base64, hex); ``None`` = no constant."""
    if value is None:
        return None
    if value.kind == "string":
        return value.value or None
    if value.kind == "call" and value.of and _decodes(value.value):
        return constant_text(value.of[0])
    return None


def walk(value: Value | None) -> Iterator[Value]:
    """The value and everything that went into it."""
    if value is not None:
        yield value
        for part in value.of:
            yield from walk(part)


def inside(call: CodeCall) -> Iterator[Value]:
    """Every value visible in the arguments of a call, nested ones included."""
    for value in call.args:
        yield from walk(value)


def outer(class_name: str) -> str:
    """The outermost class of a descriptor: ``La/B;`` of ``La/B$1;``."""
    return f"{class_name.rstrip(';').partition('$')[0]};"


def _decodes(reference: str) -> bool:
    return reference.startswith(_DECODERS) or any(name in reference for name in _DECODERS_OTHER)
