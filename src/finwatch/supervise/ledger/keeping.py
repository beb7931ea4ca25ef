"""An entry as a machine: admission, life in the ledger, and an exit in four steps that closes with proof only.

金办发〔2024〕99号: articles 2 (ledger, admission and exit, number control), 3 (department and responsible person),
8 (tested before release), 9 (an ending service is assessed, its data settled, its users told, its packages taken down).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem
from finwatch.store.case import CaseFilter
from finwatch.supervise.form import Form, field
from finwatch.supervise.ledger.entry import COLUMNS, KEPT, KINDS, LedgerEntry, SelfCheck, key_of, subject_of
from finwatch.supervise.ledger.proof import OWNER, SHA256, joined, not_yet, owner_of, problem, proof_field, unproven
from finwatch.supervise.machine import SAME, Arc, Change, Machine, Occasion, State

ENTRY: Final = "ledger_entry"
WRITE, APPROVE = Permission.LEDGER_WRITE, Permission.LEDGER_APPROVE
STEPS: Final = ("assess_exit", "settle_data", "tell_users", "delist")
"""The four steps of an exit (article 9), in their order."""
LEAVING: Final = ("leaving", "exit_assessed", "exit_settled", "exit_told", "exit_delisted")
ALIVE: Final = ("in_use", *LEAVING)


class Release(Form):
    """A version that goes out."""

    version: str | None = field("版本", "Version", required=True, max_length=64)
    on: date | None = field("发布日期", "Released on", required=True)
    package_sha256: str | None = field("安装包SHA-256", "Package SHA-256", pattern=SHA256)


class PlanExit(Form):
    """Why an entry is to go, and when."""

    reason: str | None = field("终止或整合原因", "Why it ends or is merged", required=True, widget="text")
    planned: date | None = field("计划终止日期", "Planned end", required=True)
    merged_into: str | None = field("并入的应用", "Merged into", max_length=200)


class ExitAssessment(Form):
    """Step 1: what ending it would do."""

    on: date | None = field("评估日期", "Assessed on", required=True)
    conclusion: str | None = field("评估结论", "Conclusion", required=True, widget="text")
    proof: str | None = proof_field("风险评估报告", "The assessment")


class DataSettled(Form):
    """Step 2: where the data went."""

    on: date | None = field("完成日期", "Settled on", required=True)
    moved_to: str | None = field("业务数据迁移去向", "Where business data went", required=True, widget="text")
    personal_information: str | None = field(
        "个人信息处置（删除、匿名化或移交）",
        "Personal information: erased, anonymised or handed over",
        required=True,
        widget="text",
    )
    proof: str | None = proof_field("数据迁移与个人信息处置证明", "Proof")


class UsersTold(Form):
    """Step 3: how users were told."""

    on: date | None = field("告知日期", "Told on", required=True)
    channels: tuple[str, ...] = field("告知渠道", "By which channels", required=True, default=())
    address: str | None = field("公告网址", "Address of the notice", max_length=500)
    proof: str | None = proof_field("公告或告知截图", "The notice or a picture of it")


class Removal(Form):
    """One store out of which it was taken."""

    store: str | None = field("渠道", "Store", required=True, max_length=200)
    on: date | None = field("下架日期", "Taken down on", required=True)
    proof: str | None = field("下架证明SHA-256", "Proof (SHA-256)", required=True, pattern=SHA256)


class Delisted(Form):
    """Step 4: taken out of every store."""

    removals: tuple[Removal, ...] = field("逐渠道下架情况", "Store by store", required=True, default=())


def _there_already(occasion: Occasion) -> tuple[FieldProblem, ...]:
    subject = subject_of(key_of(occasion.form))
    where = CaseFilter(machine=ENTRY, owner=occasion.case.owner, subject=subject, open=True)
    other = next((one for one in occasion.look.cases(where, limit=2) if one.id != occasion.case.id), None)
    if other is None:
        return ()
    return problem(
        "name",
        f"台账中已有同一应用（事项 {other.id}：{other.title}）。",
        f"The ledger has this entry already (case {other.id}: {other.title}).",
    )


def _titled(occasion: Occasion) -> Change:
    kind = occasion.form.get("kind")
    return Change(
        title=occasion.form.get("name") or "",
        number=occasion.form.get("number") or None,
        subject=subject_of(key_of(occasion.form)),
        add=owner_of(occasion),
        note={"kind": KINDS[kind].zh} if kind in list(KINDS) else {},
    )


def _kept(occasion: Occasion) -> Change:
    """What an edit changes; the subject stays what it was, so that the next sheet finds the entry."""
    return Change(title=occasion.form.get("name") or "", number=occasion.form.get("number") or None)


def _checked(occasion: Occasion) -> tuple[FieldProblem, ...]:
    return joined(unproven(occasion, "document"), not_yet(occasion, "on"))


def _attached(occasion: Occasion) -> Change:
    kept = [one for one in occasion.form.get("selfchecks", ()) if one["version"] != occasion.note["version"]]
    return Change(form={"selfchecks": [*kept, dict(occasion.note)]})


def _may_release(occasion: Occasion) -> tuple[FieldProblem, ...]:
    version = occasion.note["version"]
    check = next((one for one in occasion.form.get("selfchecks", ()) if one["version"] == version), None)
    if check is None:
        return problem(
            "version",
            f"版本 {version} 没有发布前自查记录（第八条）：先登记自查。",
            f"Version {version} has no pre-release check (article 8): attach one first.",
        )
    package = occasion.note.get("package_sha256")
    if package and check.get("package_sha256") and package != check["package_sha256"]:
        return problem("package_sha256", "与自查的安装包不是同一个文件。", "It is not the package that was checked.")
    if check["high"] > check["waived"]:
        return problem(
            "version",
            f"自查有 {check['high'] - check['waived']} 项高风险未整改也未豁免。",
            f"The check has {check['high'] - check['waived']} high findings that are neither mended nor waived.",
        )
    return not_yet(occasion, "on")


def _released(occasion: Occasion) -> Change:
    note = occasion.note
    form: dict[str, Any] = {"version": note["version"], "version_date": note["on"]}
    if note.get("package_sha256"):
        form["package_sha256"] = note["package_sha256"]
    return Change(form=form)


def _exit_planned(occasion: Occasion) -> Change:
    plan = "merge" if occasion.note.get("merged_into") else "retire"
    return Change(form={"plan": plan, "end_date": occasion.note["planned"]})


def _step_proven(occasion: Occasion) -> tuple[FieldProblem, ...]:
    return joined(unproven(occasion, "proof"), not_yet(occasion, "on"))


def _every_store(occasion: Occasion) -> tuple[FieldProblem, ...]:
    found: list[FieldProblem] = []
    for number, row in enumerate(occasion.note["removals"]):
        if row.get("proof") and not occasion.look.knows_blob(row["proof"]):
            found += problem(f"removals.{number}.proof", "系统中没有这个文件。", "There is no such file.")
        if row.get("on") and date.fromisoformat(row["on"]) > occasion.day:
            found += problem(f"removals.{number}.on", "日期还没有到。", "The date has not come yet.")
    told = {(row.get("store") or "").strip() for row in occasion.note["removals"]}
    missing = [store for store in occasion.form.get("stores") or () if store not in told]
    if missing:
        found += problem(
            "removals",
            f"这些上架渠道还没有下架证明：{'、'.join(missing)}。",
            f"No proof of removal for: {', '.join(missing)}.",
        )
    return tuple(found)


def _may_close(occasion: Occasion) -> tuple[FieldProblem, ...]:
    gone = {step.arc: step.seq for step in occasion.look.steps(occasion.case.id)}
    missing = [step for step in STEPS if step not in gone]
    listed = [f"{one['market']}（{one.get('seen')}）" for one in occasion.form.get("still_listed") or ()]
    found: list[FieldProblem] = []
    if missing:
        found += problem("", f"还缺步骤：{'、'.join(missing)}。", f"Steps missing: {', '.join(missing)}.")
    if gone.get("watch_markets", 0) < gone.get("delist", 0):
        found += problem(
            "still_listed",
            "下架后还没有复查市场：请先在台账页面做“市场复查”。",
            "The markets were not looked at since: do that on the ledger's page first.",
        )
    if listed:
        found += problem(
            "still_listed",
            f"下架后仍在这些市场见到：{'、'.join(listed)}；不能办结。",
            f"It was still seen in: {', '.join(listed)}. It cannot be closed.",
        )
    return tuple(found)


def _closed(occasion: Occasion) -> Change:
    proofs: dict[str, Any] = {}
    for step in occasion.look.steps(occasion.case.id):
        if step.arc in STEPS:
            told = step.note
            proofs[step.arc] = told.get("proof") or [row.get("proof") for row in told.get("removals", ())]
    return Change(form={"end_date": occasion.day.isoformat()}, note={"proofs": proofs})


def _t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


_DUTIES: Final = ("last_assessment", "last_audit", "last_external", "last_drill", "last_pi_audit", "open_findings")
_FIELDS: Final = COLUMNS

_STATES: Final = (
    State(id="proposed", name=_t("拟准入", "proposed")),
    State(id="admission", name=_t("准入审核", "under admission")),
    State(id="in_use", name=_t("在用", "in use")),
    State(id="leaving", name=_t("退出：待评估", "leaving: to be assessed")),
    State(id="exit_assessed", name=_t("退出：待处置数据", "leaving: data to be settled")),
    State(id="exit_settled", name=_t("退出：待告知用户", "leaving: users to be told")),
    State(id="exit_told", name=_t("退出：待下架", "leaving: to be delisted")),
    State(id="exit_delisted", name=_t("退出：待办结", "leaving: to be closed")),
    State(id="ended", name=_t("已终止", "ended"), final=True),
    State(id="refused", name=_t("不予准入", "refused"), final=True),
    State(id="withdrawn", name=_t("已撤回", "withdrawn"), final=True),
)

_ADMISSION: Final = (
    Arc(
        id="propose",
        name=_t("提出准入", "Propose"),
        sources=(),
        target="proposed",
        permission=WRITE,
        fields=_FIELDS,
        guard=_there_already,
        effect=_titled,
    ),
    Arc(
        id="take_over",
        name=_t("由台账文件登记", "Take over from a sheet"),
        sources=(),
        target="in_use",
        permission=WRITE,
        fields="*",
        automatic=True,
        guard=_there_already,
        effect=_titled,
    ),
    Arc(
        id="edit_proposal",
        name=_t("修改", "Edit"),
        sources=("proposed",),
        target=SAME,
        permission=WRITE,
        parts=OWNER,
        fields=_FIELDS,
        guard=_there_already,
        effect=_titled,
    ),
    Arc(
        id="submit",
        name=_t("提交准入审核", "Submit"),
        sources=("proposed",),
        target="admission",
        permission=WRITE,
        parts=OWNER,
        complete=True,
    ),
    Arc(
        id="withdraw",
        name=_t("撤回", "Withdraw"),
        sources=("proposed", "admission"),
        target="withdrawn",
        permission=WRITE,
        parts=OWNER,
    ),
    Arc(
        id="admit",
        name=_t("准入", "Admit"),
        sources=("admission",),
        target="in_use",
        permission=APPROVE,
        parts=OWNER,
        four_eyes=("propose", "edit_proposal", "submit"),
    ),
    Arc(
        id="send_back",
        name=_t("退回修改", "Send back"),
        sources=("admission",),
        target="proposed",
        permission=APPROVE,
        parts=OWNER,
        comment="required",
    ),
    Arc(
        id="refuse",
        name=_t("不予准入", "Refuse"),
        sources=("admission",),
        target="refused",
        permission=APPROVE,
        parts=OWNER,
        comment="required",
    ),
)

_LIFE: Final = (
    Arc(
        id="edit",
        name=_t("更新台账", "Update"),
        sources=("in_use", *LEAVING),
        target=SAME,
        permission=WRITE,
        parts=OWNER,
        fields=_FIELDS,
        complete=True,
        effect=_kept,
    ),
    Arc(
        id="revise",
        name=_t("由台账文件更新", "Update from a sheet"),
        sources=("in_use", *LEAVING),
        target=SAME,
        permission=WRITE,
        fields="*",
        automatic=True,
        effect=_kept,
    ),
    Arc(
        id="note_duty",
        name=_t("登记已完成的评估、审计或演练", "Note a duty that was done"),
        sources=("in_use", *LEAVING),
        target=SAME,
        permission=WRITE,
        fields=_DUTIES,
        automatic=True,
    ),
    Arc(
        id="self_check",
        name=_t("登记发布前自查", "Attach a pre-release check"),
        sources=("in_use",),
        target=SAME,
        permission=WRITE,
        parts=OWNER,
        note=SelfCheck,
        guard=_checked,
        effect=_attached,
    ),
    Arc(
        id="release",
        name=_t("发布新版本", "Release a version"),
        sources=("in_use",),
        target=SAME,
        permission=WRITE,
        parts=OWNER,
        note=Release,
        guard=_may_release,
        effect=_released,
    ),
)

_EXIT: Final = (
    Arc(
        id="plan_exit",
        name=_t("启动退出", "Begin the exit"),
        sources=("in_use",),
        target="leaving",
        permission=WRITE,
        parts=OWNER,
        note=PlanExit,
        effect=_exit_planned,
    ),
    Arc(
        id="cancel_exit",
        name=_t("取消退出", "Call the exit off"),
        sources=LEAVING,
        target="in_use",
        permission=APPROVE,
        parts=OWNER,
        comment="required",
        effect=lambda _: Change(form={"plan": "keep", "end_date": None, "still_listed": []}),
    ),
    Arc(
        id="assess_exit",
        name=_t("一、风险评估", "1. Assess the risk"),
        sources=("leaving",),
        target="exit_assessed",
        permission=WRITE,
        parts=OWNER,
        note=ExitAssessment,
        guard=_step_proven,
    ),
    Arc(
        id="settle_data",
        name=_t("二、数据迁移与个人信息处置", "2. Settle the data"),
        sources=("exit_assessed",),
        target="exit_settled",
        permission=WRITE,
        parts=OWNER,
        note=DataSettled,
        guard=_step_proven,
    ),
    Arc(
        id="tell_users",
        name=_t("三、告知用户", "3. Tell the users"),
        sources=("exit_settled",),
        target="exit_told",
        permission=WRITE,
        parts=OWNER,
        note=UsersTold,
        guard=_step_proven,
    ),
    Arc(
        id="delist",
        name=_t("四、各渠道下架", "4. Take it out of every store"),
        sources=("exit_told",),
        target="exit_delisted",
        permission=WRITE,
        parts=OWNER,
        note=Delisted,
        guard=_every_store,
    ),
    Arc(
        id="watch_markets",
        name=_t("市场复查", "Markets were looked at again"),
        sources=("exit_delisted",),
        target=SAME,
        permission=WRITE,
        fields=("still_listed",),
        automatic=True,
    ),
    Arc(
        id="delist_again",
        name=_t("退回补办下架", "Take it down again"),
        sources=("exit_delisted",),
        target="exit_told",
        permission=APPROVE,
        parts=OWNER,
        comment="required",
    ),
    Arc(
        id="close",
        name=_t("办结退出", "Close"),
        sources=("exit_delisted",),
        target="ended",
        permission=APPROVE,
        parts=OWNER,
        four_eyes=STEPS,
        guard=_may_close,
        effect=_closed,
    ),
)

MACHINE: Final = Machine(
    id=ENTRY,
    name=_t("移动应用台账", "Ledger entry"),
    states=_STATES,
    arcs=(*_ADMISSION, *_LIFE, *_EXIT),
    form=LedgerEntry,
    basis=_t("金办发〔2024〕99号第二、三、八、九条", "金办发〔2024〕99号, articles 2, 3, 8 and 9"),
)

__all__ = ["ALIVE", "ENTRY", "KEPT", "LEAVING", "MACHINE", "STEPS"]
