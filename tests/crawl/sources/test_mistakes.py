"""What is wrong with a descriptor is told by file, line and field, with what to write."""

from __future__ import annotations

import pytest

from finwatch.crawl.sources.descriptor import built_in, parse
from finwatch.errors import InputError

GOOD = """\
[[market]]
id = "shop"
name = { zh = "商店", en = "Shop" }
protocol = "pages"
address = "http://127.0.0.1:8080/"

[market.source]
zone = "Asia/Shanghai"

[[market.source.lists]]
url = "/list?q={word}&p={page}"
each.word = ["贷款"]
items = "data.list"
paging = { by = "page" }
signs.empty = [{ at = "total", equals = 0 }]
[market.source.lists.fields]
app = "package"
name = "title"
package_bytes = { at = "size", unit = "kB" }
store_url = { template = "http://127.0.0.1:8080/app/{app}" }

[market.source.detail]
url = "/app/{app}"
form = "html"
[market.source.detail.fields]
version_name = "p.version"
"""


def test_a_good_one_is_good() -> None:
    (market,) = parse(GOOD, name="shop.toml")
    assert market.source is not None
    assert market.source.lists[0].fields["app"].at == ("package",)


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ('items = "data.list"', "", 10, "items: it is missing: write items ="),
        ('items = "data.list"', 'itms = "data.list"', 13, "is 'items' meant"),
        ('items = "data.list"', 'items = "data."', 13, "JMESPath, such as"),
        ('"p.version"', '"p["', 26, "CSS selector, such as"),
        ("{word}", "{wort}", 11, "nothing gives {wort} a value; known here: cursor, offset, page, word"),
        ("&p={page}", "", 11, "paging by page needs {page}"),
        ('["贷款"]', "[]", 12, "it has no values"),
        ('by = "page"', 'by = "pages"', 14, "'page', 'offset', 'cursor' or 'link'"),
        ('by = "page"', 'by = "link"', 14, "'at' goes with by"),
        ('unit = "kB"', 'unit = "kb"', 19, "'B', 'kB', 'KiB'"),
        ("package_bytes =", "package_size =", 19, "is 'package_bytes' meant"),
        ('/app/{app}" }', '/app/{id}" }', 20, "{id} has no value here"),
        ('app = "package"', 'store_id = "package"', 16, "there is no field 'app'"),
        ('"Asia/Shanghai"', '"China"', 8, "no time zone"),
        ('{ at = "total", equals = 0 }', "{ equals = 0 }", 15, "need 'at'"),
        ('form = "html"', 'form = "xml"', 24, "'json' or 'html'"),
        ('form = "html"', 'headers = { Cookie = "a" }', 24, "the header Cookie is not sent"),
        ('protocol = "pages"', 'protocol = "pagse"', 4, "write one of fdroid"),
        ('protocol = "pages"', 'protocol = "fdroid"', 7, "goes with protocol"),
        ('id = "shop"', 'id = "shop"\nneeds_cooperation = "keys"\nenabled = true', 4, "write enabled = false"),
        ('id = "shop"', "id = ", 2, "not TOML"),
        ('id = "shop"', 'id = "My Shop"', 2, "'My Shop' names folders and addresses: write a-z"),
        ('id = "shop"', 'id = ""', 2, "write a-z, 0-9 and '-'"),
        ('id = "shop"', f'id = "{"s" * 65}"', 2, "at most 64"),
        (
            'id = "shop"',
            'id = "shop"\npoliteness = { requests_per_second = 0 }',
            3,
            "for no visits at all, enabled = false",
        ),
        ('id = "shop"', 'id = "shop"\npoliteness.requests_per_second = inf', 3, "write a number above 0"),
        ('id = "shop"', 'id = "shop"\npoliteness.parallel = 0', 3, "write 1 or more"),
        ('id = "shop"', 'id = "shop"\npoliteness.revisit_max_s = 60', 3, "below revisit_min_s, which is 3600"),
        ('"http://127.0.0.1:8080/"', '"127.0.0.1:8080"', 5, "cannot be visited: write http:// or https://"),
        ('"http://127.0.0.1:8080/"', '"http://:8080/"', 5, "cannot be visited"),
        ('"http://127.0.0.1:8080/"', '"ftp://a.example/"', 5, "cannot be visited"),
    ],
)
def test_a_mistake_is_placed(was: str, becomes: str, line: int, says: str) -> None:
    assert was in GOOD
    with pytest.raises(InputError) as caught:
        parse(GOOD.replace(was, becomes, 1), name="shop.toml")
    told = str(caught.value)
    assert "shop.toml" in told
    assert f"line {line}" in told
    assert says in told


def test_the_second_market_of_a_file_is_told_by_its_own_line() -> None:
    with pytest.raises(InputError, match=r"line 39, market 2: source\.lists\.0\.items"):
        parse(GOOD + GOOD.replace('id = "shop"', 'id = "two"').replace("data.list", "data."), name="shop.toml")
    with pytest.raises(InputError, match=r"line 28, market 2: id: market 1 of the file has this id"):
        parse(GOOD + GOOD, name="shop.toml")


def test_what_comes_along_is_right_and_visits_nothing() -> None:
    markets = built_in()
    assert len({market.id for market in markets}) == len(markets)
    assert not any(market.enabled for market in markets)
    waiting = [market for market in markets if market.needs_cooperation is not None]
    assert {"google-play", "huawei-appgallery", "oppo"} <= {market.id for market in waiting}
    assert all(market.source is None for market in waiting)
    assert all(market.replayed for market in markets if market.protocol == "pages")
