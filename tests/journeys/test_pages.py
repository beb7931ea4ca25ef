"""Pages and API over the demo, as a reader follows them: every link leads somewhere, every number is its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

pytestmark = pytest.mark.server
LINK = re.compile(r'(?:href|src|action)="([^"]+)"')
MOST_PAGES = 600


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as session:
        yield session


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_internal_link_leads_to_an_answer(client: httpx.Client, language: str) -> None:
    client.cookies.set("finwatch-language", language)
    waiting, seen, failed = ["/"], {"/"}, []
    kinds: dict[str, int] = {}
    while waiting and len(seen) < MOST_PAGES:
        page = waiting.pop()
        answer = client.get(page)
        if answer.status_code != 200:
            failed.append((page, answer.status_code))
        if "text/html" not in answer.headers["content-type"]:
            continue
        for link in LINK.findall(answer.text):
            target = urlsplit(urljoin(page, unescape(link)))
            assert not target.netloc, f"{page} points outside: {link}"
            address = target.path + (f"?{target.query}" if target.query else "")
            kind = target.path.split("/")[1]
            # Filters multiply without end: a bounded number of pages of each kind is followed.
            if address not in seen and kinds.get(kind, 0) < 60:
                kinds[kind] = kinds.get(kind, 0) + 1
                seen.add(address)
                waiting.append(address)
    assert failed == []
    assert {"apps", "packages", "checks", "markets", "captures", "findings", "events"} <= set(kinds)


def rows(client: httpx.Client, link: str) -> int:
    """How many rows the list behind a link of the overview has, asked of the API with the same query."""
    target = urlsplit(unescape(link))
    answer = client.get(f"/api/v1{target.path}?{target.query}")
    assert answer.status_code == 200, (link, answer.text)
    body = answer.json()
    return len(body) if isinstance(body, list) else int(body["total"]["value"])


def test_every_number_of_the_overview_is_the_size_of_its_list(client: httpx.Client) -> None:
    page = client.get("/?lang=en").text
    numbers = re.findall(r'class="number" href="([^"]+)"><span class="value">([\d,]+)', page)
    assert len(numbers) == 8
    for link, value in numbers:
        assert rows(client, link) == int(value.replace(",", "")), link


def test_facets_and_checks_are_the_sizes_of_their_lists(client: httpx.Client) -> None:
    overview = client.get("/api/v1/overview").json()
    for label, facets in (("band", overview["bands"]), ("kind", overview["kinds"]), ("sdk", overview["sdks"])):
        for facet in facets:
            assert rows(client, f"/apps?{label}={facet['value']}") == facet["apps"], (label, facet)
    assert overview["checks"]
    for check in overview["checks"]:
        assert rows(client, f"/findings?check={check['check']}&outcome=yes") == check["apps"], check


def test_lists_page_by_key_without_losing_or_repeating(client: httpx.Client) -> None:
    whole = [row["id"] for row in client.get("/api/v1/apps?limit=500").json()["rows"]]
    paged: list[str] = []
    after = None
    while True:
        body = client.get("/api/v1/apps", params={"limit": 4, **({"after": after} if after else {})}).json()
        paged += [row["id"] for row in body["rows"]]
        after = body["next"]
        if after is None:
            break
    assert paged == whole
    assert len(whole) > 10


def test_an_app_page_opens_to_class_method_and_offset(client: httpx.Client) -> None:
    red = client.get("/api/v1/apps?band=red").json()["rows"]
    assert red
    page = client.get(f"/apps/{red[0]['id']}?lang=en").text
    assert re.search(r"classes\.dex</span> · <code>L[\w/$]+;-&gt;\w+\(", page)
    assert re.search(r"<code>0x[0-9a-f]{4}</code>", page)


def test_errors_are_problem_documents_for_programs_and_pages_for_people(client: httpx.Client) -> None:
    answer = client.get("/api/v1/apps/no.such.app")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "detail_zh", "todo"} <= set(answer.json())
    page = client.get("/apps/no.such.app?lang=zh")
    assert page.status_code == 404
    assert "没有找到" in page.text
    assert client.get("/apps?band=purple").status_code == 422
    assert client.get("/api/v1/apps?after=nonsense").status_code == 422
    assert client.get("/api/v1/findings?limit=0").status_code == 422


def test_foreign_bytes_never_become_a_page_of_ours(client: httpx.Client) -> None:
    page = client.get("/events").text
    capture = re.search(r'href="(/captures/[^"]+)"', page)
    assert capture is not None
    raw = client.get(f"{unescape(capture[1])}?raw=1")
    assert raw.headers["content-type"] == "application/octet-stream"
    assert raw.headers["content-disposition"].startswith("attachment")
    assert "default-src 'none'" in raw.headers["content-security-policy"]
    assert raw.content


def test_a_search_is_not_markup(client: httpx.Client) -> None:
    page = client.get("/apps", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_both_days_of_the_market_show_as_events(client: httpx.Client) -> None:
    kinds = {row["event"]["kind"] for row in client.get("/api/v1/events?limit=500").json()["rows"]}
    assert {"new_app", "new_version", "app_gone"} <= kinds
    for kind in kinds:
        listed = client.get(f"/api/v1/events?kind={kind}").json()["rows"]
        assert {row["event"]["kind"] for row in listed} == {kind}


def test_the_package_document_is_the_schema_of_the_model(client: httpx.Client) -> None:
    from finwatch.model.examination import Examination

    row = client.get("/api/v1/apps?limit=1").json()["rows"][0]
    body = client.get(f"/api/v1/packages/{row['sha256']}")
    document = Examination.model_validate_json(body.content)
    assert body.json()["schema"] == "finwatch.examination/1"
    assert document.package.sha256 == row["sha256"]


def test_what_changed_between_two_releases_is_on_a_page_and_in_the_api(client: httpx.Client) -> None:
    (app,) = client.get("/api/v1/apps?q=claypot").json()["rows"]
    address = f"/apps/{app['id']}/changes"
    assert f'href="{address}"' in client.get(f"/apps/{app['id']}").text.replace("%7E", "~")
    document = client.get(f"/api/v1{address}").json()
    assert document["schema"] == "finwatch.changes/1"
    assert [(row["subject"], row["id"], row["told"]) for row in document["package"]] == [
        ("item", "contacts", "denied"),
        ("permission", "android.permission.READ_CONTACTS", "denied"),
    ]
    page = client.get(f"{address}?lang=zh").text
    assert "我们不会收集您的通讯录。" in page
    assert "example/claypot/wealth/InviteActivity;-&gt;friends" in page
    assert client.get(f"{address}?before=abc").status_code == 404
