"""The stages that a filing and a change pass between being handed in and being decided: whose turn, which clock.

``arriving`` is what every arc into a stage does: it sets the stage's clock and tells those whose turn it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from finwatch.model.access import OrganisationId, Permission
from finwatch.model.base import Text
from finwatch.model.case import Message, Part, Party
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import Change, Effect, Occasion, State
from finwatch.supervise.register import news


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A state of the way through certification, test and review."""

    zh: str
    en: str
    turn: Part | None
    may: Permission
    """What those whose turn it is must be allowed: they are told."""
    rule: str | None = None
    """The clock that starts when a case comes here."""


DRAFT: Final = "draft"
CERTIFICATION: Final = "certification"
LAB_CHOICE: Final = "lab_choice"
TESTING: Final = "testing"
TESTED: Final = "tested"
CERTIFIED: Final = "certified"
FIRST: Final = "first_review"
SECOND: Final = "second_review"
CERTIFIER_RETURNED: Final = "certification_returned"
LAB_TO_CERTIFIER: Final = "test_returned_to_certifier"
LAB_RETURNED: Final = "test_returned"
TO_LAB: Final = "review_returned_to_lab"
TO_CERTIFIER: Final = "review_returned_to_certifier"
REVIEW_RETURNED: Final = "review_returned"
REJECTED: Final = "rejected"
WITHDRAWN: Final = "withdrawn"

_OWN: Final = Permission.FILING_WRITE
_BODY: Final = Permission.FILING_CERTIFY
_LAB: Final = Permission.FILING_TEST
SUPPLEMENT: Final = "filing.supplement"

STAGES: Final[Mapping[str, Stage]] = {
    DRAFT: Stage(zh="待提交", en="to be handed in", turn=Part.OWNER, may=_OWN),
    CERTIFICATION: Stage(zh="待认证", en="awaiting certification", turn=Part.CERTIFIER, may=_BODY),
    LAB_CHOICE: Stage(zh="待提交检测", en="to be given to a laboratory", turn=Part.CERTIFIER, may=_BODY),
    TESTING: Stage(zh="待检测", en="awaiting the test", turn=Part.LAB, may=_LAB),
    TESTED: Stage(zh="已检测待认证", en="tested, awaiting the certificate", turn=Part.CERTIFIER, may=_BODY),
    CERTIFIED: Stage(zh="已认证待初审", en="certified, to be handed to the association", turn=Part.OWNER, may=_OWN),
    FIRST: Stage(
        zh="待初审",
        en="awaiting first review",
        turn=Part.ASSOCIATION,
        may=Permission.FILING_REVIEW,
        rule="filing.ask_supplement",
    ),
    SECOND: Stage(
        zh="待复审",
        en="awaiting second review",
        turn=Part.ASSOCIATION,
        may=Permission.FILING_APPROVE,
        rule="filing.decide",
    ),
    CERTIFIER_RETURNED: Stage(
        zh="认证退至金融机构", en="returned by the certification body", turn=Part.OWNER, may=_OWN
    ),
    LAB_TO_CERTIFIER: Stage(
        zh="检测退至认证机构", en="returned by the laboratory to the certification body", turn=Part.CERTIFIER, may=_BODY
    ),
    LAB_RETURNED: Stage(zh="检测退至金融机构", en="returned by the laboratory", turn=Part.OWNER, may=_OWN),
    TO_LAB: Stage(zh="协会退至检测机构", en="returned by the association to the laboratory", turn=Part.LAB, may=_LAB),
    TO_CERTIFIER: Stage(
        zh="协会退至认证机构",
        en="returned by the association to the certification body",
        turn=Part.CERTIFIER,
        may=_BODY,
    ),
    REVIEW_RETURNED: Stage(
        zh="协会退至金融机构", en="returned by the association", turn=Part.OWNER, may=_OWN, rule=SUPPLEMENT
    ),
    REJECTED: Stage(zh="审核未通过", en="not passed", turn=Part.OWNER, may=_OWN),
    WITHDRAWN: Stage(zh="已撤回", en="withdrawn", turn=None, may=_OWN),
}
WITH_OWNER: Final = (DRAFT, CERTIFIER_RETURNED, LAB_RETURNED, REVIEW_RETURNED, REJECTED)
"""Where the institution may write its fields."""
CLOCKED: Final = tuple(state for state, stage in STAGES.items() if stage.rule is not None)
"""Where a clock runs."""
UNDER_WAY: Final = tuple(state for state in STAGES if state != WITHDRAWN)


class Letter(Form):
    """What a return says beside the comment; the reviewer's bench proposes it (``bench.letter``): one point a line."""

    letter: str | None = field("退回函正文", "Letter", widget="text", max_length=20_000)
    lines: tuple[str, ...] | None = field("所据比对项", "Lines that it rests on", widget="lines")
    package: str | None = field("所比对安装包的SHA-256", "SHA-256 of the package compared", pattern=r"^[0-9a-f]{64}$")


def states(names: tuple[str, ...] = tuple(STAGES)) -> tuple[State, ...]:
    """The stages as states of a machine."""
    return tuple(
        State(
            id=name,
            name=Text(zh=STAGES[name].zh, en=STAGES[name].en),
            turn=STAGES[name].turn,
            final=name == WITHDRAWN,
        )
        for name in names
    )


def arriving(
    occasion: Occasion,
    state: str,
    *,
    form: Mapping[str, Any] | None = None,
    add: tuple[Party, ...] = (),
    remove: tuple[Party, ...] = (),
    title: str | None = None,
) -> Change:
    """The change that brings a case to ``state``: its clock starts, those whose turn it is are told."""
    stage = STAGES[state]
    case = occasion.case
    parties = [party for party in (*case.parties, *add) if party not in remove]
    turn = [party.organisation for party in parties if party.part is stage.turn]
    due = occasion.look.due(stage.rule, start=occasion.now) if stage.rule else None
    return Change(
        state=state,
        form=form or {},
        add=add,
        remove=remove,
        due=due,
        messages=told(occasion, turn, stage, title=title) + _copied(occasion, turn, stage),
    )


def lettered(occasion: Occasion) -> str:
    """The letter of a return as it stands in a message."""
    letter = occasion.note.get("letter")
    return f"\n\n{letter}\n" if letter else ""


def told(
    occasion: Occasion, to: list[OrganisationId], stage: Stage, *, title: str | None = None
) -> tuple[Message, ...]:
    """Tells those whose turn it is, with the letter."""
    letter = lettered(occasion)
    says = Text(zh=f"{stage.zh}，请贵机构办理。{letter}", en=f"Your turn: {stage.en}.{letter}")
    return news.told(occasion, to, may=stage.may, says=says, title=title)


def _copied(occasion: Occasion, turn: list[OrganisationId], stage: Stage) -> tuple[Message, ...]:
    """The owner hears of every move, also of those that are not its turn."""
    case = occasion.case
    if not case.id or case.owner in turn or occasion.actor.organisation.id == case.owner:
        return ()
    says = Text(zh=f"现处于“{stage.zh}”。", en=f"It stands at “{stage.en}” now.")
    return news.told(occasion, [case.owner], may=_OWN, says=says, tag="copy")


def to(state: str) -> Effect:
    """The effect of an arc that leads to ``state`` and does no more."""

    def effect(occasion: Occasion) -> Change:
        return arriving(occasion, state)

    return effect
