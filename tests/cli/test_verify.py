"""``finwatch verify`` and ``finwatch log``: answers, exit codes, both languages, real packages of fictional banks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finwatch import catalog
from finwatch.cli.main import app
from finwatch.errors import InputError, NotFound
from finwatch.flow.verify import Listed, by_number, of_facts, open_list
from finwatch.likeness.signer import signers_of
from finwatch.model.approved import Answered, ApprovedApp, ApprovedIcon, ApprovedState, ApprovedVersion
from finwatch.model.package import PackageFacts
from finwatch.package import Reader
from finwatch.store import open_store
from finwatch.transparency.keys import pinned
from tests.kit import publishing
from tests.kit import transparency as kit

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "samples" / "packages"
BANK, TUNDRA = "example.qinghe.bank_50200.apk", "example.tundra.securities_710.apk"
FIRST, SECOND = "example.claypot.wealth_10.apk", "example.claypot.wealth_11.apk"
SLIP = "example.slip.notes_102.apk"
GENUINE, SUSPECTED, UNUSABLE, OTHER, NOT_FILED, ENDED = 0, 1, 2, 4, 5, 6


@pytest.fixture(scope="module")
def facts() -> dict[str, PackageFacts]:
    with Reader() as reader:
        watch = catalog.load(None).watch
        return {name: reader.read(PACKAGES / name, watch=watch) for name in (BANK, TUNDRA, FIRST, SLIP)}


def filed(number: int, found: PackageFacts, institution: str, **fields: object) -> ApprovedApp:
    """A package as it was filed; of one whose key was replaced, with the old certificate."""
    assert found.manifest is not None
    icon = found.icon
    oldest = next((one.lineage[0] for one in found.signing.signers if one.lineage), None)
    given: dict[str, object] = {
        "names": tuple(one.label for one in found.manifest.labels),
        "institution": institution,
        "package": found.manifest.package,
        "signers": (oldest,) if oldest else signers_of(found),
        "versions": (
            ApprovedVersion(version=found.manifest.version_name or "", sha256=found.sha256, day=date(2026, 3, 1)),
        ),
        "icon": ApprovedIcon(phash=icon.phash, colours=icon.colours) if icon and icon.phash and icon.colours else None,
    }
    return kit.app(number, **{**given, **fields})


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory, facts: dict[str, PackageFacts]) -> Iterator[tuple[Path, Path]]:
    """A signed list and the key a reader trusts; no store is near."""
    folder = tmp_path_factory.mktemp("registry")
    with open_store(f"sqlite:///{folder}/store.sqlite") as store:
        made = publishing.registry(store, folder)
        made.put(
            filed(1, facts[BANK], "青禾银行"),
            filed(2, facts[TUNDRA], "苔原证券"),
            filed(3, facts[FIRST], "陶罐理财"),
            filed(4, facts[SLIP], "便签科技", state="cancelled", ended="2026-03-05"),
            kit.app(5, state="registered", number=None, filed=None),
            kit.app(6, state="expired", ended="2026-03-06", platform="ios"),
            kit.app(7, number="示备00000006", platform="android"),
        )
        yield made.files(made.publish()), made.pin


def run(offline: tuple[Path, Path], what: str, *more: str) -> tuple[int, str]:
    listed, pin = offline
    answer = CliRunner().invoke(app, ["verify", what, "--list", str(listed), "--key", str(pin), *more])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer.exit_code, answer.stdout


@pytest.mark.parametrize(
    ("name", "code", "says", "zh"),
    [
        (BANK, GENUINE, "byte for byte the package that was filed as version 5.2.0", "真：与备案一致"),
        (SECOND, OTHER, "this package (version 1.1.0) is none of those filed: 1.0.0", "其他版本"),
        ("qinghe-bank-repackaged.apk", SUSPECTED, "suspected to imitate", "疑似仿冒：须经人工确认"),
        ("example.kuaiyin.update_599.apk", SUSPECTED, "the same icon to the eye", "疑似仿冒“"),
        (SLIP, ENDED, "the filing was cancelled on 2026-03-05", "备案已于 2026-03-05 注销"),
        ("example.square.calculator_14.apk", NOT_FILED, "no app of this package name by this signer", "未备案"),
        (
            TUNDRA,
            GENUINE,
            "signed by a new certificate that a proof of rotation (v3) ties to one that was filed",
            "由轮换证明（v3）与已备案的证书相连",
        ),
    ],
)
def test_real_packages_against_the_signed_list(
    offline: tuple[Path, Path], name: str, code: int, says: str, zh: str
) -> None:
    found, text = run(offline, str(PACKAGES / name), "--lang", "en")
    assert (found, says in text) == (code, True), text
    assert "list 1 of 2026-03-02" in text
    found, text = run(offline, str(PACKAGES / name), "--lang", "zh")
    assert (found, zh in text) == (code, True), text
    found, text = run(offline, str(PACKAGES / name), "--json")
    answer = json.loads(text)
    assert answer["list_sha256"]
    assert all(reason["evidence"] for reason in answer["reasons"]) or code in {ENDED, SUSPECTED}


def test_no_sample_is_suspected_but_those_made_for_it(offline: tuple[Path, Path]) -> None:
    """A wrong accusation is worse than none: of all sample packages, two imitate, and only they are suspected."""
    suspected = {path.name for path in PACKAGES.glob("*.apk") if run(offline, str(path))[0] == SUSPECTED}
    assert suspected == {"qinghe-bank-repackaged.apk", "example.kuaiyin.update_599.apk"}


def test_rows_that_are_not_read_would_not_have_mattered(tmp_path: Path, facts: dict[str, PackageFacts]) -> None:
    """The same answer, word for word, whether rows are chosen by their text or each is read."""

    @dataclass(frozen=True)
    class Whole(Listed):
        def apps(self, *, worth: Callable[[str], bool] = lambda _: True) -> Iterable[ApprovedApp]:
            return super().apps()

    with open_store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        made = publishing.registry(store, tmp_path)
        made.put(
            filed(1, facts[BANK], "青禾银行", package="example.other.bank", icon=None),  # the signer alone
            filed(2, facts[TUNDRA], "苔原证券", signers=(kit.sha("another"),), icon=None),  # the package's name alone
            filed(3, facts[FIRST], "陶罐理财", package="example.alike", signers=(kit.sha("alike"),)),  # the icon alone
            filed(4, facts[SLIP], "便签科技", signers=()),  # name and bytes
            kit.app(5, number='quoted "1"'),
            kit.app(6),
            filed(7, facts[FIRST], "陶罐理财", package="example.claypot.other", icon=None),  # so the hand is known
        )
        path = made.files(made.publish())
    listed = open_list(path, trusted=pinned(made.pin.read_text()))
    whole = Whole(path=listed.path, head=listed.head, sha256=listed.sha256)
    knowledge, chosen = catalog.load(None), Counter[bool]()
    with Reader() as reader:
        for package in sorted(PACKAGES.glob("*.apk")):
            found = reader.read(package, watch=knowledge.watch)
            told = [of_facts(found, one, asked="a.apk", knowledge=knowledge) for one in (listed, whole)]
            assert told[0] == told[1], package.name
            chosen.update([told[0].answer is Answered.NOT_FILED])
    assert chosen[False] > 0
    assert by_number('quoted "1"', listed)[0].answer is Answered.GENUINE
    for number in ("示备00000001", "示备00000006", ' quoted "1"', "示备0000", ""):
        assert by_number(number, listed) == by_number(number, whole)


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        ("示备00000001", GENUINE, "FILED: the number holds"),
        (" 示备00000001 ", GENUINE, "FILED: the number holds"),
        ("示备00000004", ENDED, "CANCELLED"),
        ("示备00000006", ENDED, "EXPIRED"),
        ("示备99999999", NOT_FILED, "the list has no filing number"),
        ("示备00000005", NOT_FILED, "the list has no filing number"),
    ],
)
def test_numbers(offline: tuple[Path, Path], number: str, code: int, says: str) -> None:
    found, text = run(offline, number, "--lang", "en")
    assert (found, says in text) == (code, True), text


def test_a_number_with_two_platforms_gets_two_answers(offline: tuple[Path, Path]) -> None:
    _, text = run(offline, "示备00000006", "--json")
    assert [json.loads(line)["app"]["platform"] for line in text.splitlines()] == ["ios", "android"]


def test_what_cannot_be_read_is_said(offline: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "x.apk").write_bytes(b"no package")
    code, text = run(offline, str(tmp_path / "x.apk"), "--lang", "en")
    assert (code, "UNREADABLE: nothing can be said" in text) == (UNUSABLE, True)
    with pytest.raises(InputError, match="no such file"):
        run(offline, str(tmp_path / "y.apk"))


def test_a_list_that_is_not_to_be_believed_is_not_used(offline: tuple[Path, Path], tmp_path: Path) -> None:
    listed, pin = offline
    copy, beside = tmp_path / "a.json", tmp_path / "a.json.sig"
    beside.write_bytes(listed.with_name(listed.name + ".sig").read_bytes())
    copy.write_bytes(listed.read_bytes().replace(b"5.2.0", b"5.2.1"))
    with pytest.raises(InputError, match="not the one that was signed"):
        run((copy, pin), "示备00000001")
    copy.write_bytes(listed.read_bytes())
    assert run((copy, pin), "示备00000001")[0] == GENUINE
    (tmp_path / "other.txt").write_text(str(kit.public(9)))
    with pytest.raises(InputError, match="none that you trust"):
        run((copy, tmp_path / "other.txt"), "示备00000001")
    beside.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        run((copy, pin), "示备00000001")
    answer = CliRunner().invoke(app, ["verify", "1", "--list", str(copy)])
    assert "Whose signature is to be believed?" in str(answer.exception)


def test_it_works_without_any_store(offline: tuple[Path, Path], tmp_path: Path) -> None:
    """As anybody would run it: another process, an empty folder, no settings; nothing is left behind."""
    listed, pin = offline
    command = [
        sys.executable,
        "-m",
        "finwatch",
        "verify",
        str(PACKAGES / BANK),
        "--list",
        str(listed),
        "--key",
        str(pin),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (GENUINE, "")
    assert list(tmp_path.iterdir()) == []


def test_the_whole_way_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FINWATCH_SIGNING_KEY", str(tmp_path / "key.pem"))

    def go(*words: str, code: int = 0) -> str:
        answer = CliRunner().invoke(app, list(words))
        if answer.exception is not None and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        assert answer.exit_code == code, answer.output
        return answer.stdout

    def kept(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, "utf-8")
        return str(tmp_path / name)

    with pytest.raises(NotFound, match="has no key"):
        go("log", "key", "show")
    pin = kept("pin.txt", go("log", "key", "new", str(tmp_path / "key.pem"), "--origin", "register.example/log"))
    with open_store(f"sqlite:///{tmp_path}/home/store.sqlite") as store:
        store.approved.record(kit.ACTOR, [kit.app(1), kit.app(2)], now=kit.DAY)
    assert "list 1: 2 apps" in go("approved", "publish")
    assert "示备00000001" in go("verify", "示备00000001", "--lang", "zh"), "this installation's own list"
    first = kept("first.txt", go("log", "head"))
    go("log", "key", "rotate", str(tmp_path / "second.pem"))
    monkeypatch.setenv("FINWATCH_SIGNING_KEY", str(tmp_path / "second.pem"))
    go("approved", "publish")
    go("approved", "export", str(tmp_path / "out"))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"approved.json", "approved.json.sig", "approved.csv", "approved.csv.sig", "keys.json", "head.txt"}
    listed = str(tmp_path / "out" / "approved.json")
    assert go("verify", "示备00000002", "--list", listed, "--key", pin, code=GENUINE), (
        "the first key leads to the second"
    )
    whole = kept("export.json", go("log", "witness", "export"))
    assert "the larger log continues the smaller" in go(
        "log", "witness", "compare", whole, first, "--key", pin, "--lang", "en"
    )
    newest = kept("newest.txt", go("log", "sign"))
    size = first_size(Path(first))
    tie = kept("tie.json", go("log", "prove", "--since", str(size)))
    keys = str(tmp_path / "out" / "keys.json")
    witness = ("--private", str(tmp_path / "witness.pem"), "--name", "witness.example/one")
    seen = go("log", "witness", "cosign", newest, "--key", keys, *witness, "--before", first, "--proof", tie)
    assert "— witness.example/one " in seen
    assert go("log", "witness", "accept", kept("seen.txt", seen)) == seen
    with pytest.raises(InputError, match="Not cosigned: a consistency proof is missing"):
        go("log", "witness", "cosign", first, "--key", keys, *witness, "--before", newest, "--proof", tie)
    assert json.loads(go("log", "prove", "--row", "approved_app/2"))["leaf"]["path"]
    assert json.loads(go("log", "prove", "--record", "2"))["entry"]["row"]
    with pytest.raises(NotFound, match="No leaf vouches"):
        go("log", "prove", "--row", "case_file/99")
    assert "everything is as the log says" in go("log", "check", "--key", pin, "--head", first, "--lang", "en")
    _alter(tmp_path / "home" / "store.sqlite")
    told = go("log", "check", "--lang", "en", code=1)
    assert "✗ approved_app 2: the row 2 of approved_app is not what leaf" in told


def first_size(head: Path) -> int:
    return int(head.read_text("utf-8").split("\n")[1])


def _alter(path: Path) -> None:
    import sqlite3

    with sqlite3.connect(path) as database:
        database.execute("UPDATE approved_app SET state = 'expired' WHERE id = 2")
    database.close()


def test_expired_is_not_called_good(offline: tuple[Path, Path]) -> None:
    _, text = run(offline, "示备00000006", "--lang", "zh")
    assert "备案已过期" in text
    assert ApprovedState.EXPIRED.value not in text


def test_without_a_filed_certificate_only_the_very_package_is_known(
    tmp_path: Path, facts: dict[str, PackageFacts]
) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        made = publishing.registry(store, tmp_path)
        made.put(filed(1, facts[FIRST], "陶罐理财", signers=()))
        known = made.files(made.publish()), made.pin
    assert run(known, str(PACKAGES / FIRST))[0] == GENUINE
    code, text = run(known, str(PACKAGES / SECOND), "--lang", "en")
    assert (code, "this package name without a certificate" in text) == (NOT_FILED, True), text
