"""The names of bands, outcomes and the like in both languages, as GLOSSARY.md has them."""

from __future__ import annotations

from finwatch.model.alert import AlertKind
from finwatch.model.base import Text
from finwatch.model.examination import Answer, Band, Confidence, Verdict
from finwatch.model.fetch import OutcomeKind
from finwatch.model.knowledge import Clause, Severity
from finwatch.model.listing import EventKind

BANDS = {
    Band.RED: Text(zh="红色", en="red"),
    Band.ORANGE: Text(zh="橙色", en="orange"),
    Band.YELLOW: Text(zh="黄色", en="yellow"),
    Band.GREEN: Text(zh="绿色", en="green"),
    Band.LIMITED: Text(zh="受限（未能看全）", en="limited (not all could be seen)"),
}
SEVERITIES = {
    Severity.HIGH: Text(zh="高", en="high"),
    Severity.MEDIUM: Text(zh="中", en="medium"),
    Severity.LOW: Text(zh="低", en="low"),
    Severity.INFO: Text(zh="提示", en="info"),
}
ANSWERS = {
    Answer.YES: Text(zh="是", en="yes"),
    Answer.NO: Text(zh="否", en="no"),
    Answer.NOT_AVAILABLE: Text(zh="无法判断", en="not available"),
}
CONFIDENCES = {
    Confidence.CERTAIN: Text(zh="确定", en="certain"),
    Confidence.LIKELY: Text(zh="很可能", en="likely"),
    Confidence.SUSPECTED: Text(zh="疑似，需人工确认", en="suspected, for a person to confirm"),
}
VERDICTS = {
    Verdict.SAME_APP: Text(zh="同一应用", en="same app"),
    Verdict.OTHER_VERSION: Text(zh="同一应用的其他版本", en="other version of the same app"),
    Verdict.SUSPECTED_COUNTERFEIT: Text(zh="疑似仿冒", en="suspected counterfeit"),
    Verdict.SUSPECTED_REPACKAGED: Text(zh="疑似重打包", en="suspected repackaged copy"),
    Verdict.RELATED: Text(zh="关联应用", en="related app"),
}
EVENTS = {
    EventKind.NEW_APP: Text(zh="新上架", en="new app"),
    EventKind.NEW_VERSION: Text(zh="新版本", en="new version"),
    EventKind.CHANGED: Text(zh="同版本内容有变", en="changed without a new version"),
    EventKind.VERSION_GONE: Text(zh="版本已撤下", en="version gone"),
    EventKind.APP_GONE: Text(zh="应用已下架", en="app gone"),
}
ALERTS = {
    AlertKind.RED: Text(zh="新增红色应用", en="app newly rated red"),
    AlertKind.COUNTERFEIT: Text(zh="新增疑似仿冒", en="new suspicion of imitation"),
    AlertKind.MARKET: Text(zh="市场无法访问", en="market failing"),
}
OUTCOMES = {
    OutcomeKind.OK: Text(zh="成功", en="ok"),
    OutcomeKind.NOT_MODIFIED: Text(zh="未变", en="not modified"),
    OutcomeKind.GONE: Text(zh="不存在", en="gone"),
    OutcomeKind.REFUSED: Text(zh="被拒绝", en="refused"),
    OutcomeKind.THROTTLED: Text(zh="被限速", en="throttled"),
    OutcomeKind.SERVER_ERROR: Text(zh="服务器错误", en="server error"),
    OutcomeKind.TIMEOUT: Text(zh="超时", en="time-out"),
    OutcomeKind.UNREACHABLE: Text(zh="无法连接", en="unreachable"),
    OutcomeKind.ROBOTS: Text(zh="robots.txt 不允许", en="disallowed by robots.txt"),
    OutcomeKind.PRIVATE_ADDRESS: Text(zh="指向内网地址", en="points to a private address"),
    OutcomeKind.REDIRECT_LOOP: Text(zh="循环重定向", en="redirect loop"),
    OutcomeKind.TOO_LARGE: Text(zh="过大", en="too large"),
    OutcomeKind.TRUNCATED: Text(zh="不完整", en="truncated"),
    OutcomeKind.HASH_MISMATCH: Text(zh="哈希与索引不符", en="hash differs from the index"),
    OutcomeKind.BAD_SIGNATURE: Text(zh="索引签名无效", en="bad index signature"),
    OutcomeKind.ROLLED_BACK: Text(zh="索引回退到旧版", en="index rolled back"),
    OutcomeKind.MALFORMED: Text(zh="格式不符", en="malformed"),
    OutcomeKind.EMPTY: Text(zh="无内容", en="empty"),
    OutcomeKind.CHALLENGE: Text(zh="要求人机验证", en="asks for a person"),
    OutcomeKind.CHANGED_SHAPE: Text(zh="页面结构已变", en="changed shape"),
    OutcomeKind.OVER_BUDGET: Text(zh="当日访问额度已用完", en="over the day's budget"),
}
PURPOSES = {
    "ads": Text(zh="广告", en="advertising"),
    "analytics": Text(zh="统计分析", en="analytics"),
    "crash": Text(zh="崩溃分析", en="crash reporting"),
    "face": Text(zh="人脸识别", en="face recognition"),
    "framework": Text(zh="开发框架", en="framework"),
    "im": Text(zh="即时通信与客服", en="messaging and support"),
    "login": Text(zh="登录", en="login"),
    "map": Text(zh="地图定位", en="maps and location"),
    "media": Text(zh="音视频", en="media"),
    "payment": Text(zh="支付", en="payment"),
    "push": Text(zh="推送", en="push"),
    "risk": Text(zh="风控", en="risk control"),
    "security": Text(zh="安全", en="security"),
    "share": Text(zh="分享", en="sharing"),
}
PARTS = {
    "archive": Text(zh="压缩包结构", en="archive"),
    "manifest": Text(zh="清单", en="manifest"),
    "resources": Text(zh="资源", en="resources"),
    "code": Text(zh="代码", en="code"),
    "signing": Text(zh="签名", en="signing"),
    "native": Text(zh="原生库", en="native libraries"),
    "payload": Text(zh="载荷", en="payload"),
    "flows": Text(zh="数据流", en="data flow"),
    "confinement": Text(zh="隔离环境", en="confinement"),
}
"""The parts of a package that may not have been seen; a file's path stands for itself."""


def before_consent(value: bool | None) -> Text:
    """Whether a collection happens before consent could be asked, in words that do not overstate it."""
    if value is True:
        return Text(zh="同意前：是（启动代码必经）", en="before consent: yes (start-up code always gets there)")
    if value is None:
        return Text(zh="同意前：可能（有条件或动态路径）", en="before consent: possibly (conditional or dynamic path)")
    return Text(zh="同意前：未发现启动路径", en="before consent: no path from start-up code found")


def owner(value: str, names: dict[str, Text]) -> Text:
    """Who makes a call: the app's own code, a named SDK (``names``: SDK id to name), or nobody that is known."""
    if value == "app":
        return Text(zh="应用自身代码", en="the app's own code")
    if value.startswith("sdk:"):
        name = names.get(value[4:], Text(zh=value[4:], en=value[4:]))
        return Text(zh=f"SDK {name.zh}", en=f"SDK {name.en}")
    return Text(zh="归属不明的代码", en="code of unknown owner")


def clause(value: Clause) -> Text:
    """A clause as it may be shown: with its number only if the text behind the number was seen."""
    if value.numbered:
        return Text(
            zh=f"{value.source} {value.number}：{value.title.zh}", en=f"{value.source} {value.number}: {value.title.en}"
        )
    return Text(
        zh=f"{value.source}：{value.title.zh}（条款号未核实）",
        en=f"{value.source}: {value.title.en} (clause number not verified)",
    )


def part(value: str) -> Text:
    """The name of a part, or the path of the file that it is."""
    return PARTS.get(value, Text(zh=value, en=value))
