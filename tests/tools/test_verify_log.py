"""The second verifier: it says of everything what Finwatch says, and names whatever one byte was changed in."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finwatch.flow.proving import Prover, consistency
from finwatch.flow.signing import sign_head
from finwatch.store import open_store
from finwatch.transparency import merkle, note, proofs
from finwatch.transparency.head import Head
from tests.kit import publishing
from tests.kit import transparency as kit
from tests.transparency.test_merkle import LEAVES, ROOTS

TOOL = Path(__file__).resolve().parents[2] / "tools" / "verify_log.py"
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_log", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Files:
    """What a reader has: the list with its signature, proofs, heads, leaves and the first key."""

    folder: Path
    tool: ModuleType

    def run(self, *words: str) -> tuple[int, str]:
        """The verifier's exit code and what it printed."""
        import contextlib
        import io

        out = io.StringIO()
        before = sys.argv
        sys.argv = ["verify_log.py", *(str(self.folder / word) if "." in word else word for word in words)]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                code = self.tool.main()
        finally:
            sys.argv = before
        return code, out.getvalue()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, tool: ModuleType) -> Files:
    folder = tmp_path_factory.mktemp("reader")
    with open_store(f"sqlite:///{folder}/store.sqlite") as store:
        made = publishing.registry(store, folder, [kit.app(number) for number in range(1, 6)])
        made.publish()
        first = store.heads.newest()
        made.rotate(now=kit.later(5))
        made.put(kit.app(9), now=kit.later(6))
        listed = made.files(made.publish(now=kit.later(6)))
        second = sign_head(store, made.signer, now=kit.later(7))
        assert first is not None
        keys = store.heads.keys()
        assert keys is not None
        texts = {
            "list.json": listed.read_text("utf-8"),
            "list.json.sig": listed.with_name(listed.name + ".sig").read_text("utf-8"),
            "proof.json": Prover(store, made.lake).entry(9).model_dump_json(),
            "old.txt": first.note,
            "new.txt": second.note,
            "tie.json": consistency(store, first.size, second.size).model_dump_json(),
            "keys.json": keys.model_dump_json(),
            "leaves.jsonl": "".join(f"{one.data}\n" for one in store.log.leaves(0, 100)),
            "pin.txt": made.pin.read_text("utf-8"),
        }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return Files(folder, tool)


COMMANDS = {
    "list": ("list", "list.json", "pin.txt", "--proof", "proof.json"),
    "proof": ("proof", "proof.json", "pin.txt"),
    "head": ("head", "new.txt", "pin.txt", "--keys-file", "keys.json"),
    "grows": ("grows", "old.txt", "new.txt", "tie.json", "pin.txt", "--keys-file", "keys.json"),
    "leaves": ("leaves", "leaves.jsonl", "new.txt", "pin.txt", "--keys-file", "keys.json"),
}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_what_is_whole_holds(files: Files, name: str) -> None:
    code, text = files.run(*COMMANDS[name])
    assert code == 0, text


def test_it_is_short_and_stands_alone(files: Files, tmp_path: Path) -> None:
    source = TOOL.read_text("utf-8")
    assert len(source.splitlines()) < 300
    modules = {
        (one.module or "").split(".")[0] if isinstance(one, ast.ImportFrom) else one.names[0].name.split(".")[0]
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.Import | ast.ImportFrom)
    }
    assert modules - set(sys.stdlib_module_names) == {"cryptography"}
    words = [str(files.folder / word) if "." in word else word for word in COMMANDS["list"]]
    command = [sys.executable, "-I", str(TOOL), *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def changed(text: str, place: int) -> str:
    """``text`` with the character at ``place`` replaced by another."""
    place %= len(text)
    return text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]


@QUIET
@given(place=st.integers(0, 1 << 20))
def test_any_byte_of_a_list_is_noticed(files: Files, place: int) -> None:
    path = files.folder / "list.json"
    whole = path.read_text("utf-8")
    path.write_text(changed(whole, place), "utf-8")
    code, text = files.run(*COMMANDS["list"])
    path.write_text(whole, "utf-8")
    assert (code, "list.json: altered" in text) == (1, True), text


@QUIET
@given(
    place=st.integers(0, 1 << 20),
    name=st.sampled_from(["proof.json", "old.txt", "new.txt", "tie.json", "leaves.jsonl"]),
)
def test_any_byte_of_a_proof_head_or_leaf_is_noticed(files: Files, place: int, name: str) -> None:
    path = files.folder / name
    whole = path.read_text("utf-8")
    path.write_text(changed(whole, place), "utf-8")
    command = "proof" if name == "proof.json" else "leaves" if name == "leaves.jsonl" else "grows"
    code, text = files.run(*COMMANDS[command])
    path.write_text(whole, "utf-8")
    same = name.endswith(".json") and _means_the_same(whole, changed(whole, place))
    assert code == 0 if same else code in {1, 2}, text


def _means_the_same(one: str, other: str) -> bool:
    """A field that says nothing to the verifier: the schema's name, the name of a field that may be missing."""
    try:
        a, b = json.loads(one), json.loads(other)
    except ValueError:
        return False
    for told in (a, b):
        told.pop("schema", None)
    known = {"head", "endorsements", "leaf", "entry", "first", "second", "path"}
    return {k: v for k, v in a.items() if k in known} == {k: v for k, v in b.items() if k in known}


def test_what_is_wrong_is_named(files: Files) -> None:
    proof = json.loads((files.folder / "proof.json").read_text("utf-8"))
    cases = [
        ({"entry": {**proof["entry"], "row": proof["entry"]["row"].replace("filed", "field")}}, "row 5: not in list 2"),
        ({"entry": {**proof["entry"], "list_number": 7}}, "does not vouch for list 7"),
        ({"leaf": {**proof["leaf"], "index": 0}}, "leaf 0: not in the log of"),
        ({"endorsements": []}, "no key that you trust signed it"),
    ]
    for change, says in cases:
        (files.folder / "wrong.json").write_text(json.dumps({**proof, **change}), "utf-8")
        code, text = files.run("proof", "wrong.json", "pin.txt")
        assert (code, says in text) == (1, True), text


def test_two_histories_are_printed_whole(files: Files) -> None:
    old = (files.folder / "old.txt").read_text("utf-8")
    size = int(old.split("\n")[1])
    from finwatch.flow.signing import read_key

    key = read_key(files.folder / "key.pem")
    other = str(note.sign(Head(kit.ORIGIN, size, bytes(32), kit.DAY).text(), key, name=kit.ORIGIN))
    (files.folder / "other.txt").write_text(other, "utf-8")
    code, text = files.run("grows", "old.txt", "other.txt", "tie.json", "pin.txt")
    assert code == 1
    assert "TWO HISTORIES" in text
    assert old in text
    assert other in text


def test_a_key_that_ended_signs_nothing_new(files: Files) -> None:
    from finwatch.flow.signing import read_key

    late = Head(kit.ORIGIN, 1, bytes(32), kit.later(30))
    (files.folder / "late.txt").write_text(
        str(note.sign(late.text(), read_key(files.folder / "key.pem"), name=kit.ORIGIN)), "utf-8"
    )
    assert files.run("head", "late.txt", "pin.txt", "--keys-file", "keys.json")[0] == 1
    assert files.run("head", "late.txt", "pin.txt")[0] == 0, "who does not know of the new key cannot know"


def test_its_tree_is_that_of_the_rfc(tool: ModuleType) -> None:
    hashes = [tool.leaf_hash(leaf) for leaf in LEAVES]
    assert [tool.tree_root(hashes[:size]).hex() for size in range(9)] == list(ROOTS)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_both_verifiers_agree_on_every_proof(tool: ModuleType, data: st.DataObject) -> None:
    """Right proofs and wrong ones, of any size: two programs written apart give one answer."""
    size = data.draw(st.integers(1, 120))
    hashes = [merkle.leaf_hash(n.to_bytes(2)) for n in range(size)]
    root = tool.tree_root(hashes)
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    path = list(merkle.audit_path(hashes, index))
    old = tool.tree_root(hashes[:first])
    levels = {(0, at): digest for at, digest in enumerate(hashes)}
    for at in range(size):
        for level, place in proofs.added(at):
            levels[level, place] = merkle.node_hash(levels[level - 1, 2 * place], levels[level - 1, 2 * place + 1])
    tie = [proofs.folded(span, levels) for span in proofs.consistency(first, size)]
    for way in (path, tie):
        if way and data.draw(st.booleans()):
            way[data.draw(st.integers(0, len(way) - 1))] = bytes(32)
        if way and data.draw(st.booleans()):
            way.pop()
        if data.draw(st.booleans()):
            way.append(bytes(32))
    other = data.draw(st.integers(0, size))
    for at in (index, other):
        ours = merkle.climb(hashes[index], index=at, size=size, path=path) == root
        assert tool.inclusion_holds(hashes[index], at, size, path, root) == ours
    for at in (first, other):
        ours = proofs.consistent(at, size, roots=(old, root), path=tie)
        assert tool.consistency_holds(at, size, old, root, tie) == ours
