"""What changed between two releases, for a terminal: the package, the policy, both together, what to know."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text as Line

from finwatch.model.base import Text
from finwatch.model.disclosure import Told
from finwatch.model.evidence import Evidence
from finwatch.model.release import Aspect, Moved, PackageChange, PolicyChange, Release, ReleaseChanges
from finwatch.report import disclosure_words, words
from finwatch.report.place import place
from finwatch.report.policy import ACTIONS

MARKS = {Moved.ADDED: "+", Moved.REMOVED: "-", Moved.ALTERED: "~"}
MOVED = {
    Moved.ADDED: Text(zh="新增", en="new"),
    Moved.REMOVED: Text(zh="删去", en="gone"),
    Moved.ALTERED: Text(zh="有变", en="other than before"),
}
SUBJECTS = {
    "statement": Text(zh="陈述", en="statement"),
    "right": Text(zh="权利", en="right"),
    "date": Text(zh="日期", en="date"),
    **disclosure_words.SUBJECTS,
}
ASPECTS = {
    Aspect.DENIAL: Text(zh="由否认变为承认或相反", en="denied before and said now, or the other way round"),
    Aspect.PURPOSE: Text(zh="目的", en="purpose"),
    Aspect.CONDITION: Text(zh="条件", en="condition"),
    Aspect.RETENTION: Text(zh="期限", en="retention"),
    Aspect.PLACE: Text(zh="处理地点", en="place"),
    Aspect.SOURCE: Text(zh="来源", en="source"),
    Aspect.ITEMS: Text(zh="信息项", en="data items"),
    Aspect.SUPPLIER: Text(zh="提供方", en="supplier"),
    Aspect.WAY: Text(zh="途径或时限", en="way or time limit"),
    Aspect.WORDING: Text(zh="措辞", en="wording"),
    Aspect.EARLIER: Text(zh="提前到同意之前", en="now before consent"),
    Aspect.LATER: Text(zh="不再早于同意", en="no longer before consent"),
}
SAID_ANEW = Text(zh="政策同时新增说明", en="the policy says something new about it")
NOTHING_SAID = Text(zh="政策没有新增说明", en="the policy says nothing new about it")
IN_PACKAGE = {
    True: Text(zh="新安装包中有该项获取", en="the newer package takes it"),
    False: Text(zh="新安装包中未见该项获取", en="the newer package does not take it"),
}


def name_of(change: PolicyChange | PackageChange) -> Text:
    """What changed, in words: a statement's item with what is done and by whom."""
    if not isinstance(change, PolicyChange) or change.action is None:
        return change.name
    action = ACTIONS[change.action]
    who = "" if change.party in (None, "first") else f" ({change.party})"
    return Text(zh=f"{action.zh}：{change.name.zh}{who}", en=f"{action.en}: {change.name.en}{who}")


def aspects_of(change: PolicyChange | PackageChange) -> Text:
    """In what it is another; empty where it is wholly new or gone."""
    zh = "、".join(ASPECTS[aspect].zh for aspect in change.aspects)
    return Text(zh=zh, en=", ".join(ASPECTS[aspect].en for aspect in change.aspects))


def beside(change: PolicyChange | PackageChange) -> tuple[Text, ...]:
    """What the other side has to do with it: package for the policy's changes, policy for the package's."""
    if isinstance(change, PolicyChange):
        return () if change.in_package is None else (IN_PACKAGE[change.in_package],)
    if change.kind is Moved.REMOVED or change.subject == "permission":
        return () if change.told is None else (disclosure_words.TOLD[change.told],)
    told = () if change.told is None else (disclosure_words.TOLD[change.told],)
    return (*told, SAID_ANEW if change.stated_anew else NOTHING_SAID)


def grave(change: PackageChange) -> bool:
    """Whether something is newly there of which the policy beside it does not tell."""
    return change.kind is not Moved.REMOVED and change.told in (Told.ABSENT, Told.DENIED)


def release_name(release: Release) -> str:
    """A release in one line: name, version, and the beginnings of its two hashes."""
    version = f"{release.version_name or '–'} ({release.version_code if release.version_code is not None else '–'})"
    policy = f" · {release.title or release.origin or ''} {release.policy[:12]}" if release.policy else ""
    return f"{release.app or '–'} {version} · {release.sha256[:12]}{policy}"


def lines(changes: ReleaseChanges, *, language: str) -> Iterator[Line]:
    """The whole comparison, line by line."""
    zh = language == "zh"
    yield Line(("之前 " if zh else "before  ") + release_name(changes.before))
    yield Line(("之后 " if zh else "after   ") + release_name(changes.after), style="bold")
    if not (changes.policy or changes.package):
        yield Line("未见变化。" if zh else "Nothing changed.")
    sections = (
        ("安装包的变化", "What the package changed", changes.package),
        ("政策的变化", "What the policy changed", changes.policy),
    )
    for title_zh, title_en, rows in sections:
        if rows:
            yield Line()
            yield Line(f"{title_zh if zh else title_en} ({len(rows)})", style="bold")
        for row in rows:
            yield from _change(row, language)
    if changes.together:
        yield Line()
        yield Line("两者对照" if zh else "Both together", style="bold")
    for one in changes.together:
        said = disclosure_words.CHANGES[one.kind].in_language(language)
        kind = disclosure_words.SUBJECTS[one.row.subject].in_language(language)
        yield Line(f"  Δ {said}: {kind} {one.row.name.in_language(language)}")
    for note in changes.notes:
        yield Line(f"! {note.in_language(language)}", style="dim")


def _change(row: PolicyChange | PackageChange, language: str) -> Iterator[Line]:
    kind = SUBJECTS[row.subject].in_language(language)
    owner = ""
    if isinstance(row, PackageChange) and row.owner and row.subject == "item":
        owner = f" · {words.owner(row.owner, {}).in_language(language)}"
    said = [aspects_of(row).in_language(language), *(one.in_language(language) for one in beside(row))]
    after = "".join(f" · {one}" for one in said if one)
    heavy = isinstance(row, PackageChange) and grave(row)
    style = "bold" if heavy else ""
    moved = MOVED[row.kind].in_language(language)
    yield Line(f"  {MARKS[row.kind]} {moved} · {kind} {name_of(row).in_language(language)}{owner}{after}", style=style)
    before = row.before if isinstance(row.before, tuple) else (row.before,) if row.before else ()
    now = row.after if isinstance(row.after, tuple) else (row.after,) if row.after else ()
    for mark, pieces in (("-", before), ("+", now)):
        for piece in pieces[:1]:
            yield _piece(mark, piece, language)
    if heavy and isinstance(row, PackageChange):
        for piece in row.policy[:1]:
            yield _piece("?", piece, language)


def _piece(mark: str, piece: Evidence, language: str) -> Line:
    quote = f" 「{piece.quote}」" if piece.quote else ""
    return Line(
        f"      {mark} {piece.says.in_language(language)} · {place(piece.at).in_language(language)}{quote}", style="dim"
    )
