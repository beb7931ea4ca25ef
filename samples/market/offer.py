"""What a sample market offers on a day, read from its sources: the input of the index.

``markets.toml`` and ``listings.toml`` beside this file, ``app.toml`` and ``AndroidManifest.xml`` of each app, and the
built package come in; ``Offer`` goes out.
"""

from __future__ import annotations

import hashlib
import tomllib
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from finwatch.model.base import Model, Text
from samples import build
from samples.recipe import sign, source
from samples.recipe.source import App

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
ANDROID = "{http://schemas.android.com/apk/res/android}"


class SampleMarket(Model):
    """A market of ``markets.toml``."""

    id: str
    name: Text
    description: Text
    address: str
    key: str
    days: dict[int, tuple[str, ...]]


class Offer(Model):
    """One package that a market offers."""

    app: str
    package: str
    version_name: str
    version_code: int
    min_sdk: int
    target_sdk: int
    permissions: tuple[str, ...]
    abis: tuple[str, ...]
    file: str
    bytes: int
    sha256: str
    signer: str
    signer_md5: str
    """The older fingerprint that index-v1 calls ``sig``: MD5 over the certificate written in hex."""
    label: Text
    developer: Text
    summary: Text
    description: Text
    category: str
    policy: str | None
    first_day: int


def markets() -> dict[str, SampleMarket]:
    """The sample markets by id."""
    raw = tomllib.loads((HERE / "markets.toml").read_text("utf-8"))
    return {
        name: SampleMarket(
            id=name,
            name=Text(zh=entry["zh"], en=entry["en"]),
            description=Text(zh=entry["description_zh"], en=entry["description_en"]),
            address=entry["address"],
            key=entry["key"],
            days={int(day): tuple(apps) for day, apps in entry["days"].items()},
        )
        for name, entry in raw["market"].items()
    }


def day_times() -> dict[int, datetime]:
    """When the index of each day was made (UTC)."""
    raw = tomllib.loads((HERE / "markets.toml").read_text("utf-8"))
    return {int(day): time for day, time in raw["days"].items()}


def certificate(key: str) -> bytes:
    """The certificate (DER) of a sample key."""
    body = (sign.KEYS / f"{key}.p12").read_bytes()
    found = pkcs12.load_pkcs12(body, sign.PASSWORD.encode()).cert
    if found is None:
        raise ValueError(f"samples/keys/{key}.p12 holds no certificate")
    return found.certificate.public_bytes(Encoding.DER)


def fingerprint(key: str) -> str:
    """SHA-256 of the certificate of a sample key."""
    return hashlib.sha256(certificate(key)).hexdigest()


def offers(market: SampleMarket, day: int) -> list[Offer]:
    """What ``market`` offers on ``day``, in order of package and version."""
    texts = tomllib.loads((HERE / "listings.toml").read_text("utf-8"))
    found = [_offer(source.load(name), texts[name], _first_day(market, name)) for name in market.days[day]]
    return sorted(found, key=lambda offer: (offer.package, -offer.version_code))


def _first_day(market: SampleMarket, app: str) -> int:
    return min(day for day, apps in market.days.items() if app in apps)


def _offer(app: App, texts: dict[str, list[str] | str], first_day: int) -> Offer:
    built = build.manifest()[app.id]
    der = certificate(app.signer)
    zh, en = texts["zh"], texts["en"]
    return Offer(
        app=app.id,
        package=app.package,
        version_name=app.version_name,
        version_code=app.version_code,
        min_sdk=app.min_sdk,
        target_sdk=app.target_sdk,
        permissions=_permissions(app),
        abis=tuple(sorted({name.split("/")[1] for name in app.libraries})),
        file=str(built["file"]),
        bytes=int(built["bytes"]),
        sha256=str(built["sha256"]),
        signer=hashlib.sha256(der).hexdigest(),
        signer_md5=hashlib.md5(der.hex().encode()).hexdigest(),
        label=app.label,
        developer=app.developer,
        summary=Text(zh=zh[0], en=en[0]),
        description=Text(zh=zh[1], en=en[1]),
        category=str(texts["category"]),
        policy=app.policy,
        first_day=first_day,
    )


def _permissions(app: App) -> tuple[str, ...]:
    root = ET.parse(app.layers("AndroidManifest.xml")[-1]).getroot()
    return tuple(node.attrib[f"{ANDROID}name"] for node in root.iter("uses-permission"))
