"""Who a package is compared with: everything that it could resemble, and the answers of comparing all with all."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch import _native, catalog
from finwatch.flow.neighbours import Icons, Neighbours, catalogue_candidates, least_equal, looked_up
from finwatch.lake.schemas import EXAMINATIONS
from finwatch.likeness import candidate_of, compare
from finwatch.likeness.signer import PUBLIC_KEYS
from finwatch.likeness.thresholds import CODE_COPY, ICON_BITS
from finwatch.model.examination import Candidate, Identity, Protection, Subject
from finwatch.model.knowledge import Knowledge
from finwatch.model.package import Code, Icon, Manifest, PackageFacts, Signer, Signing
from tests.kit.store import sha

COLUMNS = ["sha256", "app", "label", "names", "institution", "official", "signers", "icon_phash", "icon_colours",
           "code_signature", "code_signature_version", "version_code"]  # fmt: skip
SCHEMA = pa.schema([EXAMINATIONS.field(name) for name in COLUMNS])


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return catalog.load()


def table(rows: list[dict[str, Any]]) -> pa.Table:
    blank = dict.fromkeys(COLUMNS) | {"official": False, "names": [], "signers": [], "code_signature": []}
    whole = [blank | {"code_signature_version": 0} | row for row in rows]
    return pa.Table.from_pylist(sorted(whole, key=lambda row: row["sha256"]), schema=SCHEMA)


def near(rows: list[dict[str, Any]], knowledge: Knowledge, of: str) -> set[str]:
    found = Neighbours(table(rows), knowledge)
    return {found.hashes[one] for one in found.near(found.hashes.index(of))}


CODE = tuple(range(1, 129))


@pytest.mark.parametrize(
    ("ours", "theirs", "together"),
    [
        ({"app": "cn.one"}, {"app": "cn.one"}, True),
        ({"app": "cn.one"}, {"app": "cn.two"}, False),
        ({"app": ""}, {"app": ""}, False),
        ({"app": None}, {"app": None}, False),
        ({"signers": ["a", "b"]}, {"signers": ["b"]}, True),
        ({"signers": [min(PUBLIC_KEYS)]}, {"signers": [min(PUBLIC_KEYS)]}, False),
        ({"label": "青禾银行"}, {"label": "青禾银行"}, False),
        ({"icon_phash": "00ff00ff00ff00ff"}, {"icon_phash": "00ff00ff00ff00ff"}, False),
        ({"icon_phash": "00ff00ff00ff00ff"}, {"icon_phash": "00ff00ff00ff00ff", "official": True}, True),
        ({"icon_phash": "00ff00ff00ff00ff"}, {"icon_phash": "07ff00fe00ff07f9", "official": True}, True),
        ({"icon_phash": "00ff00ff00ff00ff"}, {"icon_phash": "07ff03fe00ff07f9", "official": True}, False),
        ({"code": CODE}, {"code": CODE}, True),
        ({"code": CODE}, {"code": (*[0] * 25, *CODE[25:])}, True),
        ({"code": CODE}, {"code": (*[0] * 26, *CODE[26:])}, False),
        ({"code": CODE}, {"code": CODE, "version": 2}, False),
    ],
)
def test_what_is_shared_brings_two_together(
    knowledge: Knowledge, ours: dict[str, Any], theirs: dict[str, Any], together: bool
) -> None:
    rows = [_row("ours", ours), _row("theirs", theirs), _row("third", {"app": "cn.third"})]
    assert near(rows, knowledge, "ours") == ({"theirs"} if together else set())


def _row(name: str, told: dict[str, Any]) -> dict[str, Any]:
    code = {"code_signature": list(told.get("code", ())), "code_signature_version": told.get("version", 1)}
    return (
        {"sha256": name, "app": f"cn.{name}"} | code | {k: v for k, v in told.items() if k not in {"code", "version"}}
    )


def test_the_digest_tells_every_field_of_a_candidate(knowledge: Knowledge) -> None:
    base = {"sha256": "a", "app": "cn.a", "label": "x", "names": ["x"], "signers": ["s"], "code_signature": [1, 2],
            "code_signature_version": 1, "icon_phash": "00", "icon_colours": "11", "version_code": 1}  # fmt: skip
    other = {"app": "cn.b", "label": "y", "names": ["y"], "signers": ["t"], "code_signature": [1, 3], "official": True,
             "code_signature_version": 2, "icon_phash": "01", "icon_colours": "12", "version_code": 2,
             "institution": "i"}  # fmt: skip
    assert set(other) | {"sha256"} == set(COLUMNS)
    changed = [Neighbours(table([base | {name: value}]), knowledge).digests() for name, value in other.items()]
    assert len({digest for (digest,) in [Neighbours(table([base]), knowledge).digests(), *changed]}) == len(other) + 1


@pytest.mark.parametrize("slots", [4, 8, 20, 21, 25, 64, 100, 128])
def test_no_two_signatures_of_the_same_code_escape(slots: int) -> None:
    choices, least, draw = looked_up(slots), least_equal(slots), random.Random(slots)
    assert least / slots >= CODE_COPY > (least - 1) / slots
    for _ in range(300):
        differing = set(draw.sample(range(slots), slots - least))
        assert any(differing.isdisjoint(choice) for choice in choices)
    # the worst case: one slot in each of as many bands as can be broken
    differing = set(range(0, slots, 4)[: slots - least])
    assert any(differing.isdisjoint(choice) for choice in choices)


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 63), max_size=14, unique=True))
def test_no_icon_that_is_near_enough_escapes(icon: int, turned: list[int]) -> None:
    other = icon
    for bit in turned:
        other ^= 1 << bit
    found = Icons([(7, f"{other:016x}"), (8, None)]).alike(f"{icon:016x}")
    assert found == ([7] if len(turned) <= ICON_BITS else [])


def test_the_answers_are_those_of_comparing_all_with_all(knowledge: Knowledge) -> None:
    """400 packages with shared names, icons, keys and code in every mixture."""
    subjects = _population(400, random.Random(11))
    candidates = {facts.sha256: _candidate(facts, institution) for facts, institution in subjects}
    neighbours = Neighbours(table([_examined(candidate) for candidate in candidates.values()]), knowledge)
    verdicts: dict[str, int] = {}
    looked_at = 0
    for facts, institution in subjects:
        subject = _subject(facts, institution)
        everyone = [*catalogue_candidates(knowledge), *candidates.values()]
        chosen = neighbours.of(neighbours.hashes.index(facts.sha256))
        looked_at += len(chosen)
        told = compare(subject, everyone)
        assert compare(subject, chosen) == told
        assert compare(subject, neighbours.of_stranger(candidates[facts.sha256])) == told
        for match in told:
            verdicts[match.verdict.value] = verdicts.get(match.verdict.value, 0) + 1
    assert set(verdicts) == {"same_app", "other_version", "related", "suspected_repackaged", "suspected_counterfeit"}
    assert looked_at < len(subjects) ** 2 / 4  # and they were not all looked at


def _population(count: int, draw: random.Random) -> list[tuple[PackageFacts, str | None]]:
    """Packages made by taking over one thing or another of one before."""
    made: list[tuple[PackageFacts, str | None]] = []
    for at in range(count):
        model = draw.choice(made) if made and draw.random() < 0.7 else None
        made.append(_made(at, model, draw))
    return made


def _made(
    at: int, model: tuple[PackageFacts, str | None] | None, draw: random.Random
) -> tuple[PackageFacts, str | None]:
    def taken(chance: float) -> bool:
        return model is not None and draw.random() < chance

    like, institution = model if model is not None else (None, None)
    label = f"{chr(0x4E00 + draw.randrange(900))}{chr(0x5E00 + draw.randrange(900))}理财"
    package, signer, icon, code = f"cn.example.a{at}", sha(f"key {at}"), draw.getrandbits(64), [
        draw.getrandbits(32) for _ in range(128)
    ]  # fmt: skip
    colours = draw.randbytes(48).hex()
    official = draw.random() < 0.25
    if like is not None and like.manifest is not None and like.icon is not None:
        package = like.manifest.package if taken(0.4) else package
        label = f"{like.manifest.label}官方版" if taken(0.6) else label
        if taken(0.6):
            icon, colours = int(like.icon.phash or "0", 16), like.icon.colours or colours
            for bit in draw.sample(range(64), draw.randrange(14)):
                icon ^= 1 << bit
        if taken(0.5):
            code = list(like.code.signature)
            for slot in draw.sample(range(128), draw.randrange(40)):
                code[slot] = draw.getrandbits(32)
        if like.signing.signers and taken(0.3):
            signer = like.signing.signers[0].sha256
            official = institution is not None
    if draw.random() < 0.05:
        signer = min(PUBLIC_KEYS)
    facts = PackageFacts(
        sha256=sha(f"package {at}"),
        bytes=1,
        format="apk",
        manifest=Manifest(package=package, label=label, version_code=draw.randrange(3)),
        signing=Signing(signers=(_signer(signer),) if draw.random() < 0.95 else ()),
        icon=Icon(path="i.png", sha256=sha("i"), phash=f"{icon:016x}", colours=colours),
        code=Code(signature=tuple(code), signature_version=1 if draw.random() < 0.95 else 2),
    )
    return facts, f"institution-{at}" if official else None


def _signer(sha256: str) -> Signer:
    return Signer(scheme="v2", sha256=sha256, subject="CN=x", issuer="CN=x", serial="1", verified=True)


def _candidate(facts: PackageFacts, institution: str | None) -> Candidate:
    return candidate_of(facts, institution=institution, official=institution is not None)


def _examined(candidate: Candidate) -> dict[str, Any]:
    return {name: value for name, value in candidate.model_dump().items() if name in COLUMNS}


def _subject(facts: PackageFacts, institution: str | None) -> Subject:
    return Subject(
        facts=facts,
        identity=Identity(finance=True, kind=None, institution=institution),
        protection=Protection(packer=None, extent="full"),
    )


def test_equal_slots_are_counted_as_the_native_core_does() -> None:
    one, other = list(CODE), [*[0] * 25, *CODE[25:]]
    assert _native.similarity(one, other) >= CODE_COPY
    assert sum(a == b for a, b in zip(one, other, strict=True)) == least_equal(128)
