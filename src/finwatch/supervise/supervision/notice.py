"""Notice (通报): verified problems told to the judged with a deadline, until they are seen to be gone or measures end.

What comes in: what a person verified. What goes out: words to the institution, a clock, the outcome of every retest
problem by problem, the public list, orders to markets, a penalty. Rules that never bend: nothing is notified that no
person verified; what could not be seen closes nothing; a closed notice is opened again when a newer version shows the
problem, and says so when the version was raised and the code was not changed.
"""

from __future__ import annotations

from typing import Any, Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem, Part, Party
from finwatch.store.case import CaseFilter
from finwatch.supervise import clock
from finwatch.supervise.machine import Change, FollowUp, Occasion
from finwatch.supervise.supervision import parties
from finwatch.supervise.supervision.parties import authorities
from finwatch.supervise.supervision.problems import GONE, STILL, UNSEEN

NOTICE: Final = "notice"
COPY: Final = 0.995
"""Likeness of code from which a raised version is said to carry the same code (two releases: 0.75 at most)."""


def may_issue(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """Only what a person verified goes out, and only to somebody who can answer."""
    inspection = occasion.look.case(occasion.form["inspection"])
    if inspection is None or inspection.machine != "inspection" or inspection.state != "notified":
        says = Text(
            zh="没有对应的已核实检查，不能通报。", en="No verified inspection stands behind it; it cannot be sent."
        )
        return (FieldProblem(field="inspection", says=says),)
    problems = occasion.form.get("problems", ())
    if not problems or any(one["decision"] != "confirmed" or not one["evidence"] for one in problems):
        says = Text(
            zh="通报中的每个问题都须经人工核实并附证据。",
            en="Each problem of a notice must be verified by a person and have its evidence.",
        )
        return (FieldProblem(field="problems", says=says),)
    missing = parties.nobody_responsible(occasion.look, occasion.case.owner)
    return (missing,) if missing else ()


def issued(occasion: Occasion) -> Change:
    """Parties, number, clock, and the words to the institution."""
    form = occasion.form
    authority = occasion.look.organisation(form["authority"])
    inspection = occasion.look.case(form["inspection"])
    assert authority is not None  # the owner of the campaign
    assert inspection is not None  # the guard saw it
    day = clock.day_in_china(occasion.now)
    due = clock.due(day, occasion.look.clock(form["clock"]), occasion.look.calendar(), days=form.get("days"))
    earlier = occasion.look.cases(CaseFilter(machine=NOTICE, subject=f"app:{form['app']}"), limit=50)
    repeat = [case for case in earlier if case.state != "withdrawn"]
    verified = [step.person for step in occasion.look.steps(inspection.id) if step.arc in ("verify", "record")]
    name, number, count = form["name"], form["reference"], len(form["problems"])
    when = f"{due.day}{'（暂定）' if due.provisional else ''}"
    subject = Text(zh=f"通报 {number}：{name}", en=f"Notice {number}: {name}")
    body = Text(
        zh=f"{authority.name}通报：{name}（{form['package']}，版本{form.get('version_name') or '未知'}）经检查核实存在"
        f"{count}个问题，须于{when}前整改并反馈。要求：{form['demand']}",
        en=f"{authority.name}: {name} ({form['package']}, version {form.get('version_name') or 'unknown'}) was found "
        f"to have {count} verified problems, to be put right and answered by {due.day}"
        f"{' (provisional)' if due.provisional else ''}. {form['demand']}",
    )
    return Change(
        title=f"{name}（{form['package']}）",
        number=number,
        subject=f"app:{form['app']}",
        add=(parties.authority_of(authority), Party(part=Part.OWNER, organisation=occasion.case.owner)),
        due=due,
        form={"repeat_of": [case.id for case in repeat], "verified_by": sorted(set(verified)), "retests": []},
        messages=parties.letters(
            occasion.look, occasion.case.owner, key=f"notice:{number}:issued", subject=subject, body=body
        ),
        vouch={"notice": {"number": number, "app": form["package"], "due": due.day.isoformat(), "problems": count}},
    )


def replied(occasion: Occasion) -> Change:
    """What the institution says it did; whether it came in time is recorded."""
    due, note = occasion.case.due, occasion.note
    late = due is not None and due.paused is None and occasion.day > due.day
    subject = Text(zh=f"{occasion.case.number} 已反馈", en=f"{occasion.case.number}: answered")
    reply = {**note, "at": occasion.now.isoformat(), "late": late}
    keep = occasion.case.state in ("removal", "removed")
    return Change(
        state=occasion.case.state if keep else "replied",
        form={"reply": reply, "replies": occasion.form.get("replies", 0) + 1},
        messages=parties.desk_note(
            authorities(occasion.case),
            key=f"notice:{occasion.case.id}:replied:{occasion.case.version}",
            subject=subject,
            body=Text(zh=note["text"], en=note["text"]),
        ),
    )


def knows_package(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """A package that is named in a reply must have been uploaded."""
    sha256 = occasion.note.get("sha256")
    if sha256 and not occasion.look.knows_blob(sha256):
        says = Text(zh="没有收到该安装包，请先上传。", en="No package of that digest was received; upload it first.")
        return (FieldProblem(field="sha256", says=says),)
    return ()


def retested(occasion: Occasion) -> Change:
    """Each problem as the newer version shows it, and what that means for the notice."""
    note, case = occasion.note, occasion.case
    results = {result["check"]: result for result in note["results"]}
    problems = [_with(problem, results.get(problem["check"])) for problem in occasion.form["problems"]]
    seen = [results[problem["check"]]["outcome"] if problem["check"] in results else UNSEEN for problem in problems]
    outcome = STILL if STILL in seen else UNSEEN if UNSEEN in seen else GONE
    state = _after_retest(case.state, outcome)
    false_closure = case.state == "closed" and state == "reopened"
    row = {
        "at": occasion.now.isoformat(),
        "version_name": note.get("version_name"),
        "version_code": note.get("version_code"),
        "sha256": note["sha256"],
        "examined": note["examined"],
        "outcome": outcome,
        "gone": seen.count(GONE),
        "still": seen.count(STILL),
        "unseen": seen.count(UNSEEN),
        "same_code": note.get("same_code"),
    }
    told = told_retest(occasion, row, false_closure=false_closure)
    form: dict[str, Any] = {"problems": problems, "retests": [*occasion.form.get("retests", ()), row]}
    if state == "closed" and case.state != "closed":
        form["closed_as"] = "retest"
    if false_closure:
        form["reopened"] = [*occasion.form.get("reopened", ()), {"at": row["at"], "why": told.zh}]
    subject = Text(zh=f"{case.number} 复测", en=f"{case.number}: retested")
    to = authorities(case) if state == case.state else case.parties
    return Change(
        state=None if state == case.state else state,
        form=form,
        note={"says": told.model_dump(), "false_closure": false_closure},
        messages=parties.desk_note(to, key=f"notice:{case.id}:retest:{case.version}", subject=subject, body=told),
    )


def told_retest(occasion: Occasion, row: Any, *, false_closure: bool) -> Text:
    """What a retest showed, in a sentence."""
    before, after = occasion.form.get("version_name"), row["version_name"]
    zh = f"版本{after}复测：{row['gone']}个问题已消除，{row['still']}个仍存在，{row['unseen']}个未能看到。"
    en = f"Version {after}: {row['gone']} problems gone, {row['still']} still there, {row['unseen']} not to be seen."
    same = row["same_code"]
    if row["still"] and same is not None and same >= COPY:
        zh += f"版本由{before}升至{after}，代码未改动（{same:.1%}相同）。"
        en += f" The version was raised from {before} to {after}, the code was not changed ({same:.1%} the same)."
    if false_closure:
        zh = "虚假整改，重新立案。" + zh
        en = "Closed falsely, opened again. " + en
    return Text(zh=zh, en=en)


def _after_retest(state: str, outcome: str) -> str:
    if state in ("removal", "removed"):
        return state
    if outcome == GONE:
        return "closed"
    if outcome == STILL:
        return {"closed": "reopened", "replied": "failed", "unseen": "failed"}.get(state, state)
    return "unseen" if state in ("replied", "failed") else state


def _with(problem: Any, result: Any) -> dict[str, Any]:
    if result is None:
        return {**problem, "seen": UNSEEN, "seen_says": "新版本的检测结果中没有该检查项"}
    return {**problem, "seen": result["outcome"], "seen_says": result.get("says")}


def may_accept(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """Closing by hand needs its ground; where nothing could be seen, a laboratory's report."""
    if occasion.case.state == "unseen" and not occasion.note.get("report"):
        says = Text(
            zh="复测未能看到的，不能按“已整改”结案；须附检测机构报告编号。",
            en="What a retest could not see is not closed as put right; name a laboratory's report.",
        )
        return (FieldProblem(field="report", says=says),)
    return no_appeal(occasion)


def accepted(occasion: Occasion) -> Change:
    """Closed by a person, on what the institution says or a laboratory reports."""
    how = "report" if occasion.note.get("report") else "accepted"
    return Change(form={"closed_as": how, "closed_report": occasion.note.get("report")}, due=None)


def may_extend(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """A clock that runs."""
    due = occasion.case.due
    if due is None or due.paused is not None:
        says = Text(zh="没有正在计算的期限。", en="No clock runs.")
        return (FieldProblem(field="days", says=says),)
    return ()


def extended(occasion: Occasion) -> Change:
    """More days, by a recorded decision."""
    due, days = occasion.case.due, occasion.note["days"]
    assert due is not None
    longer = clock.extended(due, days, occasion.look.calendar())
    subject = Text(zh=f"{occasion.case.number} 延期{days}天", en=f"{occasion.case.number}: {days} days more")
    body = Text(
        zh=f"整改期限由{due.day}延至{longer.day}。{occasion.comment}",
        en=f"The deadline moves from {due.day} to {longer.day}. {occasion.comment}",
    )
    asked = {**(occasion.form.get("extension") or {}), "granted": days, "until": longer.day.isoformat()}
    key = f"notice:{occasion.case.id}:extended:{occasion.case.version}"
    state = "received" if occasion.case.state == "overdue" and longer.day >= occasion.day else None
    return Change(
        state=state,
        due=longer,
        form={"extension": asked},
        messages=parties.letters(occasion.look, occasion.case.owner, key=key, subject=subject, body=body),
    )


def asked_more(occasion: Occasion) -> Change:
    """The institution asks for more days; the clock runs on until it is decided."""
    subject = Text(zh=f"{occasion.case.number} 申请延期", en=f"{occasion.case.number}: more time is asked for")
    reason = occasion.note["reason"]
    return Change(
        form={"extension": {"asked": occasion.note["days"], "reason": reason, "at": occasion.now.isoformat()}},
        messages=parties.desk_note(
            authorities(occasion.case),
            key=f"notice:{occasion.case.id}:asked:{occasion.case.version}",
            subject=subject,
            body=Text(zh=reason, en=reason),
        ),
    )


def refused_more(occasion: Occasion) -> Change:
    """The deadline stays; the institution is told why."""
    subject = Text(zh=f"{occasion.case.number} 不同意延期", en=f"{occasion.case.number}: no more time is given")
    key = f"notice:{occasion.case.id}:refused:{occasion.case.version}"
    body = Text(zh=occasion.comment, en=occasion.comment)
    return Change(
        form={"extension": {**(occasion.form.get("extension") or {}), "granted": 0}},
        messages=parties.letters(occasion.look, occasion.case.owner, key=key, subject=subject, body=body),
    )


def may_pause(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """A clock that runs."""
    return may_extend(occasion)


def paused(occasion: Occasion) -> Change:
    """The clock stands, by a recorded decision."""
    due = occasion.case.due
    assert due is not None
    return Change(due=clock.paused(due, occasion.day, reason=occasion.comment or occasion.note.get("reason", "")))


def may_resume(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """A clock that stands."""
    due = occasion.case.due
    if due is None or due.paused is None:
        says = Text(zh="期限没有中止。", en="The clock does not stand.")
        return (FieldProblem(field="comment", says=says),)
    return ()


def resumed(occasion: Occasion) -> Change:
    """The clock goes on with the days that were left; nothing when it does not stand."""
    due = occasion.case.due
    if due is None or due.paused is None:
        return Change()
    return Change(due=clock.resumed(due, occasion.day, occasion.look.calendar()))


def is_over(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """The last day has passed, the clock did not stand, and no answer waits for its retest."""
    due = occasion.case.due
    if due is None or due.paused is not None or occasion.day <= due.day:
        says = Text(zh="期限未到。", en="The deadline has not passed.")
        return (FieldProblem(field="due", says=says),)
    return ()


def overdue(occasion: Occasion) -> Change:
    """Told to both sides."""
    due, case = occasion.case.due, occasion.case
    assert due is not None
    subject = Text(zh=f"{case.number} 逾期", en=f"{case.number}: overdue")
    body = Text(zh=f"整改期限{due.day}已过。", en=f"The deadline of {due.day} has passed.")
    return Change(
        messages=(
            *parties.letters(
                occasion.look, case.owner, key=f"notice:{case.id}:overdue:{due.day}", subject=subject, body=body
            ),
            *parties.desk_note(
                authorities(case), key=f"notice:{case.id}:overdue:{due.day}", subject=subject, body=body
            ),
        )
    )


def no_appeal(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """Nothing is published, ordered or closed while an appeal is open."""
    if occasion.form.get("appeal"):
        says = Text(zh="异议正在处理，不能作出该决定。", en="An appeal is open; this waits for its decision.")
        return (FieldProblem(field="comment", says=says),)
    return ()


def may_publish(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """No open appeal, and another person than the one who verified."""
    return (*no_appeal(occasion), *another_person(occasion))


def another_person(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """Who verified a problem does not alone decide that it is made public or the app removed."""
    if occasion.actor.person in occasion.form.get("verified_by", ()):
        says = Text(
            zh="公开通报和下架须由核实人以外的人决定。",
            en="Making public and removal are decided by another person than the one who verified.",
        )
        return (FieldProblem(field="comment", says=says),)
    return ()


def published(occasion: Occasion) -> Change:
    """On the public list, and in the log for everybody to check."""
    form = occasion.form
    row = {
        "number": occasion.case.number,
        "app": form["name"],
        "package": form["package"],
        "version": form.get("version_name"),
        "problems": [problem["title"] for problem in form["problems"] if problem["seen"] != GONE],
    }
    return Change(
        form={"published": occasion.day.isoformat()},
        vouch={"published_notice": row},
        messages=parties.letters(
            occasion.look,
            occasion.case.owner,
            key=f"notice:{occasion.case.id}:published",
            subject=Text(zh=f"{occasion.case.number} 已公开通报", en=f"{occasion.case.number} was made public"),
            body=Text(zh=occasion.comment, en=occasion.comment),
        ),
    )


def may_order(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """Every market named has somebody who carries measures out; a first offence is not removed before its time."""
    found = [*no_appeal(occasion), *another_person(occasion)]
    if occasion.case.state in ("sent", "received") and not occasion.form.get("repeat_of"):
        says = Text(
            zh="非重复违规，整改期限内不能直接下架。",
            en="It is no repeated offence: no removal before the deadline is over.",
        )
        found.append(FieldProblem(field="markets", says=says))
    for market in occasion.note["markets"]:
        operator = parties.market_operator(occasion.look, market)
        if operator is None or not occasion.look.responsible(operator.id, Permission.MEASURE_CARRY_OUT):
            says = Text(
                zh=f"应用商店 {market} 没有登记的运营单位或负责人，未发送任何内容。",
                en=f"Nobody is registered as answering for {market}; nothing was sent.",
            )
            found.append(FieldProblem(field="markets", says=says))
        elif any(order.form["market"] == market for order in orders_of(occasion)):
            says = Text(zh=f"{market} 已有下架通知。", en=f"{market} has an order already.")
            found.append(FieldProblem(field="markets", says=says))
    return tuple(found)


def orders_of(occasion: Occasion, *, notice: int | None = None) -> tuple[Case, ...]:
    """The removal orders of a notice that are not lifted."""
    parent = occasion.case.id if notice is None else notice
    found = occasion.look.cases(CaseFilter(machine="removal", parent=parent), limit=500)
    return tuple(case for case in found if case.state != "lifted")


def ordered(occasion: Occasion) -> Change:
    """One order a market."""
    form = occasion.form
    follow = []
    for market in occasion.note["markets"]:
        operator = parties.market_operator(occasion.look, market)
        assert operator is not None  # the guard saw it
        asked = {
            "authority": form["authority"],
            "notice_number": occasion.case.number,
            "market": market,
            "app": form["app"],
            "package": form["package"],
            "name": form["name"],
            "reason": occasion.comment,
        }
        subject = f"app:{form['app']}"
        follow.append(FollowUp(machine="removal", arc="order", owner=operator.id, form=asked, subject=subject))
    return Change(follow=tuple(follow), due=None)


def all_removed(occasion: Occasion) -> Change:
    """Removed when every order is proven."""
    open_orders = [order for order in orders_of(occasion) if order.state != "proven"]
    return Change(state="removal" if open_orders else "removed")


def lifted(occasion: Occasion) -> Change:
    """Every order lifted, with what the judged is told."""
    follow = tuple(
        FollowUp(machine="removal", arc="lift", case=order.id, comment=occasion.comment)
        for order in orders_of(occasion)
    )
    return Change(follow=follow, due=None, form={"appeal": None})


def may_restore(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """Only what a retest saw to be gone is offered again."""
    retests = occasion.form.get("retests", ())
    if not retests or retests[-1]["outcome"] != GONE:
        says = Text(zh="最近一次复测未确认问题消除。", en="The last retest did not see the problems gone.")
        return (FieldProblem(field="comment", says=says),)
    return ()


def restored(occasion: Occasion) -> Change:
    """Put right after its removal: orders lifted, notice closed."""
    change = lifted(occasion)
    return Change(follow=change.follow, due=None, form={"closed_as": "retest"})


def penalised(occasion: Occasion) -> Change:
    """A penalty is proposed; its own case follows."""
    form = occasion.form
    asked = {
        "authority": form["authority"],
        "notice_number": occasion.case.number,
        "app": form["app"],
        "name": form["name"],
        "kind": occasion.note["kind"],
        "facts": occasion.comment,
    }
    follow = FollowUp(
        machine="penalty", arc="propose", owner=occasion.case.owner, form=asked, subject=f"case:{occasion.case.id}"
    )
    return Change(follow=(follow,))


def contested(occasion: Occasion) -> Change:
    """An appeal is open."""
    return Change(form={"appeal": occasion.note["appeal"]})


def held(occasion: Occasion) -> Change:
    """The clock stands while the appeal is decided; nothing where no clock runs."""
    due = occasion.case.due
    if due is None or due.paused is not None:
        return Change()
    return Change(due=clock.paused(due, occasion.day, reason=occasion.note["reason"]))


def appeal_over(occasion: Occasion) -> Change:
    """The appeal is decided: what was not upheld stays, the clock goes on."""
    dropped = set(occasion.note["dropped"])
    problems = [problem for problem in occasion.form["problems"] if problem["check"] not in dropped]
    return Change(form={"appeal": None, "problems": problems}, due=resumed(occasion).due)
