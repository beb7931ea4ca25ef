"""Letters of the register: a filing goes back to the institution."""

from __future__ import annotations

from datetime import date

from finwatch.model.case import Case, Step
from finwatch.report.letters.letter import Letter, Paragraph, Points, chinese_day


def returned(
    case: Case, step: Step, *, number: str | None, issuer: str, institution: str, day: date, due: date | None
) -> Letter:
    """退回函: the points that the reviewer sent, as the step keeps them. ``due`` = the clock of the supplement."""
    points = tuple(line for line in str(step.note.get("letter") or "").splitlines() if line.strip())
    name, version = case.form.get("name") or case.title, case.form.get("version")
    until = f"请于{chinese_day(due)}前" if due else "请"
    body = [
        Paragraph(
            text=f"贵机构提交的“{name}”{f'（版本{version}）' if version else ''}备案材料收悉。"
            "经审核，退回补正，意见如下："
        ),
        Points(items=points or (step.comment,)),
    ]
    if points and step.comment:
        body.append(Paragraph(text=f"审核意见：{step.comment}"))
    body.append(
        Paragraph(
            text=f"{until}就上述事项更正材料或书面说明后重新提交。本函所述系对所提交材料与可见情况的比对，"
            "如有不同意见，请一并说明并附依据。"
        )
    )
    return Letter(
        layout="letter",
        issuer=issuer,
        number=number,
        title=f"关于补正“{name}”备案材料的函",
        addressee=institution,
        body=tuple(body),
        signed=issuer,
        day=day,
        note=f"备案事项编号：{case.id}-{step.seq}",
    )
