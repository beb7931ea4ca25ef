"""Signed notes against the example of Go's ``golang.org/x/mod/sumdb/note``; heads, cosignatures, keys that follow."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from finwatch.errors import InputError
from finwatch.transparency import head, keys, note, signature

TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
KEY_TEXT = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
BLOB = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
SIGNED = f"{TEXT}\n— PeterNeumann {BLOB}\n"
DAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
ORIGIN = "register.example/log"


def secret(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def public(number: int, name: str = ORIGIN, kind: int = note.ED25519) -> note.PublicKey:
    return note.PublicKey(name=name, raw=secret(number).public_key().public_bytes_raw(), kind=kind)


def test_the_known_note() -> None:
    key = note.parse_key(KEY_TEXT)
    assert str(key) == KEY_TEXT
    assert str(note.sign(TEXT, Ed25519PrivateKey.from_private_bytes(SECRET), name="PeterNeumann")) == SIGNED
    assert note.parse(SIGNED).signed_by(key)
    assert not note.parse(SIGNED.replace("answer", "Answer")).signed_by(key)


def test_base64_is_read_in_one_way_only() -> None:
    """The last letter carries two bits that mean nothing: a note that differs there is another note."""
    assert note.decoded(BLOB)
    with pytest.raises(InputError, match="no signature line"):
        note.parse(SIGNED.replace("nAM=", "nAN="))


def test_the_head_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    told = head.parse(text)
    assert (told.origin, told.size, told.at) == ("example.com/behind-the-sofa", 20_852_163, None)
    assert told.text() == text
    assert head.parse(f"{text}at 2026-03-02T08:00:00Z\n").at == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n1\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n١\n" + "A" * 43 + "=\n",
        "a\n1\nAAAA\n",
        "a\n1\n?\n",
        "a\n1\n" + "A" * 43 + "=",
        "a\n1\n" + "A" * 43 + "=\nat yesterday\n",
        "a\n1\n" + "A" * 43 + "=\n\nb\n",
    ],
)
def test_what_is_no_head_is_said(text: str) -> None:
    with pytest.raises(InputError, match="no head of a log"):
        head.parse(text)


@given(st.data())
def test_no_byte_of_a_signed_head_may_change(data: st.DataObject) -> None:
    told = head.Head(origin=ORIGIN, size=data.draw(st.integers(0, 1 << 40)), root=bytes(32), at=DAY)
    text = str(note.sign(told.text(), secret(1), name=ORIGIN))
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(exclude_categories=("Cs",)).filter(lambda one: one != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    try:
        read = note.parse(changed)
        signed = read.signed_by(public(1)) and head.parse(read.text) == told
    except InputError:
        return
    assert not signed


def test_a_cosignature_covers_its_time() -> None:
    told = note.sign(head.Head(ORIGIN, 7, bytes(32), DAY).text(), secret(1), name=ORIGIN)
    seen = note.cosign(told, secret(2), name="witness.example/one", time=1_790_000_000)
    key = public(2, "witness.example/one", note.COSIGNATURE)
    assert note.parse(str(seen)).signed_at(key) == 1_790_000_000
    assert note.parse(str(seen)).signed_by(public(1))
    line = seen.lines[-1]
    later = (1_790_000_001).to_bytes(8) + line.blob[8:]
    forged = note.Note(seen.text, (note.Line(line.name, line.key_id, later),))
    assert not forged.signed_by(key)
    again = note.cosign(seen, secret(2), name="witness.example/one", time=1_790_000_009)
    assert len(again.lines) == 2
    assert again.signed_at(key) == 1_790_000_009


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no key"),
        ("a+b", "is no key"),
        ("with space+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "is no key"),
        (KEY_TEXT.replace("ARpc", "AVpc"), "has the id"),
        (KEY_TEXT.replace("c74f", "c74e"), "has the id"),
        (KEY_TEXT.replace("ARpc", "ARp"), "is no key"),
        (KEY_TEXT.replace("+ARpc", "+CRpc"), "is no key"),
    ],
)
def test_what_is_no_key_is_said(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        note.parse_key(text)


def chain(*times: datetime) -> list[str]:
    """Keys 1, 2, … each endorsed by the one before from the time given."""
    return [
        str(keys.endorse(public(place + 2), origin=ORIGIN, since=time, by=secret(place + 1), name=ORIGIN))
        for place, time in enumerate(times)
    ]


def test_a_reader_of_the_first_key_follows_the_chain() -> None:
    year = timedelta(days=365)
    endorsements = chain(DAY, DAY + year)
    found = keys.followed(keys.pinned(str(public(1))), endorsements, origin=ORIGIN)
    assert [one.key for one in found] == [public(1), public(2), public(3)]
    assert [one.until for one in found] == [DAY, DAY + year, None]
    told = note.sign(head.Head(ORIGIN, 7, bytes(32), DAY + year).text(), secret(3), name=ORIGIN)
    assert keys.signer_of(told, found, DAY + year) is not None
    assert keys.signer_of(told, found, DAY) is None, "the third key did not count yet"
    old = note.sign("anything\n", secret(1), name=ORIGIN)
    assert keys.signer_of(old, found, DAY + year) is None, "the first key ended"
    assert keys.signer_of(old, found, DAY) is not None


def test_an_endorsement_by_a_stranger_or_for_another_origin_leads_nowhere() -> None:
    stranger = str(keys.endorse(public(2), origin=ORIGIN, since=DAY, by=secret(9), name=ORIGIN))
    elsewhere = str(keys.endorse(public(2), origin="other.example/log", since=DAY, by=secret(1), name=ORIGIN))
    head_of_log = str(note.sign(f"{ORIGIN}\n1\n{'A' * 43}=\nat 2026-03-02T08:00:00Z\n", secret(1), name=ORIGIN))
    start = keys.pinned(f"# ours\n\n{public(1)}\n")
    assert keys.followed(start, [stranger, elsewhere, head_of_log, "nonsense"], origin=ORIGIN) == start


def test_a_key_that_has_ended_endorses_nobody() -> None:
    endorsements = chain(DAY)
    stolen = str(keys.endorse(public(8), origin=ORIGIN, since=DAY + timedelta(days=1), by=secret(1), name=ORIGIN))
    found = keys.followed(keys.pinned(str(public(1))), [*endorsements, stolen], origin=ORIGIN)
    assert [one.key for one in found] == [public(1), public(2)]


def test_a_file_of_keys() -> None:
    entries = (keys.KeyEntry(key=str(public(1)), since=DAY, until=DAY + timedelta(days=3)),)
    file = keys.KeyFile(origin=ORIGIN, keys=entries).model_dump_json()
    assert keys.pinned(file) == (keys.Trusted(public(1), DAY, DAY + timedelta(days=3)),)
    with pytest.raises(InputError, match=r"wrong at keys\.0\.since"):
        keys.pinned(file.replace("2026-03-02", "yesterday"))
    with pytest.raises(InputError, match="no key in the key file"):
        keys.pinned("# nothing\n")


def test_a_signature_of_a_file_says_what_is_wrong() -> None:
    endorsements = chain(DAY)
    data = b'{"head":1}\n'
    signed = signature.sign(
        data, secret(2), name=ORIGIN, origin=ORIGIN, at=DAY + timedelta(days=9), endorsements=endorsements
    )
    read = signature.parse(signed.model_dump_json())
    first, later = keys.pinned(str(public(1))), DAY + timedelta(days=9)
    assert signature.refusal(data, read, first, at=later) is None
    assert signature.refusal(memoryview(data), read, first, at=later) is None
    told = [
        signature.refusal(data + b" ", read, first, at=later),
        signature.refusal(data, read, keys.pinned(str(public(3))), at=later),
        signature.refusal(data, read, first, at=DAY - timedelta(days=1)),
        signature.refusal(
            data, read.model_copy(update={"signature": base64.b64encode(bytes(64)).decode()}), first, at=later
        ),
    ]
    assert [one.en.split("(")[0].split("example")[0].strip() if one else None for one in told] == [
        "the file is not the one that was signed",
        "the key register.",
        "the key register.",
        "the signature does not hold",
    ]
    with pytest.raises(InputError, match="no signature file"):
        signature.parse("{}")
