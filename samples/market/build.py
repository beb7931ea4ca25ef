"""Builds the sample markets: ``python -m samples.market.build``. Writes ``samples/market/data``.

As fdroidserver does it: ``entry.jar`` signed by apksigner (JAR signature, SHA-256), ``index-v1.jar`` by jarsigner
with SHA-1, which that old format demands. The day's earlier indexes give the diffs.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from pathlib import Path

from samples.market import index
from samples.market.index import Json
from samples.market.offer import DATA, SampleMarket, day_times, fingerprint, markets, offers
from samples.recipe import archive, icon, sign, source
from samples.recipe.source import Icon
from samples.recipe.tools import run

ICON_SIZE = 96
MARKET_ICON = Icon(
    background="#264653",
    draw=(("box", 18, 40, 82, 84, "#e9c46a"), ("ring", 50, 40, 18, 6, "#f4a261"), ("disc", 50, 62, 8, "#264653")),
)


def build(market: SampleMarket) -> None:
    """Writes the two states of ``market`` and its icons."""
    sign.make_key(market.key, owner=market.name.en)
    folder = DATA / market.id
    shutil.rmtree(folder, ignore_errors=True)
    earlier: list[Json] = []
    for day in sorted(market.days):
        earlier.append(_state(market, day, folder, earlier))


def _state(market: SampleMarket, day: int, folder: Path, earlier: list[Json]) -> Json:
    out = folder / f"day{day}"
    (out / "diff").mkdir(parents=True)
    (folder / "icons").mkdir(exist_ok=True)
    on_offer, times = offers(market, day), day_times()
    icons = {market.id: _icon(folder, "icon.png", MARKET_ICON)}
    for offer in reversed(on_offer):
        icons[offer.package] = _icon(folder, index.icon_name(offer), source.load(offer.app).effective_icon())
    current = index.index_v2(market, on_offer, times, day, icons)
    entry_of_index = _write(out, "/index-v2.json", current)
    diffs = {}
    for old in earlier:
        time = old["repo"]["timestamp"]
        diffs[time] = _write(out, f"/diff/{time}.json", index.diff(old, current))
    _write(out, "/entry.json", index.entry(index.millis(times[day]), entry_of_index, diffs))
    _write(out, "/index-v1.json", index.index_v1(market, on_offer, times, day))
    sign_entry(out, market.key)
    sign_index_v1(out, market.key)
    if not diffs:
        (out / "diff").rmdir()
    return current


def _icon(folder: Path, name: str, drawing: Icon) -> Json:
    body = icon.draw(drawing, ICON_SIZE)
    (folder / "icons" / name).write_bytes(body)
    return _file(f"/icons/{name}", body)


def _write(out: Path, name: str, value: Json) -> Json:
    body = json.dumps(value, ensure_ascii=False).encode()
    (out / name.lstrip("/")).write_bytes(body)
    return _file(name, body) | {"numPackages": len(value.get("packages", {}))}


def _file(name: str, body: bytes) -> Json:
    return {"name": name, "sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}


def sign_entry(out: Path, key: str) -> None:
    """Makes ``entry.jar`` from ``entry.json``."""
    jar = out / "entry.jar"
    archive.write({"entry.json": (out / "entry.json").read_bytes()}, jar)
    command: list[str | Path] = ["apksigner", "sign", "--min-sdk-version", "23", "--max-sdk-version", "24"]
    for scheme, on in (("v1", "true"), ("v2", "false"), ("v3", "false"), ("v4", "false")):
        command += [f"--{scheme}-signing-enabled", on]
    run([*command, *sign.key_options(key), jar], about="entry.jar")


def sign_index_v1(out: Path, key: str) -> None:
    """Makes ``index-v1.jar`` from ``index-v1.json``."""
    with tempfile.TemporaryDirectory() as folder:
        jar = Path(folder) / "index-v1.jar"
        archive.write({"index-v1.json": (out / "index-v1.json").read_bytes()}, jar)
        command: list[str | Path] = ["jarsigner", "-keystore", sign.KEYS / f"{key}.p12", "-storepass", sign.PASSWORD]
        run([*command, "-digestalg", "SHA1", "-sigalg", "SHA1withRSA", jar, key], about="index-v1.jar")
        with zipfile.ZipFile(jar) as signed:
            files = {name: signed.read(name) for name in signed.namelist()}
    archive.write(files, out / "index-v1.jar")


def main() -> None:
    """Builds every sample market and prints its fingerprint."""
    for market in markets().values():
        build(market)
        print(f"{market.id}  {market.address}  fingerprint {fingerprint(market.key)}")


if __name__ == "__main__":
    main()
