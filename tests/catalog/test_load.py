"""The built-in catalogue and an operator's folder over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch import catalog
from finwatch.catalog import files
from finwatch.errors import CatalogError
from finwatch.model.knowledge import WatchList

SDK = """
[[sdk]]
id = '{id}'
zh = '某组件'
en = 'Some SDK'
vendor_zh = '某公司'
vendor_en = 'Some Vendor'
purpose = 'push'
prefixes = ['cn/fictional/push/']
source = 'test'
"""


def overlay(folder: Path, **contents: str) -> Path:
    """A folder with the files given, ``__`` in a name standing for a slash and ``_dot_`` for the dot."""
    for name, text in contents.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_the_catalogue_is_as_large_as_promised() -> None:
    known = catalog.load()
    assert len(known.items) == 115
    assert len(known.clauses) >= 143
    assert len(known.sdks) >= 200
    assert sum(sdk.country == "CN" for sdk in known.sdks) * 2 >= len(known.sdks)
    assert len(catalog.controls()) == 223


def test_the_same_content_is_the_same_object_and_version() -> None:
    assert catalog.load() is catalog.load()
    assert catalog.load().version == files.version(files.read())


def test_numbers_of_unverified_clauses_are_not_shown() -> None:
    clauses = catalog.load().clauses
    assert clauses["JRT0092-5.5.3.1"].numbered
    assert clauses["JRT0171-trans"].numbered
    assert not clauses["191-3-1"].numbered
    assert not clauses["MIIT164-1"].numbered


def test_a_quoted_comma_stays_in_its_field() -> None:
    assert catalog.load().clauses["YF237-1"].title.en == "security, yearly external assessment"


def test_every_prefix_is_watched() -> None:
    known = catalog.load()
    wanted = {prefix for entry in (*known.sdks, *known.packers) for prefix in entry.prefixes}
    assert set(known.watch.prefixes) == wanted


def test_the_watch_list_survives_its_json() -> None:
    watch = catalog.load().watch
    assert WatchList.model_validate_json(watch.model_dump_json()) == watch


@pytest.mark.parametrize(
    ("class_name", "name", "argument", "item"),
    [
        ("Landroid/telephony/TelephonyManager;", "getImei", None, "imei"),
        ("Landroid/provider/Settings$Secure;", "getString", "android_id", "android_id"),
        ("Landroid/content/ContentResolver;", "query", "content://sms", "sms"),
        ("Landroid/content/ContentResolver;", "query", "android/provider/ContactsContract", "contacts"),
        ("Landroid/location/LocationManager;", "getLastKnownLocation", None, "precise_location"),
        ("Landroid/content/pm/PackageManager;", "getInstalledPackages", None, "app_list"),
        ("Lcom/bun/miitmdid/core/MdidSdkHelper;", "InitSdk", None, "oaid"),
    ],
)
def test_an_interface_takes_its_item(class_name: str, name: str, argument: str | None, item: str) -> None:
    calls = catalog.load().watch.calls
    assert any((c.class_name, c.name, c.argument) == (class_name, name, argument) and item in c.items for c in calls)


def test_a_bare_query_takes_nothing() -> None:
    queries = [c for c in catalog.load().watch.calls if c.class_name == "Landroid/content/ContentResolver;" and c.items]
    assert queries
    assert all(call.argument for call in queries)


def test_an_operators_entry_stands_beside_the_others(tmp_path: Path) -> None:
    known = catalog.load(overlay(tmp_path, sdks__own_dot_toml=SDK.format(id="own_push")))
    assert {"own_push", "jpush"} <= {sdk.id for sdk in known.sdks}
    assert "cn/fictional/push/" in known.watch.prefixes
    assert known.version != catalog.load().version


def test_an_operators_entry_replaces_one_of_the_same_id(tmp_path: Path) -> None:
    known = catalog.load(overlay(tmp_path, sdks__own_dot_toml=SDK.format(id="jpush")))
    (jpush,) = [sdk for sdk in known.sdks if sdk.id == "jpush"]
    assert jpush.vendor.en == "Some Vendor"
    assert "cn/jpush/" not in known.watch.prefixes


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    names = "id,name_zh,name_en,parent,sensitive,synonyms_zh,synonyms_en,permissions,source"
    table = f"\ufeff{names}\nx,甲,x,,yes,乙;丙,,,test\n"
    item = catalog.load(overlay(tmp_path, items_dot_csv=table)).items["x"]
    assert item.sensitive
    assert item.synonyms_zh == ("乙", "丙")


def test_dots_in_a_watched_class_become_a_descriptor(tmp_path: Path) -> None:
    text = "topic = 'x'\nsource = 's'\n[[call]]\nid = 'x.y'\nclass = 'a.B$C'\nname = 'm'\n"
    calls = catalog.load(overlay(tmp_path, watch__x_dot_toml=text)).watch.calls
    assert calls[-1].class_name == "La/B$C;"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("sdks__a_dot_toml", "[[sdk]]\nid = 'a'\nzh = 'x'\n", "'en' is missing"),
        ("sdks__a_dot_toml", SDK.format(id="a") + "colour = 'red'\n", "colour"),
        ("sdks__a_dot_toml", "[[sdk]\n", "not TOML"),
        ("kinds_dot_toml", "kind = 'bank'\n", "not a list of tables"),
        ("items_dot_csv", "id,name_zh\nx\n", "1 fields under 2 names"),
        ("items_dot_csv", 'id\n"x\n', "unexpected end of data"),
    ],
)
def test_a_wrong_entry_names_its_file(tmp_path: Path, name: str, text: str, said: str) -> None:
    folder = overlay(tmp_path, **{name: text})
    with pytest.raises(CatalogError, match=str(folder.name)) as error:
        catalog.load(folder)
    assert said in str(error.value)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="not a folder"):
        catalog.load(tmp_path / "absent")
