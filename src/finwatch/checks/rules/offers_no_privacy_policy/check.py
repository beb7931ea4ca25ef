"""The market's page links no policy, or the link says that the page does not exist (191-1-1)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, Unseen, no, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Confidence
from finwatch.model.locator import ListingAt


def decide(view: View) -> Decision:
    """Certain of a page that is gone; suspected of a listing without a link: the app may show its policy itself.

    A server that did not answer, or a text that could not be decoded, accuses nobody.
    """
    seen, listing = view.subject.policy, view.subject.listing
    if seen is not None and seen.text is not None:
        return no("有隐私政策文本。", "there is a policy with text.")
    if seen is not None and seen.gone:
        return yes(
            f"隐私政策地址 {seen.origin} 没有页面。",
            f"the address of the policy, {seen.origin}, has no page.",
            [_piece(view, seen.origin)] if listing else [evidence.of_origin(seen.origin)],
        )
    if seen is None and listing is not None and listing.policy_url is None:
        return yes(
            f"商店页面（{listing.market}）没有隐私政策链接。",
            f"the page in {listing.market} links no policy.",
            [_piece(view, None)],
            confidence=Confidence.SUSPECTED,
        )
    raise Unseen("policy")


def _piece(view: View, address: str | None) -> Evidence:
    listing = view.subject.listing
    assert listing is not None
    shown = address or "—"
    return Evidence(
        says=Text(zh=f"商店页面的隐私政策链接：{shown}", en=f"the policy link of the market page: {shown}"),
        at=ListingAt(market=listing.market, app=listing.app, field="policy_url", capture=listing.capture),
        quote=address,
    )
