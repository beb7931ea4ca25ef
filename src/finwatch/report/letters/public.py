"""What an institution tells the public, and what an office tells itself every week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from finwatch.model.base import Text
from finwatch.model.case import Case
from finwatch.model.view import Overview
from finwatch.report import words
from finwatch.report.letters.letter import Block, Heading, Letter, Paragraph, Points, Table, chinese_day


def clarification(case: Case, *, number: str | None, institution: str, day: date) -> Letter:
    """关于仿冒应用的澄清声明: what was seen, that it is not the institution's, how to know the real one.

    ``case`` is a shared risk of the type *counterfeit app* that the institution itself confirmed.
    """
    form = case.form
    seen = [f"名称：{form.get('app') or '未知'}", f"包名：{form.get('package') or '未知'}"]
    if form.get("version"):
        seen.append(f"版本：{form['version']}")
    if form.get("sha256"):
        seen.append(f"安装包SHA-256：{form['sha256']}")
    if form.get("url"):
        seen.append(f"出现位置：{form['url']}")
    found = form.get("discovered")
    when = f"{chinese_day(date.fromisoformat(found))}，" if found else ""
    return Letter(
        layout="letter",
        issuer=institution,
        number=number,
        title="关于仿冒应用的澄清声明",
        body=(
            Paragraph(
                text=f"{when}发现有应用使用与本机构“{form.get('imitates') or ''}”相近的名称或标识。"
                "经核实，以下应用并非本机构开发或发布，与本机构无关："
            ),
            Points(items=tuple(seen)),
            Paragraph(
                text="请用户通过本机构官方网站或正规应用市场核对开发者名称后下载，勿在上述应用中填写账号、密码、验证码等信息。已经安装的，请卸载并修改相关密码；发现资金异常的，请立即联系本机构并报警。"
            ),
            Paragraph(text="本机构保留依法追究的权利。"),
        ),
        signed=institution,
        day=day,
    )


def weekly(
    overview: Overview,
    cases: Sequence[tuple[Text, Sequence[tuple[Text, int]]]],
    *,
    number: str | None,
    issuer: str,
    day: date,
    kinds: Mapping[str, Text],
) -> Letter:
    """周报: the numbers of the first page and of the desk, as the very objects that those pages show."""
    numbers = (
        ("在册应用", overview.apps),
        ("其中金融类", overview.finance),
        ("已下架", overview.gone),
        ("已检查版本", overview.versions),
        ("未能看全", overview.limited),
        ("尚未检查", overview.unexamined),
        ("疑似仿冒或重打包（待人工确认）", overview.suspected),
        ("应用市场", overview.markets),
        ("市场变动", overview.events),
    )
    bands = {band.value: text.zh for band, text in words.BANDS.items()}
    body: list[Block] = [
        Heading(text="总体情况"),
        _counts("指标", numbers),
        Heading(text="风险等级分布"),
        _counts("等级", [(bands.get(one.value, one.value), one.apps) for one in overview.bands]),
        Heading(text="业务类型分布"),
        _counts(
            "类型", [(kinds[one.value].zh if one.value in kinds else one.value, one.apps) for one in overview.kinds]
        ),
        Heading(text="检查项"),
        Table(
            heads=("检查项", "严重程度", "应用数"),
            widths=(10, 3, 3),
            rows=tuple((one.title.zh, words.SEVERITIES[one.severity].zh, f"{one.apps:,}") for one in overview.checks),
        ),
        Heading(text="办理情况"),
    ]
    if not cases:
        body.append(Paragraph(text="没有在办事项。"))
    for name, states in cases:
        body.append(Heading(level=2, text=name.zh))
        body.append(_counts("状态", [(state.zh, count) for state, count in states]))
    published = (
        f"数据截至{overview.published:%Y-%m-%d %H:%M} UTC（第{overview.generation}版）" if overview.published else None
    )
    return Letter(
        layout="file",
        issuer=issuer,
        number=number,
        title="金融应用监测周报",
        body=tuple(body),
        signed=issuer,
        day=day,
        note=published,
    )


def _counts(head: str, rows: Sequence[tuple[str, int]]) -> Table:
    return Table(heads=(head, "数量"), widths=(10, 4), rows=tuple((name, f"{count:,}") for name, count in rows))
