"""A policy's changes beside a package's: what is newly taken without a new word, what is newly told without new use.

In: two examinations and the two policies. Out: ``ReleaseChanges``. Pure: the same two releases give the same document.
"""

from __future__ import annotations

from collections.abc import Iterator

from finwatch.checks.policy.compare import COVERS
from finwatch.checks.policy.text import policy_gaps
from finwatch.flow.disclosure_changes import changes
from finwatch.flow.release.package import code_seen, package_changes, taken
from finwatch.flow.release.statements import policy_changes
from finwatch.model.base import Text
from finwatch.model.disclosure import Compared, PolicySeen
from finwatch.model.examination import Examination
from finwatch.model.knowledge import Knowledge
from finwatch.model.release import Moved, PackageChange, PolicyChange, Release, ReleaseChanges


def release_changes(
    before: Examination,
    after: Examination,
    *,
    policies: tuple[PolicySeen | None, PolicySeen | None],
    knowledge: Knowledge,
) -> ReleaseChanges:
    """What changed from ``before`` to ``after``, ``policies`` being those that stood beside each.

    A package is said to tell or not to tell of something by the comparison in its own examination: where it was
    examined beside another policy than the one given, that is left open and said in ``notes``.
    """
    old, new = policies
    read = old is not None and new is not None and _read(old) and _read(new)
    same = read and _document(old) == _document(new)
    in_policy = policy_changes(old, new, knowledge.items) if read and not same and old and new else ()
    in_policy = tuple(_in_package(one, after, knowledge) for one in in_policy)
    rows = _rows(after, new)
    in_package = tuple(_told(one, rows, in_policy) for one in package_changes(before, after, knowledge))
    compared = _stood_beside(before, old) and _stood_beside(after, new)
    return ReleaseChanges(
        before=_release(before, old),
        after=_release(after, new),
        policy=in_policy,
        package=in_package,
        together=changes(before.disclosure, after.disclosure) if compared else (),
        notes=tuple(_notes(before, after, old, new, in_policy)),
    )


def _read(seen: PolicySeen) -> bool:
    return seen.text is not None and seen.reading is not None


def _document(seen: PolicySeen | None) -> str | None:
    return seen.text.document if seen is not None and seen.text is not None else None


def _release(examination: Examination, seen: PolicySeen | None) -> Release:
    package = examination.package
    return Release(
        sha256=package.sha256,
        app=package.id,
        version_name=package.version_name,
        version_code=package.version_code,
        policy=_document(seen),
        origin=seen.origin if seen else None,
        title=seen.text.title if seen and seen.text else None,
    )


def _stood_beside(examination: Examination, seen: PolicySeen | None) -> bool:
    """Whether the examination's comparison is with this policy."""
    compared = examination.disclosure
    return compared is not None and compared.document is not None and compared.document == _document(seen)


def _in_package(change: PolicyChange, after: Examination, knowledge: Knowledge) -> PolicyChange:
    """The change, with whether the newer package takes the item."""
    items = {change.id, *change.others}
    if change.subject != "statement" or not items <= _visible(knowledge):
        return change
    found = items & {item for item, _ in taken(after)}
    if (found and found != items) or (not found and not code_seen(after)):
        return change
    return change.model_copy(update={"in_package": bool(found)})


def _visible(knowledge: Knowledge) -> frozenset[str]:
    """Items that some watched call or field takes: of others a package shows nothing."""
    calls = (item for call in knowledge.watch.calls for item in call.items)
    return frozenset((*calls, *(item for field in knowledge.watch.fields for item in field.items)))


def _rows(after: Examination, seen: PolicySeen | None) -> dict[tuple[str, str, str], Compared]:
    if after.disclosure is None or not _stood_beside(after, seen):
        return {}
    return {_key(row.subject, row.id, row.owner): row for row in after.disclosure.rows}


def _key(subject: str, name: str, owner: str | None) -> tuple[str, str, str]:
    return subject, name, (owner or "") if subject == "item" else ""


def _told(
    change: PackageChange, rows: dict[tuple[str, str, str], Compared], in_policy: tuple[PolicyChange, ...]
) -> PackageChange:
    """The change, with what the newer policy tells of it and whether that is new."""
    if change.kind is Moved.REMOVED:
        return change
    row = rows.get(_key(change.subject, change.id, change.owner))
    update: dict[str, object] = {"told": row.told, "policy": row.policy} if row is not None else {}
    if change.subject == "item":
        names = {change.id, *COVERS.get(change.id, ())}
        update["stated_anew"] = any(
            one.subject == "statement" and names.intersection((one.id, *one.others)) and one.kind is not Moved.REMOVED
            for one in in_policy
        )
    elif change.subject == "sdk" and row is not None:
        spans = {(piece.at.start, piece.at.end) for piece in row.policy if piece.at.kind == "policy"}
        update["stated_anew"] = any(
            one.subject == "sdk"
            and one.kind is not Moved.REMOVED
            and one.after is not None
            and one.after.at.kind == "policy"
            and (one.after.at.start, one.after.at.end) in spans
            for one in in_policy
        )
    return change.model_copy(update=update) if update else change


def _notes(
    before: Examination,
    after: Examination,
    old: PolicySeen | None,
    new: PolicySeen | None,
    in_policy: tuple[PolicyChange, ...],
) -> Iterator[Text]:
    sides = ((before, old, "之前的版本", "the release before"), (after, new, "之后的版本", "the release after"))
    for examination, seen, zh, en in sides:
        if not code_seen(examination):
            yield Text(
                zh=f"{zh}的代码未能读全：另一版本多出的内容可能原本就有。",
                en=f"The code of {en} was not read whole: what only the other one has may have been there as well.",
            )
        for gap in policy_gaps(seen):
            yield Text(zh=f"{zh}：{gap.zh}", en=f"{en.capitalize()}: {gap.en}")
        if _document(seen) is not None and not _stood_beside(examination, seen):
            yield Text(
                zh=f"{zh}检测时对照的是另一份政策：是否告知未重新判断。",
                en=f"{en.capitalize()} was examined beside another policy: whether it tells was not judged again.",
            )
    if before.engine.catalog_version != after.engine.catalog_version:
        yield Text(
            zh="两次检测使用的目录版本不同：部分差异可能来自目录。",
            en="The two were examined with different catalogues: some differences may come from that.",
        )
    if _document(old) is not None and _document(old) == _document(new):
        yield Text(zh="两个版本的政策逐字节相同。", en="Both releases have the same policy, byte for byte.")
    elif in_policy and not any(one.subject == "date" for one in in_policy):
        yield Text(
            zh="政策内容有变，而其生效或更新日期没有变。",
            en="The policy says other things, and its date of effect or change is the same.",
        )
