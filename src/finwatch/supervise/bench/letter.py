"""The letter with which a filing goes back: the sentences that a reviewer picked, numbered, between set phrases.

A draft: the reviewer edits the text, and what they sent is what the step keeps (``ReturnNote``).
"""

from __future__ import annotations

from collections.abc import Sequence

from finwatch.model.base import Text
from finwatch.supervise.bench.line import Line
from finwatch.supervise.form import Form, field

MOST_SENTENCES = 100
MOST_CHARACTERS = 20_000


class ReturnNote(Form):
    """What an arc that returns a filing keeps in its step."""

    letter: str | None = field("退回函正文", "letter", required=True, widget="text", max_length=MOST_CHARACTERS)
    lines: tuple[str, ...] = field("所据比对项", "lines it rests on", default=(), max_length=MOST_SENTENCES)
    package: str | None = field("所比对安装包的SHA-256", "SHA-256 of the package compared", pattern="^[0-9a-f]{64}$")


def draft(lines: Sequence[Line], *, institution: str, app: str, language: str, days: int | None = None) -> str:
    """The letter's text. ``days`` = working days within which the supplement is due."""
    sentences = [line.sentence.in_language(language) for line in lines if line.sentence is not None]
    return (_zh if language == "zh" else _en)(sentences, institution, app, days)


def _zh(sentences: Sequence[str], institution: str, app: str, days: int | None) -> str:
    head = f"{institution}：\n\n贵机构提交的“{app}”备案材料收悉。经审核，以下事项需要核对、说明或补充：\n"
    body = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1))
    within = f"请于收到本函之日起{days}个工作日内" if days else "请"
    tail = f"\n\n{within}就上述事项更正材料或书面说明后重新提交。以上系对所提交材料与可见情况的比对，如有不同意见，"
    "可一并说明。"
    return head + body + tail


def _en(sentences: Sequence[str], institution: str, app: str, days: int | None) -> str:
    head = (
        f"To {institution}:\n\nWe have received your filing of “{app}”. On review, these points need to be checked, "
        "explained or supplied:\n"
    )
    body = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1))
    within = f" within {days} working days of receiving this letter" if days else ""
    tail = (
        f"\n\nPlease correct the material or explain in writing, and hand it in again{within}. This letter compares "
        "the "
        "material with what could be seen; if you see it otherwise, please say so."
    )
    return head + body + tail


EMPTY = Text(zh="未选取任何事项。", en="No point was picked.")
