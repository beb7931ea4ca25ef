"""Publishing: what the lake holds is what the screens read, incrementally or from nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from finwatch.errors import InputError, NotFound
from finwatch.flow.publish import publish
from finwatch.lake import Lake
from finwatch.model.base import Model
from finwatch.model.examination import Answer, Band
from finwatch.model.knowledge import Severity
from finwatch.model.listing import EventKind
from finwatch.model.view import AppFilter
from finwatch.store import Store
from tests.kit.observed import compared, examined, visit
from tests.kit.store import START, examination, finding, later, listing, market, match, outcome, sha, task

BANK_1 = examination()
BANK_2 = examination(version=2, band=Band.GREEN, score=3.0, findings=(finding(outcome=Answer.NO),))
FAKE = examination(signer="thief", version=2, label="青禾银行", package="fake")
GAME = examination("cn.qinghe.game", label="Bouncing Ball", kind=None, signer="toys", permissions=())
DAY = 86_400


def clock(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def first_day(lake: Lake) -> None:
    visit(lake, [listing(BANK_1), listing(GAME)], START)
    examined(lake, [BANK_1, GAME], later(60))


def second_day(lake: Lake) -> None:
    visit(lake, [listing(BANK_1), listing(BANK_2)], later(DAY))
    visit(lake, [listing(FAKE, market="other")], later(DAY), market="other")
    examined(lake, [BANK_2, FAKE], later(DAY + 60))
    matched = FAKE.model_copy(update={"matches": (match(BANK_2.package.id or "", BANK_2.package.sha256),)})
    compared(lake, matched, later(DAY + 90), against="a")


def everything(store: Store) -> dict[str, Model]:
    """Every answer of the read model."""
    page = store.apps(order="name")
    answers: dict[str, Model] = {"events": store.events(), "findings": store.findings(outcome=None, current=False)}
    overview = store.overview()
    answers["overview"] = overview.model_copy(update={"generation": 0, "published": None})
    for row in page.rows:
        answers[row.id] = store.app(row.id)
        for version in store.app(row.id).versions:
            answers[version.sha256] = store.version(version.sha256)
    return answers


def test_the_documents_come_back_as_they_went_in(store: Store, lake: Lake) -> None:
    first_day(lake)
    done = publish(store, lake, clock=clock(later(100)))
    assert (done.generation, done.apps, done.versions, done.events) == (1, 2, 2, 0)
    assert store.version(BANK_1.package.sha256).examination == BANK_1
    assert store.version(GAME.package.sha256[:10]).examination == GAME
    view = store.app("cn.qinghe.bank")
    assert view.row.id == f"cn.qinghe.bank~{sha('qinghe')[:12]}"
    assert (view.row.name_zh, view.row.name_en) == ("青禾银行", "cn.qinghe.bank app")
    assert (view.row.band, view.row.score, view.row.high, view.row.markets) == (Band.RED, 71.5, 1, ("shop",))
    assert (view.rating, view.findings) == (BANK_1.rating, BANK_1.findings)
    assert store.overview().published == later(100)


def test_what_two_visits_show_becomes_events(store: Store, lake: Lake) -> None:
    first_day(lake)
    second_day(lake)
    publish(store, lake, clock=clock(later(DAY + 100)))
    shown = [(row.event.market, row.event.app, row.event.kind, row.event.after) for row in store.events().rows]
    assert sorted(shown) == [
        ("shop", "cn.qinghe.bank", EventKind.NEW_VERSION, "2.0"),
        ("shop", "cn.qinghe.game", EventKind.APP_GONE, None),
    ]
    game = store.app("cn.qinghe.game")
    assert game.row.gone
    assert game.row.markets == ()
    assert [span.gone_at for span in game.listings] == [later(DAY)]
    assert game.events[0].at == later(DAY)
    assert [row.app for row in store.apps(AppFilter(event=EventKind.APP_GONE)).rows] == ["cn.qinghe.game"]
    assert [row.app for row in store.apps(AppFilter(gone=True)).rows] == ["cn.qinghe.game"]


def test_one_name_in_two_hands_is_two_apps(store: Store, lake: Lake) -> None:
    first_day(lake)
    second_day(lake)
    publish(store, lake, clock=clock(later(DAY + 100)))
    with pytest.raises(InputError, match=sha("thief")[:12]):
        store.app("cn.qinghe.bank")
    real, fake = (store.app(f"cn.qinghe.bank~{sha(name)[:12]}") for name in ("qinghe", "thief"))
    assert (real.row.band, real.row.suspected, real.row.versions) == (Band.GREEN, 0, 2)
    assert (fake.row.band, fake.row.suspected, fake.row.versions) == (Band.RED, 1, 1)
    assert [row.id for row in real.same_package] == [fake.row.id]
    assert [(row.app_id, row.match.verdict) for row in real.resembled_by] == [(fake.row.id, fake.matches[0].verdict)]
    assert fake.listings[0].market == "other"


def test_a_rebuild_gives_what_the_increments_gave(store: Store, lake: Lake) -> None:
    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    second_day(lake)
    increment = publish(store, lake, clock=clock(later(DAY + 100)))
    before = everything(store)
    again = publish(store, lake, clock=clock(later(DAY + 200)))
    assert (again.written, again.dropped) == (0, 0)
    assert everything(store) == before
    rebuilt = publish(store, lake, rebuild=True, clock=clock(later(DAY + 300)))
    assert rebuilt.written > increment.written
    assert everything(store) == before


def test_only_what_changed_is_written(store: Store, lake: Lake) -> None:
    first_day(lake)
    assert publish(store, lake, clock=clock(later(100))).written == 4
    compared(lake, GAME, later(200), against="b")
    assert publish(store, lake, clock=clock(later(300))).written == 2


def test_readers_see_the_old_generation_until_the_new_one_is_whole(store: Store, lake: Lake) -> None:
    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    before = everything(store)
    second_day(lake)
    seen = []

    def watch(stage: str, done: int, total: int | None, message: str = "") -> None:
        seen.append(everything(store) == before)
        if done == total:
            return

    publish(store, lake, clock=clock(later(DAY)), progress=watch)
    assert seen == [True] * (len(seen) - 1) + [False]
    assert len(seen) > 3


def test_a_publication_that_was_cut_off_leaves_nothing(
    store: Store, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    before = everything(store)
    second_day(lake)
    with monkeypatch.context() as patch:
        patch.setattr("finwatch.store.published.publication._FLUSH", 1)
        patch.setattr("finwatch.store.published.publication.Draft.commit", _cut)
        patch.setattr("finwatch.store.published.publication.Draft.abandon", lambda draft: None)
        with pytest.raises(_Cut):
            publish(store, lake, clock=clock(later(DAY)))
    assert everything(store) == before
    publish(store, lake, clock=clock(later(DAY + 1)))
    after = everything(store)
    publish(store, lake, rebuild=True, clock=clock(later(DAY + 2)))
    assert everything(store) == after != before


class _Cut(Exception):
    pass


def _cut(*_: object, **__: object) -> None:
    raise _Cut


def test_a_listed_app_that_was_not_examined_yet_says_so(store: Store, lake: Lake) -> None:
    visit(lake, [listing(BANK_1, signer_sha256=())], START)
    publish(store, lake, clock=clock(later(1)))
    (row,) = store.apps().rows
    assert (row.id, row.band, row.pending, row.signer) == ("cn.qinghe.bank~unknown", None, True, None)
    assert store.overview().unexamined == 1
    examined(lake, [BANK_1], later(2))
    publish(store, lake, clock=clock(later(3)))
    (row,) = store.apps().rows
    assert (row.id, row.pending) == (f"cn.qinghe.bank~{sha('qinghe')[:12]}", False)


def test_a_listing_without_a_hash_leads_to_the_package_that_was_fetched_there(store: Store, lake: Lake) -> None:
    """Every version at one address, as most Chinese markets serve them: the tasks tell them apart."""
    url = "https://shop.example/get?app=cn.qinghe.bank"
    bare: dict[str, object] = {"package_sha256": None, "signer_sha256": (), "package_url": url}
    visit(lake, [listing(BANK_1, **bare)], START)
    visit(lake, [listing(BANK_2, **bare)], later(DAY))
    visit(lake, [listing(FAKE, market="other", **bare)], later(DAY), market="other")
    store.frontier.add([task(f"{url}#{code}") for code in (1, 2)])
    for of in (BANK_1, BANK_2):
        (held,) = store.frontier.lease(now=later(3), worker="w", seconds=9, limit=1)
        store.frontier.finish(held, outcome(held, sha256=of.package.sha256), next_due=None)
    examined(lake, [BANK_1, BANK_2], later(60))
    publish(store, lake, clock=clock(later(DAY + 100)))
    found = {row.id: row for row in store.apps().rows}
    bank = f"cn.qinghe.bank~{sha('qinghe')[:12]}"
    assert set(found) == {bank, "cn.qinghe.bank~unknown"}, "what another market serves there is not said to be known"
    assert (found[bank].sha256, found[bank].pending) == (BANK_2.package.sha256, False)
    spans = [(span.listing.version_code, span.listing.package_sha256) for span in store.app(bank).listings]
    assert spans == [(2, BANK_2.package.sha256), (1, BANK_1.package.sha256)]


def test_an_app_without_a_package_to_fetch_does_not_wait_for_an_examination(store: Store, lake: Lake) -> None:
    visit(lake, [listing(BANK_1, package_url=None, package_sha256=None, version_code=None, signer_sha256=())], START)
    publish(store, lake, clock=clock(later(1)))
    (row,) = store.apps().rows
    assert (row.id, row.pending) == ("cn.qinghe.bank~unknown", False)


def test_a_package_whose_name_cannot_be_read_says_so_in_both_languages(store: Store, lake: Lake) -> None:
    package = BANK_1.package.model_copy(update={"id": None, "label": None, "version_code": None})
    examined(lake, [BANK_1.model_copy(update={"package": package})], START)
    publish(store, lake, clock=clock(later(1)))
    (row,) = store.apps().rows
    assert (row.nameless, row.name_zh, row.name_en) == (True, "包名无法读取", "package name not readable")
    visit(lake, [listing(BANK_1, names={})], later(2))
    publish(store, lake, clock=clock(later(3)))
    (row,) = store.apps().rows
    assert (row.nameless, row.app, row.name_en) == (False, "cn.qinghe.bank", "cn.qinghe.bank")


def test_two_characters_find_a_chinese_name(store: Store, lake: Lake) -> None:
    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    found = {
        query: [row.app for row in store.apps(AppFilter(q=query)).rows]
        for query in ("青禾", "禾", "禾银行", "青行", "qinghe BALL", "Bouncing  b", "bank.cn", "%", "股份")
    }
    assert found == {
        "青禾": ["cn.qinghe.bank", "cn.qinghe.game"],
        "禾": ["cn.qinghe.bank", "cn.qinghe.game"],
        "禾银行": ["cn.qinghe.bank", "cn.qinghe.game"],
        "青行": [],
        "qinghe BALL": ["cn.qinghe.game"],
        "Bouncing  b": ["cn.qinghe.game"],
        "bank.cn": [],
        "%": [],
        "股份": ["cn.qinghe.bank", "cn.qinghe.game"],
    }


def test_every_filter_narrows(store: Store, lake: Lake) -> None:
    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    bank = ["cn.qinghe.bank"]
    for where, expected in [
        (AppFilter(band=Band.RED), [*bank, "cn.qinghe.game"]),
        (AppFilter(finance=True), bank),
        (AppFilter(kind="bank"), bank),
        (AppFilter(market="shop"), [*bank, "cn.qinghe.game"]),
        (AppFilter(market="nowhere"), []),
        (AppFilter(check="trusts_any_certificate", kind="bank"), bank),
        (AppFilter(check="keeps_debuggable"), []),
        (AppFilter(sdk="umeng", finance=True), bank),
        (AppFilter(permission="android.permission.READ_SMS"), bank),
        (AppFilter(suspected=True), []),
    ]:
        page = store.apps(where)
        assert [row.app for row in page.rows] == expected, where
        assert page.total.value == len(expected)


def test_pages_go_on_where_the_last_one_ended(store: Store, lake: Lake) -> None:
    many = [examination(f"cn.qinghe.a{at}", signer=f"s{at}", score=float(at % 3)) for at in range(7)]
    visit(lake, [listing(one) for one in many], START)
    examined(lake, many, later(1))
    publish(store, lake, clock=clock(later(2)))
    for order in ("risk", "recent", "name"):
        whole = [row.id for row in store.apps(order=order).rows]
        assert len(set(whole)) == 7
        key, pages = None, []
        while True:
            page = store.apps(order=order, after=key, limit=3)
            pages.append([row.id for row in page.rows])
            if (key := page.next) is None:
                break
        assert [len(rows) for rows in pages] == [3, 3, 1]
        assert [one for rows in pages for one in rows] == whole
    rows, key = [], None
    while True:
        found = store.findings(outcome=None, after=key, limit=4)
        rows += found.rows
        if (key := found.next) is None:
            break
    assert [(row.sha256, row.check) for row in rows] == [
        (row.sha256, row.check) for row in store.findings(outcome=None, limit=99).rows
    ]
    assert len(rows) == 14
    with pytest.raises(InputError):
        store.apps(after="bm9uc2Vuc2U")


def test_counting_stops(store: Store, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    monkeypatch.setattr("finwatch.store.published.paging.BOUND", 1)
    assert str(store.apps().total) == "1+"


def test_every_number_of_the_overview_has_its_rows(store: Store, lake: Lake) -> None:
    first_day(lake)
    second_day(lake)
    store.markets.register(market(), now=START)
    publish(store, lake, clock=clock(later(DAY + 100)))
    seen = store.overview()
    for number, where in [
        (seen.apps, AppFilter()),
        (seen.finance, AppFilter(finance=True)),
        (seen.gone, AppFilter(gone=True)),
        (seen.unexamined, AppFilter(examined=False)),
        (seen.suspected, AppFilter(suspected=True)),
        *((facet.apps, AppFilter(band=Band(facet.value))) for facet in seen.bands),
        *((facet.apps, AppFilter(kind=facet.value)) for facet in seen.kinds),
        *((facet.apps, AppFilter(sdk=facet.value)) for facet in seen.sdks),
        *((check.apps, AppFilter(check=check.check)) for check in seen.checks),
    ]:
        assert store.apps(where).total.value == number, where
    assert (seen.apps, seen.versions, seen.events, seen.markets) == (3, 4, 2, 1)
    (check,) = seen.checks
    assert (check.check, check.severity, check.apps) == ("trusts_any_certificate", Severity.HIGH, 2)
    assert store.findings(check=check.check).total.value == 2
    assert len(seen.recent) == 2


def test_a_check_found_at_two_severities_stands_at_the_graver(store: Store, lake: Lake) -> None:
    found = [
        examination(f"cn.qinghe.a{number}", findings=(finding("allows_cleartext_traffic", severity=severity),))
        for number, severity in enumerate((Severity.LOW, Severity.MEDIUM, Severity.INFO))
    ]
    examined(lake, found, later(1))
    publish(store, lake, clock=clock(later(2)))
    (check,) = store.overview().checks
    assert (check.check, check.severity, check.apps) == ("allows_cleartext_traffic", Severity.MEDIUM, 3)


def test_text_that_sql_cannot_hold_is_shown_as_escapes(store: Store, lake: Lake) -> None:
    odd = examination("cn.qinghe.o\x00dd", label="青\x00禾", findings=(finding(title=BANK_1.findings[0].title),))
    examined(lake, [odd], later(1))
    publish(store, lake, clock=clock(later(2)))
    (row,) = store.apps(AppFilter(q="青")).rows
    assert (row.app, row.name_zh) == ("cn.qinghe.o\\u{0}dd", "青\\u{0}禾")
    assert store.app(row.id).row == row
    assert store.version(odd.package.sha256).examination.package.label == "青\\u{0}禾"


def test_what_is_not_there_is_said(store: Store) -> None:
    with pytest.raises(NotFound):
        store.app("cn.nobody")
    with pytest.raises(NotFound):
        store.version("0" * 64)
    with pytest.raises(InputError):
        store.version("xyz")
