"""The words of the comparison of package, policy and law, in both languages."""

from __future__ import annotations

from finwatch.model.base import Text
from finwatch.model.disclosure import Disclosed, Need, Told

OUTCOMES = {
    Disclosed.DISCLOSED: Text(zh="已告知", en="told"),
    Disclosed.GENERIC: Text(zh="仅笼统告知", en="told only in general"),
    Disclosed.UNDISCLOSED: Text(zh="未告知", en="not told"),
    Disclosed.CONTRADICTED: Text(zh="与政策相反", en="against the policy"),
    Disclosed.TOO_EARLY: Text(zh="早于承诺的同意", en="before the promised consent"),
    Disclosed.NOT_FOUND: Text(zh="列出而未见", en="listed, not found"),
    Disclosed.UNREAD: Text(zh="未能读全，无法判断", en="not read in full, cannot be said"),
}
TOLD = {
    Told.SPECIFIC: Text(zh="逐项写明", en="by its own name"),
    Told.CONDITIONAL: Text(zh="有条件地写明", en="by its own name, on a condition"),
    Told.GENERIC: Text(zh="只有上位类别", en="only by its class"),
    Told.MENTIONED: Text(zh="提到名称，未读出是否收集", en="named, not read as taken"),
    Told.DENIED: Text(zh="称不收集", en="denied"),
    Told.ABSENT: Text(zh="全文未见", en="nowhere in the text"),
    Told.UNREAD: Text(zh="未读全", en="not read in full"),
}
NEEDS = {
    Need.NECESSARY: Text(zh="必要信息", en="necessary for its kind"),
    Need.BEYOND: Text(zh="不在必要信息清单", en="beyond the list of its kind"),
    Need.FORBIDDEN: Text(zh="贷款类应用不得收集", en="closed to lenders"),
    Need.UNLISTED: Text(zh="该类应用没有清单", en="no list for this kind"),
}
SUBJECTS = {
    "item": Text(zh="信息", en="item"),
    "permission": Text(zh="权限", en="permission"),
    "sdk": Text(zh="组件", en="component"),
}
CHANGES = {
    "taken_without_word": Text(zh="新增获取而政策未写", en="newly taken, and not in the policy"),
    "taken_and_told": Text(zh="新增获取，政策已写", en="newly taken, and told"),
    "told_without_use": Text(zh="政策新增而代码未见", en="newly listed, and not found"),
    "no_longer_taken": Text(zh="不再获取", en="no longer taken"),
    "word_withdrawn": Text(zh="仍在获取而政策删去", en="still taken, and gone from the policy"),
}
