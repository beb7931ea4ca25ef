"""Letters of supervision: a notice to one institution, the public bulletin of many, the pack of an inspection.

Columns of the bulletin are those of published ones (序号, 应用名称, 应用开发者, 应用来源, 应用版本, 所涉问题).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from finwatch.model.case import Case
from finwatch.model.examination import Answer, Examination
from finwatch.model.knowledge import Clause
from finwatch.report import words
from finwatch.report.letters.letter import Block, Heading, Letter, Paragraph, Table, chinese_day
from finwatch.report.place import place

SdkRows = Callable[[Mapping[str, Any]], Sequence[Mapping[str, Any]]]
"""The SDK rows of a notice's form that are told (``supervise.supervision.sdks.told``)."""
_EVIDENCE = 3
"""Pieces of evidence that a notice quotes for one problem; the pack of the inspection has all that were kept."""


def notice(
    case: Case,
    *,
    number: str | None,
    issuer: str,
    institution: str,
    day: date,
    clauses: Mapping[str, Clause],
    sdk_rows: SdkRows = lambda _: (),
) -> Letter:
    """通报: the verified problems, in whose SDK they stand, what is demanded and by when."""
    form = case.form
    problems: Sequence[Mapping[str, Any]] = form.get("problems") or ()
    until = ""
    if case.due is not None:
        kind = "工作日" if case.due.kind == "working" else "日"
        counted = f"{case.due.days}个{kind}{'，暂定' if case.due.provisional else ''}"
        until = f"请于{chinese_day(case.due.day)}前（{counted}）完成整改并书面反馈。"
    body: list[Block] = [
        Paragraph(
            text=f"经检测并经人工核实，贵机构“{form.get('name') or case.title}”（包名{form.get('package') or '未知'}，"
            f"版本{form.get('version_name') or '未知'}）存在{len(problems)}个问题（见下表）。"
        ),
        Paragraph(text=f"整改要求：{_sentence(form.get('demand') or '')}{until}"),
        Paragraph(text="对核实结论有异议的，可在期限内提出并附依据。"),
        Table(
            title="核实的问题",
            heads=("序号", "所涉问题", "依据", "证据"),
            widths=(2, 8, 8, 12),
            rows=tuple(
                (str(at), str(one.get("title") or ""), _basis(one.get("clauses") or (), clauses), _quoted(one))
                for at, one in enumerate(problems, 1)
            ),
        ),
        *_sdks([case], sdk_rows, apps=False),
    ]
    return Letter(
        layout="file",
        issuer=issuer,
        number=number,
        title=f"关于“{form.get('name') or case.title}”有关问题的通报",
        addressee=institution,
        body=tuple(body),
        signed=issuer,
        day=day,
        note=f"安装包SHA-256：{form['sha256']}" if form.get("sha256") else None,
    )


def bulletin(
    campaign: Case,
    notices: Sequence[Case],
    *,
    number: str | None,
    issuer: str,
    day: date,
    sdk_rows: SdkRows = lambda _: (),
) -> Letter:
    """公开通报: one row an app and one a problem of an SDK, in the columns of published bulletins."""
    figures: Mapping[str, Any] = campaign.form.get("report") or {}
    name = campaign.form.get("name") or campaign.title
    lead = f"在“{name}”中，以下{len(notices)}款应用存在问题且逾期未整改或整改不到位，现予公开通报。"
    if figures:
        lead = (
            f"“{name}”共检查应用{figures['apps']}款，其中{figures['with_problems']}款存在问题，"
            f"发出通报{figures['notices']}份。"
            f"以下{len(notices)}款逾期未整改或整改不到位，现予公开通报。"
        )
    rows = tuple(
        (
            str(at),
            str(case.form.get("name") or case.title),
            str(case.form.get("developer") or ""),
            "、".join(str(one) for one in case.form.get("markets") or ()),
            str(case.form.get("version_name") or ""),
            "\n".join(f"{n}.{one.get('title')}" for n, one in enumerate(_standing(case), 1)),
        )
        for at, case in enumerate(notices, 1)
    )
    heads = ("序号", "应用名称", "应用开发者", "应用来源", "应用版本", "所涉问题")
    table = Table(title="应用名单", heads=heads, widths=(2, 5, 6, 4, 4, 9), rows=rows)
    return Letter(
        layout="file",
        issuer=issuer,
        number=number,
        title=f"关于“{name}”中存在问题应用的通报",
        body=(
            Paragraph(text=lead),
            Paragraph(text="有关运营者应当完成整改；整改落实不到位的，将依法依规处置。"),
            table,
            *_sdks(notices, sdk_rows, apps=True),
        ),
        signed=issuer,
        day=day,
    )


def inspection(
    case: Case,
    *,
    number: str | None,
    issuer: str,
    day: date,
    examination: Examination | None,
    clauses: Mapping[str, Clause],
) -> Letter:
    """检查材料: what was looked at, what was found and verified, what could not be seen, every piece of evidence."""
    form = case.form
    facts = (
        ("应用名称", form.get("name") or case.title),
        ("包名", form.get("package") or ""),
        ("版本", f"{form.get('version_name') or ''}（{form.get('version_code') or ''}）"),
        ("应用开发者", form.get("developer") or ""),
        ("应用来源", "、".join(form.get("markets") or ())),
        ("安装包SHA-256", form.get("sha256") or ""),
        ("检测时间与引擎", form.get("examined") or ""),
        ("未能看到", form.get("could_not") or "无"),
    )
    body: list[Block] = [
        Heading(text="检查对象"),
        Table(heads=("项目", "内容"), widths=(3, 10), rows=tuple((name, str(value)) for name, value in facts)),
        Heading(text="问题与核实结论"),
    ]
    decided = {"pending": "待核实", "confirmed": "核实成立", "rejected": "核实不成立"}
    problems = form.get("problems") or ()
    if not problems:
        body.append(Paragraph(text="未记录问题。"))
    for one in problems:
        body.append(Heading(level=2, text=str(one.get("title") or "")))
        body.append(Paragraph(text=f"结论：{decided.get(one.get('decision'), '')}。{one.get('why') or ''}"))
        if basis := _basis(one.get("clauses") or (), clauses):
            body.append(Paragraph(text=f"依据：{basis}"))
        rows = tuple((str(at), str(text)) for at, text in enumerate(one.get("evidence") or (), 1))
        body.append(
            Table(
                title=f"证据（共{one.get('pieces') or len(rows)}处）", heads=("序号", "证据"), widths=(1, 12), rows=rows
            )
        )
    if examination is not None:
        body.extend(_examined(examination))
    return Letter(
        layout="file",
        issuer=issuer,
        number=number,
        title=f"“{form.get('name') or case.title}”检查材料",
        body=tuple(body),
        signed=issuer,
        day=day,
    )


def _examined(examination: Examination) -> list[Block]:
    """The examination in figures: the very lists that the package's page shows."""
    by_answer = {answer: [one for one in examination.findings if one.outcome is answer] for answer in Answer}
    rating = examination.rating
    figures = "，".join(f"{words.ANSWERS[answer].zh}{len(found)}项" for answer, found in by_answer.items())
    unseen = tuple((words.part(one.part).zh, one.why("zh")) for one in examination.unreadable)
    rows = tuple(
        (
            str(at),
            one.title.zh,
            words.SEVERITIES[one.severity].zh,
            "\n".join(place(evidence.at).zh for evidence in one.evidence[:_EVIDENCE]),
        )
        for at, one in enumerate(by_answer[Answer.YES], 1)
    )
    return [
        Heading(text="自动检测结果"),
        Paragraph(
            text=f"评级：{words.BANDS[rating.band].zh}，{rating.score:g}分。检查项{len(examination.findings)}项：{figures}。"
        ),
        Table(title="回答“是”的检查项", heads=("序号", "检查项", "严重程度", "位置"), widths=(1, 5, 2, 8), rows=rows),
        Heading(text="未能看到的部分"),
        Table(heads=("部分", "原因"), widths=(3, 10), rows=unseen),
    ]


def _sentence(text: str) -> str:
    """A text that another sentence follows."""
    told = text.strip()
    return f"{told}。" if told and told[-1] not in "。！？；.!?;" else told


def _standing(notice: Case) -> list[Mapping[str, Any]]:
    """The problems that a public list names: a retest saw none of them gone; all where it has seen all gone since."""
    problems = list(notice.form.get("problems") or ())
    return [one for one in problems if one.get("seen") != "gone"] or problems


def _sdks(notices: Sequence[Case], rows_of: SdkRows, *, apps: bool) -> list[Block]:
    """A table of SDK rows (SDK名称, 开发者, 版本, 问题); nothing where there is none."""
    found = [(case, row) for case in notices for row in rows_of(case.form)]
    if not found:
        return []
    told = [
        (
            str(at),
            str(row["name"]),
            str(row.get("vendor") or "未知"),
            str(row.get("version") or "未知"),
            str(row.get("problem") or ""),
            *((str(case.form.get("name") or case.title),) if apps else ()),
        )
        for at, (case, row) in enumerate(found, 1)
    ]
    heads = ("序号", "SDK名称", "开发者", "版本", "所涉问题", *(("所在应用",) if apps else ()))
    widths = (2, 6, 6, 3, 8, *((5,) if apps else ()))
    return [Table(title="所涉SDK名单", heads=heads, widths=widths, rows=tuple(told))]


def _basis(ids: Sequence[str], clauses: Mapping[str, Clause]) -> str:
    """Each text with its clause; the number only where the text behind it was seen."""
    found = [clauses[one] for one in ids if one in clauses]
    return "\n".join(f"{one.source}{f' {one.number}' if one.numbered else ''}：{one.title.zh}" for one in found)


def _quoted(problem: Mapping[str, Any]) -> str:
    told = [str(one) for one in problem.get("evidence") or ()]
    shown = told[:_EVIDENCE]
    more = max(int(problem.get("pieces") or 0), len(told)) - len(shown)
    return "\n".join(shown) + (f"\n另有{more}处" if more > 0 else "")
