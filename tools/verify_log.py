#!/usr/bin/env python3
"""A second verifier of the log and the approved list: standard library and `cryptography` alone, nothing of Finwatch.
Written from RFC 9162 and docs/reference/transparency.md.

    verify_log.py list   approved.json keys.txt [--sig FILE] [--head head.txt --proof proof.json]
    verify_log.py head   head.txt keys.txt [--keys-file keys.json]
    verify_log.py proof  proof.json keys.txt
    verify_log.py grows  old-head.txt new-head.txt consistency.json keys.txt [--keys-file keys.json]
    verify_log.py leaves leaves.jsonl head.txt keys.txt [--keys-file keys.json]

`keys.txt` holds the key texts that you trust, one a line. `leaves.jsonl` holds the leaves' data, one a line, from 0.
Exit code 0: everything holds. 1: something does not, and is named. 2: a file cannot be read.
"""

import argparse
import base64
import datetime
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TIME = "%Y-%m-%dT%H:%M:%SZ"
ALWAYS = {"since": None, "until": None}


class Wrong(Exception):
    """Something does not hold; the message names it."""


def expect(holds, what):
    if not holds:
        raise Wrong(what)


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    expect(base64.b64encode(data).decode() == text, f"not base64 as an encoder writes it: {text[:40]!r}")
    return data


def utc(text, form=TIME):
    return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC)


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(hashes):
    """§2.1.1, over the leaves' hashes: adjacent pairs level by level, an odd last one moves up."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        paired = [node_hash(hashes[n], hashes[n + 1]) for n in range(0, len(hashes) - 1, 2)]
        hashes = paired + hashes[len(paired) * 2 :]
    return hashes[0]


def inclusion_holds(digest, index, size, path, root):
    """§2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, digest
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistency_holds(first, second, first_root, second_root, path):
    """§2.1.4.2."""
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == hashlib.sha256(b"").digest()
    path = [first_root, *path] if first & (first - 1) == 0 else path
    if first > second or not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def parse_key(text):
    name, given, encoded = text.strip().split("+", 2)
    data = unbase64(encoded)
    expect(len(data) == 33 and data[0] == 1, f"no Ed25519 key: {text[:60]!r}")
    known = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex()
    expect(known == given, f"the id of the key {name} is not {given}")
    return {"text": text.strip(), "name": name, "id": bytes.fromhex(given), "raw": data[1:], **ALWAYS}


def holds(key, signature, message):
    try:
        return Ed25519PublicKey.from_public_bytes(key["raw"]).verify(signature, message) is None
    except InvalidSignature:
        return False


def counts(key, at):
    return (key["since"] is None or at >= key["since"]) and (key["until"] is None or at <= key["until"])


def parse_note(text):
    body, gap, signatures = text.rpartition("\n\n")
    expect(gap and signatures.endswith("\n"), "no signed note: no empty line before the signatures")
    found = []
    for line in signatures[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        expect(dash == "—", f"no signature line: {line[:60]!r}")
        found.append((name, unbase64(encoded)))
    return body + "\n", found


def note_signer(text, signatures, keys, at):
    for key in keys:
        for name, blob in signatures:
            known = (name, blob[:4]) == (key["name"], key["id"]) and counts(key, at)
            if known and holds(key, blob[4:], text.encode()):
                return key
    return None


def follow(keys, endorsements, origin):
    """Adds the keys that a chain of endorsements leads to from those that are trusted."""
    for endorsement in endorsements:
        text, signatures = parse_note(endorsement)
        lines = text[:-1].split("\n")
        if len(lines) != 4 or lines[0] != "key-endorsement/v1" or lines[1] != origin:
            continue
        since = utc(lines[3], "from " + TIME)
        by = note_signer(text, signatures, keys, since)
        if by is not None:
            by["until"] = min(since, by["until"] or since)
            new = parse_key(lines[2])
            if all(key["raw"] != new["raw"] or key["name"] != new["name"] for key in keys):
                keys.append(dict(new, since=since))
    return keys


def parse_head(text):
    lines = text[:-1].split("\n")
    expect(len(lines) == 4 and str(int(lines[1])) == lines[1], "no head: origin, size, root and time are wanted")
    return {"origin": lines[0], "size": int(lines[1]), "root": unbase64(lines[2]), "at": utc(lines[3], "at " + TIME)}


def signed_head(note, keys, endorsements):
    text, signatures = parse_note(note)
    head = parse_head(text)
    follow(keys, endorsements, head["origin"])
    signer = note_signer(text, signatures, keys, head["at"])
    expect(signer is not None, f"head of size {head['size']}: no key that you trust signed it")
    return head


def check_proof(proof, keys):
    head = signed_head(proof["head"], keys, proof["endorsements"])
    leaf = proof["leaf"]
    path = [bytes.fromhex(one) for one in leaf["path"]]
    here = inclusion_holds(leaf_hash(leaf["data"].encode()), leaf["index"], head["size"], path, head["root"])
    expect(here, f"leaf {leaf['index']}: not in the log of {head['size']} leaves that was signed")
    said = json.loads(leaf["data"])
    entry = proof.get("entry")
    if entry:
        listed = [one for one in said.get("list", []) if one["number"] == entry["list_number"]]
        expect(listed, f"leaf {leaf['index']}: does not vouch for list {entry['list_number']}")
        path, root = [bytes.fromhex(one) for one in entry["path"]], bytes.fromhex(listed[0]["root"])
        here = inclusion_holds(leaf_hash(entry["row"].encode()), entry["index"], listed[0]["apps"], path, root)
        expect(here, f"row {entry['index']}: not in list {entry['list_number']}")
    return head, said


def do_list(a):
    with open(a.list, "rb") as file:
        data = file.read()
    keys, signature, digest = read_keys(a.keys), read_json(a.sig or a.list + ".sig"), hashlib.sha256(data).hexdigest()
    expect(digest == signature["sha256"], f"{a.list}: altered: its SHA-256 is {digest}, not {signature['sha256']}")
    lines = data.decode().split("\n")
    expect(lines[-2:] == ["]}", ""], f"{a.list}: not the lines of a list")
    said = json.loads(lines[0][len('{"head":') : -len(',"apps":[')])
    follow(keys, signature["endorsements"], said["origin"])
    key = next((one for one in keys if one["text"] == signature["key"]), None)
    expect(key is not None, f"{a.list}: signed by {signature['key'][:60]}, which is no key that you trust")
    expect(counts(key, utc(said["at"])), f"{a.list}: its key does not count for {said['at']}")
    expect(holds(key, unbase64(signature["signature"]), data), f"{a.list}: the signature does not hold")
    rows = [row[:-1] if n < len(lines) - 4 else row for n, row in enumerate(lines[1:-2])]
    root = tree_root([leaf_hash(row.encode()) for row in rows]).hex()
    if a.proof:
        head, leaf = check_proof(read_json(a.proof), read_keys(a.keys))
        listed = [one for one in leaf.get("list", []) if one["sha256"] == digest]
        expect(listed, f"{a.list}: the leaf does not vouch for this list (SHA-256 {digest})")
        same = (listed[0]["root"], listed[0]["apps"], listed[0]["number"]) == (root, len(rows), said["number"])
        expect(same, f"{a.list}: root, rows or number are not those of the leaf")
        print(f"it stands in the log of {head['size']} leaves")
    print(f"list {said['number']} of {said['at']}: {len(rows)} rows, root {root}, signed by {key['name']}")


def do_head(a):
    head = signed_head(read_text(a.head), read_keys(a.keys), endorsements_of(a))
    print(f"{head['origin']}: {head['size']} leaves, root {head['root'].hex()}, at {head['at']}")


def do_proof(a):
    head, leaf = check_proof(read_json(a.proof), read_keys(a.keys))
    print(f"the leaf of {leaf['at']} stands in the log of {head['size']} leaves; the proof holds")


def do_grows(a):
    proof, more = read_json(a.proof), endorsements_of(a)
    old = signed_head(read_text(a.old), read_keys(a.keys), more)
    new = signed_head(read_text(a.new), read_keys(a.keys), more)
    expect(old["origin"] == new["origin"], f"{a.old} and {a.new} are heads of different logs")
    sizes, path = (old["size"], new["size"]), [bytes.fromhex(one) for one in proof["path"]]
    two = f"TWO HISTORIES of {sizes[0]} leaves, both signed:\n{read_text(a.old)}\n{read_text(a.new)}"
    expect(sizes[0] != sizes[1] or old["root"] == new["root"], two)
    grown = (proof["first"], proof["second"]) == sizes and consistency_holds(*sizes, old["root"], new["root"], path)
    expect(grown, f"the log of {sizes[1]} leaves is not proved to begin with that of {sizes[0]}")
    print(f"the log of {sizes[1]} leaves begins with that of {sizes[0]}")


def do_leaves(a):
    head = signed_head(read_text(a.head), read_keys(a.keys), endorsements_of(a))
    leaves = read_text(a.leaves).split("\n")[:-1]
    root = tree_root([leaf_hash(leaf.encode()) for leaf in leaves[: head["size"]]])
    expect(root == head["root"], f"{a.leaves}: the first {head['size']} leaves do not give the root that was signed")
    print(f"the first {head['size']} leaves give the root that was signed")


def read_text(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def read_json(path):
    return json.loads(read_text(path))


def read_keys(path):
    return [parse_key(line) for line in read_text(path).splitlines() if line.strip() and not line.startswith("#")]


def endorsements_of(a):
    return [one["endorsement"] for one in read_json(a.keys_file)["keys"] if one["endorsement"]] if a.keys_file else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(required=True)
    for run, names in ((do_list, "list"), (do_head, "head"), (do_proof, "proof"), (do_grows, "old new proof"),
                       (do_leaves, "leaves head")):  # fmt: skip
        part = parts.add_parser(run.__name__[3:])
        for name in (*names.split(), "keys"):
            part.add_argument(name)
        for option in ("--sig", "--proof") if run is do_list else ("--keys-file",):
            part.add_argument(option)
        part.set_defaults(run=run)
    a = parser.parse_args()
    try:
        a.run(a)
    except Wrong as error:
        print(f"WRONG: {error}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        print(f"cannot be read: {error!r}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
