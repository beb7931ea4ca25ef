"""The form beside the privacy policy, and the policy beside the package where the two belong together."""

from __future__ import annotations

from collections.abc import Iterator

from finwatch.checks.policy.components import is_called
from finwatch.model.base import Text
from finwatch.model.disclosure import Compared, Disclosed, PolicySeen
from finwatch.model.evidence import Evidence
from finwatch.model.knowledge import Knowledge
from finwatch.model.locator import PolicyAt, SearchedAt
from finwatch.model.policy import PolicyText
from finwatch.model.statement import SdkRow
from finwatch.supervise.bench.declared import Declared
from finwatch.supervise.bench.line import Line, Seen, Side, Standing
from finwatch.supervise.bench.wording import folded, listed

MATERIALS = ("NIFA-6",)
OPERATOR = ("PIPL-17", "YF237-2")
SDK_LIST = ("191-2-1", "GBT35273-9.7")
_CITED = 6
_OUTCOMES = {
    Disclosed.UNDISCLOSED: ("191-2-1", "PIPL-17"),
    Disclosed.CONTRADICTED: ("191-3-9", "191-3-3"),
    Disclosed.TOO_EARLY: ("191-3-1", "PIPL-13"),
}
"""What of the comparison with the package is worth a line, and on what it rests (as the checks of the same name)."""


def lines(declared: Declared, seen: Seen, knowledge: Knowledge) -> Iterator[Line]:
    """Every line about the policy."""
    policy = seen.policy
    if policy is None or policy.text is None or policy.reading is None:
        yield _absent(declared, policy)
        return
    whole = not policy.reading.unread and not policy.text.unreadable
    yield _names_operator(seen, policy.text, whole=whole)
    yield _names_app(declared, policy.text, whole=whole)
    yield from _sdk_list(declared, policy, knowledge, whole=whole)
    if seen.examination is not None and seen.examination.disclosure is not None:
        for row in seen.examination.disclosure.rows:
            yield from _disclosure(row)


def _absent(declared: Declared, policy: PolicySeen | None) -> Line:
    stated = declared.policy
    base = {
        "key": "policy:text",
        "side": Side.POLICY,
        "field": "policy_file",
        "label": Text(zh="隐私政策", en="privacy policy"),
        "declared": (stated[:120],) if stated else (),
    }
    if policy is None and not stated:
        sentence = Text(
            zh="未提交隐私政策文件，请补充提交与拟备案版本一致的隐私政策全文。",
            en="No privacy policy was handed in. Please hand in the full text that goes with the version to be filed.",
        )
        return Line(**base, standing=Standing.UNDECLARED, clauses=(*MATERIALS, "PIPL-17"), sentence=sentence)
    why = Text(zh="隐私政策尚未读取。", en="The privacy policy was not read yet.")
    if policy is not None and policy.problem is not None:
        why = policy.problem
    return Line(**base, standing=Standing.UNSEEN, why=why)


def _names_operator(seen: Seen, text: PolicyText, *, whole: bool) -> Line:
    name = seen.institution[0] if seen.institution else ""
    return _mentions(
        text,
        seen.institution,
        whole=whole,
        key="policy:operator",
        field="",
        label=Text(zh="隐私政策写明的运营者", en="operator as the policy names it"),
        sentence=Text(
            zh=f"所提交隐私政策全文未见“{name}”的名称，请在政策中写明个人信息处理者的名称和联系方式。",
            en=f"The policy nowhere names “{name}”. Please state the name and "
            "contact of who handles personal information.",
        ),
        clauses=OPERATOR,
    )


def _names_app(declared: Declared, text: PolicyText, *, whole: bool) -> Line:
    return _mentions(
        text,
        (declared.name,) if declared.name else (),
        whole=whole,
        key="policy:app",
        field="name",
        label=Text(zh="隐私政策适用的软件名称", en="app as the policy names it"),
        sentence=Text(
            zh=f"所提交隐私政策全文未见软件名称“{declared.name}”，请确认该政策适用于本软件并予以写明。",
            en=f"The policy nowhere names the app “{declared.name}”. Please confirm that it applies to this app and "
            "say so.",
        ),
        clauses=MATERIALS,
    )


def _mentions(
    text: PolicyText,
    names: tuple[str, ...],
    *,
    whole: bool,
    key: str,
    field: str,
    label: Text,
    sentence: Text,
    clauses: tuple[str, ...],
) -> Line:
    """Whether one of the names stands anywhere in the text; spaces and width do not count."""
    base = {"key": key, "side": Side.POLICY, "field": field, "label": label, "declared": names[:1]}
    if not names:
        return Line(**base, standing=Standing.UNSEEN, why=Text(zh="表中未填名称。", en="The form states no name."))
    for paragraph in text.paragraphs:
        words = text.words(paragraph)
        for name in names:
            if folded(name) and folded(name) in folded(words):
                at = PolicyAt(
                    document=text.document, paragraph=paragraph.number, start=paragraph.start, end=paragraph.end
                )
                says = Text(zh="政策写有该名称", en="the policy names it")
                found = Evidence(says=says, at=at, quote=words[:160])
                return Line(**base, observed=(name,), standing=Standing.AGREES, evidence=(found,))
    if not whole:
        why = Text(zh="未见该名称，但政策未能读全。", en="It was not found, but not all of the policy was read.")
        return Line(**base, standing=Standing.UNSEEN, why=why)
    searched = Evidence(says=Text(zh="全文未见该名称", en="nowhere in the text"), at=_extent(text))
    return Line(**base, standing=Standing.DIFFERS, evidence=(searched,), clauses=clauses, sentence=sentence)


# The policy's list of components beside the form's -------------------------------------------------------------------


def _sdk_list(declared: Declared, policy: PolicySeen, knowledge: Knowledge, *, whole: bool) -> Iterator[Line]:
    assert policy.text is not None
    assert policy.reading is not None
    rows, text = policy.reading.sdks, policy.text
    base = {
        "side": Side.POLICY,
        "field": "sdks",
        "declared": tuple(row.name for row in declared.sdks),
        "observed": tuple(row.name for row in rows),
    }
    only_policy = [row for row in rows if not any(_alike(row.name, own.name, knowledge) for own in declared.sdks)]
    only_form = [own.name for own in declared.sdks if not any(_alike(row.name, own.name, knowledge) for row in rows)]
    names = listed(row.name for row in only_policy)
    yield Line(
        **base,
        key="policy:sdks",
        label=Text(zh="隐私政策的SDK清单", en="components that the policy lists"),
        standing=Standing.AGREES if not only_policy else (Standing.DIFFERS if declared.sdks else Standing.UNDECLARED),
        evidence=tuple(_entry(row, text) for row in (only_policy or rows)[:_CITED]),
        clauses=MATERIALS if only_policy else (),
        sentence=Text(
            zh=f"隐私政策列明而备案表未列的第三方SDK：{names.zh}。请核对并使两处一致。",
            en=f"The policy lists components that the form does not: {names.en}. Please make the two agree.",
        )
        if only_policy
        else None,
    )
    if not only_form:
        return
    spoken = folded(text.text)
    absent = [name for name in only_form if folded(name) not in spoken]
    if not absent:
        return
    names = listed(absent)
    key, label = "policy:sdks:untold", Text(zh="政策未列明的SDK", en="components that the policy does not list")
    if not whole:
        why = Text(zh="政策未能读全。", en="Not all of the policy was read.")
        yield Line(**base, key=key, label=label, standing=Standing.UNSEEN, why=why)
        return
    yield Line(
        **base,
        key=key,
        label=label,
        standing=Standing.DIFFERS,
        evidence=(Evidence(says=Text(zh="全文未见这些名称", en="nowhere in the text"), at=_extent(text)),),
        clauses=SDK_LIST,
        sentence=Text(
            zh=f"备案表列有而隐私政策未写明的第三方SDK：{names.zh}。如涉及收集个人信息，请在政策中逐一列明其名称、"
            "目的、方式和范围。",
            en=f"The form lists components that the policy does not mention: {names.en}. Where they take personal "
            "information, please list name, purpose, manner and scope in the policy.",
        ),
    )


def _alike(one: str, other: str, knowledge: Knowledge) -> bool:
    """Whether two names of components may mean one: one holds the other, or the catalogue knows both for one."""
    first, second = folded(one), folded(other)
    if first in second or second in first:
        return True
    return any(is_called(sdk, one) and is_called(sdk, other) for sdk in knowledge.sdks)


def _extent(text: PolicyText) -> SearchedAt:
    return SearchedAt(extent=f"{text.title or text.document[:12]}, {len(text.text):,}")


def _entry(row: SdkRow, text: PolicyText) -> Evidence:
    at = PolicyAt(document=text.document, paragraph=row.paragraph, start=row.start, end=row.end)
    return Evidence(
        says=Text(zh="政策列出该组件", en="listed in the policy"), at=at, quote=text.text[row.start : row.end][:160]
    )


# What the package takes beside what the policy tells ------------------------------------------------------------------


def _disclosure(row: Compared) -> Iterator[Line]:
    clauses = _OUTCOMES.get(row.outcome)
    if clauses is None or not row.weighty:
        return
    sentence = _said(row)
    why = None
    if row.suspected:
        why = Text(zh="需人工确认后方可提出。", en="A person has to confirm it before anybody is told.")
    yield Line(
        key=f"policy:{row.outcome}:{row.subject}:{row.id}:{row.owner or ''}",
        side=Side.POLICY,
        field="policy_file",
        label=row.name,
        standing=Standing.UNSEEN if row.suspected else Standing.DIFFERS,
        why=why,
        evidence=(*row.package[:_CITED], *row.policy[:_CITED]),
        clauses=() if row.suspected else clauses,
        sentence=None if row.suspected else sentence,
    )


def _said(row: Compared) -> Text:
    zh, en = row.name.zh, row.name.en
    if row.outcome is Disclosed.CONTRADICTED:
        return Text(
            zh=f"隐私政策表示不收集“{zh}”，而所提交安装包中存在读取该项信息的代码。请核对并使两者一致。",
            en=f"The policy says that “{en}” is not collected; the package holds code that reads it. Please make the "
            "two "
            "agree.",
        )
    if row.outcome is Disclosed.TOO_EARLY:
        return Text(
            zh=f"隐私政策承诺经同意后收集，而安装包的启动代码即读取“{zh}”。请调整读取时机或更正政策表述。",
            en=f"The policy promises to wait for consent; start-up code of the package reads “{en}”. Please move the "
            "reading or correct the policy.",
        )
    if row.subject == "sdk":
        return Text(
            zh=f"安装包中含有第三方SDK“{zh}”，隐私政策全文未见说明。请在政策中列明其名称、目的、方式和范围，"
            "或说明其不收集个人信息。",
            en=f"The package holds the component “{en}”, of which the policy says nothing. Please list it with "
            "purpose, "
            "manner and scope, or explain that it takes no personal information.",
        )
    if row.subject == "permission":
        return Text(
            zh=f"安装包申请权限“{zh}”，隐私政策全文未见说明。请写明申请的目的。",
            en=f"The package asks for “{en}”, of which the policy says nothing. Please state the purpose.",
        )
    return Text(
        zh=f"安装包中存在读取“{zh}”的代码，隐私政策全文未见说明。请写明收集的目的、方式和范围，"
        "或说明该代码不会被执行。",
        en=f"The package holds code that reads “{en}”, of which the policy says nothing. Please state purpose, manner "
        "and "
        "scope, or explain that the code does not run.",
    )
