"""What is taken, by whom, and whether before consent; doubt stays doubt."""

from __future__ import annotations

from typing import Any

import pytest

from finwatch import catalog
from finwatch.identify.collection import collected, rendered
from finwatch.identify.owner import Owners
from finwatch.identify.sdk import uses
from finwatch.model.examination import Collection, Protection
from finwatch.model.package import PackageFacts, Reach, Unreadable, Value
from tests.kit.identified import call, facts, hit, read

IMEI = ("collect.imei.getDeviceId", "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;")
LOCATION = (
    "collect.location.getLastKnownLocation",
    "Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;",
)
START = "Lcn/fictional/bank/App;->onCreate()V"
CERTAIN = Reach(entry=START, certain=True, path=(START, "Lcn/fictional/bank/Ids;->m()V"))


def taken(given: PackageFacts, extent: str = "full") -> tuple[Collection, ...]:
    known = catalog.load()
    owners = Owners(given, uses(given, known.sdks, hidden=False), known)
    return collected(given, known, owners, protection=Protection.model_validate({"extent": extent}))


def test_a_call_is_a_collection_with_its_place() -> None:
    (one,) = taken(facts(calls=(call(*IMEI, "cn/fictional/bank/Ids"),)))
    assert (one.item, one.owner, one.before_consent) == ("imei", "app", False)
    assert one.caller == "Lcn/fictional/bank/Ids;->m()V"
    assert one.at.offset == 3
    assert one.api == IMEI[1]


def test_an_sdk_is_named_and_a_stranger_is_not() -> None:
    given = facts(prefixes=(hit("cn/jpush/", 3),), calls=(call(*IMEI, "cn/jpush/a/A"), call(*IMEI, "x/y/Z")))
    assert [one.owner for one in taken(given)] == ["sdk:jpush", "unknown"]


def test_a_call_of_another_topic_takes_nothing() -> None:
    watch = next(call for call in catalog.load().watch.calls if call.topic == "sink")
    assert taken(facts(calls=(call(watch.id, "La;->b()V", "cn/fictional/bank/A"),))) == ()


def test_a_field_read_is_a_collection() -> None:
    given = facts(
        field_reads=(read("collect.build.serial", "Landroid/os/Build;->SERIAL:Ljava/lang/String;", "cn/fictional/A"),)
    )
    assert [(one.item, one.owner) for one in taken(given)] == [("serial", "app")]


def test_before_consent_needs_a_certain_path() -> None:
    given = facts(
        calls=(
            call(*IMEI, "cn/fictional/bank/Ids", reach=CERTAIN),
            call(*IMEI, "cn/fictional/bank/Maybe", reach=CERTAIN.model_copy(update={"certain": False})),
            call(*IMEI, "cn/fictional/bank/Never"),
        )
    )
    assert [one.before_consent for one in taken(given)] == [True, None, False]
    assert taken(given)[0].path == CERTAIN.path


@pytest.mark.parametrize(
    ("extent", "more"),
    [
        ("limited", {}),
        ("full", {"unreadable": (Unreadable(part="code", reason="classes2.dex is cut off"),)}),
        ("full", {"truncated": ("reach_methods",)}),
    ],
)
def test_no_path_proves_nothing_where_the_search_was_cut(extent: str, more: dict[str, Any]) -> None:
    given = facts(calls=(call(*IMEI, "cn/fictional/bank/Ids"),), **more)
    assert [one.before_consent for one in taken(given, extent)] == [None]


@pytest.mark.parametrize(
    ("permissions", "item"),
    [
        (("ACCESS_FINE_LOCATION",), "precise_location"),
        (("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"), "precise_location"),
        (("ACCESS_COARSE_LOCATION",), "coarse_location"),
        ((), "precise_location"),
    ],
)
def test_a_location_is_as_precise_as_the_permission(permissions: tuple[str, ...], item: str) -> None:
    given = facts(permissions=permissions, calls=(call(*LOCATION, "cn/fictional/bank/Map"),))
    assert [one.item for one in taken(given)] == [item]


def test_one_place_is_said_once_per_item() -> None:
    query = "Landroid/content/ContentResolver;->query()V"
    given = facts(
        calls=(
            call("collect.contacts.query.contract", query, "cn/fictional/bank/A"),
            call("collect.contacts.query.authority", query, "cn/fictional/bank/A"),
            call("collect.sms.query.uri", query, "cn/fictional/bank/A"),
        )
    )
    assert [one.item for one in taken(given)] == ["contacts", "sms"]


def test_arguments_are_written_as_a_person_reads_them() -> None:
    uri = Value(kind="call", value="Landroid/net/Uri;->parse", of=(Value(kind="string", value="content://sms"), None))
    given = facts(calls=(call(*IMEI, "cn/fictional/A", args=(uri, Value(kind="null", value=""))),))
    assert taken(given)[0].arguments == ('Landroid/net/Uri;->parse("content://sms", ?)', "null")
    assert rendered(Value(kind="parameter", value="1")) == "parameter 1"
    assert rendered(Value(kind="new", value="La;")) == "new La;"
    assert rendered(Value(kind="int", value="5")) == "5"


@pytest.mark.parametrize(
    ("permissions", "more", "permitted"),
    [
        (("READ_PHONE_STATE",), {}, True),
        (("INTERNET",), {}, False),
        (("INTERNET",), {"manifest": {"shared_user_id": "cn.fictional"}}, None),
    ],
)
def test_a_call_without_its_permission_gives_nothing(
    permissions: tuple[str, ...], more: dict[str, Any], *, permitted: bool | None
) -> None:
    given = facts(permissions=permissions, calls=(call(*IMEI, "cn/fictional/bank/Ids"),), **more)
    assert [one.permitted for one in taken(given)] == [permitted]


def test_an_item_that_nothing_guards_is_neither() -> None:
    android_id = ("collect.android_id.getString.secure", "Landroid/provider/Settings$Secure;->getString()V")
    operator = ("collect.network.getSimOperator", "Landroid/telephony/TelephonyManager;->getSimOperator()V")
    given = facts(calls=(call(*android_id, "cn/fictional/A"), call(*operator, "cn/fictional/A")))
    assert [(one.item, one.permitted) for one in taken(given)] == [("android_id", None), ("network", None)]
