"""What was found beyond stores in words: how links led on, why leads are followed, where something stood."""

from __future__ import annotations

from finwatch.model.base import Text
from finwatch.model.fetch import TaskKind
from finwatch.model.web import CellAt, HeaderAt, LeadReason, LinkEnd, LinkKind, PixelsAt, SpanAt, WebAt

LINKS = {
    LinkKind.START: Text(zh="起始地址", en="start"),
    LinkKind.ANCHOR: Text(zh="链接", en="link"),
    LinkKind.REDIRECT: Text(zh="重定向", en="redirect"),
    LinkKind.META_REFRESH: Text(zh="页面自动跳转", en="meta refresh"),
    LinkKind.SCRIPT: Text(zh="脚本文本中的地址", en="address in a script's text"),
    LinkKind.FRAME: Text(zh="内嵌框架", en="frame"),
    LinkKind.IMAGE: Text(zh="图片", en="image"),
    LinkKind.QR_CODE: Text(zh="二维码", en="QR code"),
    LinkKind.ITMS: Text(zh="itms-services 安装链接", en="itms-services link"),
}
ENDS = {
    LinkEnd.PAGE: Text(zh="页面", en="page"),
    LinkEnd.REDIRECTED: Text(zh="重定向到别处", en="redirected"),
    LinkEnd.IMAGE: Text(zh="图片", en="image"),
    LinkEnd.MANIFEST: Text(zh="安装清单", en="install manifest"),
    LinkEnd.PACKAGE: Text(zh="安装包", en="package"),
    LinkEnd.MARKET: Text(zh="应用市场（仅作线索）", en="app market (a lead only)"),
    LinkEnd.OTHER: Text(zh="其他内容", en="something else"),
    LinkEnd.NOT_DECODED: Text(
        zh="图片无法解码，其中若有二维码也看不到", en="image not decoded; a code in it was not seen"
    ),
    LinkEnd.REFUSED_SCHEME: Text(zh="不访问此类地址", en="an address of a kind that is never followed"),
    LinkEnd.SEEN: Text(zh="已访问过", en="visited before"),
    LinkEnd.TOO_DEEP: Text(zh="层数超限，未继续", en="too deep, not followed"),
    LinkEnd.TOO_MANY: Text(zh="数量超限，未继续", en="too many, not followed"),
    LinkEnd.FAILED: Text(zh="访问失败", en="visit failed"),
}
REASONS = {
    LeadReason.KEYWORD: Text(zh="已知应用的名称", en="name of a known app"),
    LeadReason.DEVELOPER: Text(zh="同一开发者", en="same developer"),
    LeadReason.SIGNER: Text(zh="同一签名证书", en="same signer"),
    LeadReason.ENDPOINT: Text(zh="安装包代码中的地址", en="address in a package's code"),
    LeadReason.POLICY: Text(zh="安装包中的隐私政策地址", en="policy named in a package"),
    LeadReason.SEARCH_RESULT: Text(zh="搜索结果", en="search result"),
    LeadReason.MARKET_LINK: Text(zh="网页指向的应用市场条目", en="market link of a web page"),
    LeadReason.NOTICE: Text(zh="监管通报点名", en="named in a notice"),
}
TASKS = {
    TaskKind.INDEX: Text(zh="列表", en="list"),
    TaskKind.PACKAGE: Text(zh="安装包", en="package"),
    TaskKind.ICON: Text(zh="图标", en="icon"),
    TaskKind.PAGE: Text(zh="网页", en="page"),
    TaskKind.POLICY: Text(zh="隐私政策", en="policy"),
    TaskKind.REVIEWS: Text(zh="评论", en="reviews"),
}


def web_place(at: WebAt) -> Text:
    """Where in a captured answer something stood."""
    match at:
        case SpanAt(start=start, end=end):
            return Text(zh=f"正文字符 {start}-{end}", en=f"characters {start}-{end} of the text")
        case HeaderAt(name=name):
            return Text(zh=f"应答头 {name}", en=f"header {name}")
        case PixelsAt(left=left, top=top, right=right, bottom=bottom):
            box = f"({left}, {top})-({right}, {bottom})"
            return Text(zh=f"图片像素 {box}", en=f"pixels {box} of the image")
        case CellAt(table=table, row=row, column=column):
            return Text(zh=f"{table} 第 {row} 行第 {column} 列", en=f"{table}, row {row}, column {column}")
