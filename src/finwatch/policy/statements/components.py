"""Third-party components that a policy declares: fields under a name, tables, tables run flat, and prose entries.

In: ``PolicyText`` and its tokens; out: ``Component`` values with the places of their data, from which the reading makes
rows and statements. A list without verbs (收集信息: IMEI) says that the component takes what it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from finwatch.model.policy import Paragraph, ParagraphKind, PolicyText
from finwatch.model.statement import Party, PartyKind
from finwatch.policy.statements.glued import answered_rows, asks
from finwatch.policy.statements.lexicon import word_list

FIELDS = ("name", "supplier", "purpose", "data", "permission", "link", "other", "mute")
NUMBER = re.compile(
    r"^\s*(?:[•●○■·▪◦*\-—]\s*|[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[一二三四五六七八九十]{1,3}|[a-z]|[ivx]{1,4})[)）.、:．]\s*)+"
)
NOTHING = re.compile(
    r"^\s*(?:无|不涉及|暂无|/|-|—|不收集|不采集|无需|未收集|不获取)(?:[^、,，]{0,24}|\s*[(（][^()（）]{0,40}[)）])[。.]?$"
)
LINK = re.compile(r"https?://[^\s,，;；)）\u4e00-\u9fff]+")
POINTED = re.compile(r"查看|点击|链接|详情|详见|隐私|View|Link|Policy", re.IGNORECASE)
"""What stands for an address where it was behind a word of the page."""
TITLE = re.compile(r"(sdk)\s*:.+$", re.IGNORECASE)
"""A title that goes on behind the name: 某某SDK: 用于推送."""
ADDRESS = re.compile(r"(?:https?://|[/%])[!-~]*$")
"""A line that is an address, or the rest of one that was broken."""
NAME_LENGTH = 60
ROW_NAME = re.compile(r"(?:SDK|组件|插件)等?$", re.IGNORECASE)
"""The end of a cell that names a component."""
DATA = re.compile(
    r"信息|权限|状态|标识|数据|地址|号|列表|日志|型号|版本|位置|网络|[A-Z]{2,}|姓名|获取|读取|收集|采集|照|相[机册]"
)
"""Words of which a cell with data has one."""
ROWS = 400
"""Rows taken from one flat table."""
LIKE = (
    ("link", re.compile(r"链接|隐私政策|官网|网址")),
    ("supplier", re.compile(r"主体|公司|提供方|提供者|厂商")),
    ("data", re.compile(r"信息|字段|数据")),
    ("permission", re.compile(r"权限")),
    ("purpose", re.compile(r"目的|用途|场景|功能")),
    ("mute", re.compile(r"类型|渠道")),
    ("other", re.compile(r"方式|范围|说明|备注")),
)
"""What a header says that no list of labels has, by the words in it; the first that fits."""
LONGEST = 1_500
"""Characters of a paragraph that may hold labelled fields."""
NAMED = re.compile(r"(?:SDK|插件|组件)\s?名称\s*:", re.IGNORECASE)
"""The label of a name; a paragraph with one holds entries, however long it is and whatever stands before them."""
LEAD_IN = re.compile(r"(?:\s|[(（]?\d{1,3}[)）.、]|[A-Za-z0-9\u4e00-\u9fff ]{0,16}sdk\s?|使用|接入)+$", re.IGNORECASE)
"""What stands between the words before an entry and its first label: 3)使用."""
OWN_LABEL = re.compile(r"\s*((?:(?!如何|共享|保护|存储|保存)[^:。,;]){2,16}?)\s?:")
IN_LABEL = re.compile(r"\s*(?:该|此|第三方)?sdk[\u4e00-\u9fff]{1,6}$", re.IGNORECASE)
"""Words before a known label that belong to it: SDK自身用途."""
GOES_ON = re.compile(r"为了|我们|我行|您|本公司")
"""Words that no name of a supplier holds: a sentence about something else begins."""
AFTER_LIST = re.compile(r"。(?=[^。]*(?:我们|我行|我司|本公司|您|用户))")
"""The end of the last value of a line, where the operator goes on to speak."""
BRACKET = re.compile(r"\s*[(（](?:[^()（）]*(?:包含|包括|内置|集成)[^()（）]*|[^()（）]{40,})[)）]$")
"""A bracket behind a name that says what is in the component."""
LOOSE = 60
"""Paragraphs that may belong to the last cell of a row."""
COMPANY = re.compile(
    r"公司|集团|中心|银行|科技$|Inc|Ltd|LLC|Google|Apple|Facebook|Apache|开源|联盟|^\s*(?:无|/|-)\s*$|社区|^(?:腾讯|阿里|百度|华为|小米|支付宝|新浪)\S{0,4}$",
    re.IGNORECASE,
)
SDK = re.compile(r"sdk", re.IGNORECASE)
ALONE = ("sdk", "公司")
"""Labels that names end in: they stand alone."""
WHITE = re.compile(r"\s")


@dataclass(slots=True)
class Component:
    """A component and the places of what is said about it."""

    name: str
    start: int
    end: int
    paragraph: int
    supplier: str | None = None
    purpose: str | None = None
    link: str | None = None
    data: list[tuple[int, int, int]] = field(default_factory=list)
    """Paragraph, start and end of the words that list its data."""
    maybe: list[tuple[int, int, int]] = field(default_factory=list)
    """Words under a header that says little (调用方式): data where they name items."""
    said: list[tuple[int, int, int]] = field(default_factory=list)
    """Words that are no list of data: data where a verb says that they are taken (目的: 采集人脸图像)."""
    parts: list[tuple[int, int, int]] = field(default_factory=list)
    """Everything that its fields take up, labels with values: none of it is said of the operator."""
    nothing: bool = False
    expects: bool = False
    """Its data follow on the next lines."""
    sure: bool = False
    """It stands in a table of components, or a label of its own says SDK."""
    items: set[str] = field(default_factory=set)
    """Ids of the data items; filled by the reading."""
    style: str = ""
    """How its line is numbered, digits left out."""

    @property
    def party(self) -> Party:
        """The component as somebody who acts."""
        return Party(PartyKind.SDK, self.name, self.supplier)


def components_of(policy: PolicyText) -> list[Component]:
    """The components declared in fields and tables, in order of place."""
    if not SDK.search(policy.text) and "插件" not in policy.text and "第三方" not in policy.text:
        return []
    found = [*_tables(policy), *_fields_and_flat(policy), *_answered(policy)]
    return sorted((one for one in found if one.name and _is_component(one)), key=lambda one: one.start)


def _is_component(one: Component) -> bool:
    if re.search(r"不会|http|我们|您|。|&", one.name):
        return False
    if re.search(r"权限|收集", one.name) and not ROW_NAME.search(one.name):
        return False
    if re.search(r"功能|政策|条款|以下", one.name) and not SDK.search(one.name):
        return False
    told = (one.supplier is not None) + bool(one.data or one.nothing) + (one.link is not None)
    return (
        (SDK.search(one.name) is not None and (told > 0 or one.purpose is not None))
        or (one.sure and told > 0)
        or told > 1
    )


@lru_cache(maxsize=1)
def _labels() -> tuple[dict[str, str], int, frozenset[str]]:
    """Labels without white space → field, how many characters to look at before a colon, and the labels' last ones."""
    table = {WHITE.sub("", word).lower(): name for name in FIELDS for word in word_list("zh", "component", name)}
    return table, max(map(len, table)) + 4, frozenset(word[-1] for word in table)


def _field(label: str) -> str | None:
    return _labels()[0].get(re.sub(r"[\s*]|[(（][^)）]*[)）]", "", label).lower())


def _like(words: str) -> str | None:
    if re.search(r"[,。:;，：；]", words):
        return None
    return next((name for name, pattern in LIKE if pattern.search(words)), None)


# --- fields: 名称: …, one a line or run together ----------------------------------------------------------------------


def _fields_and_flat(policy: PolicyText) -> Iterator[Component]:
    paragraphs = [one for one in policy.paragraphs if one.kind is not ParagraphKind.NAVIGATION]
    at = 0
    open_: Component | None = None
    filled: set[str] = set()
    last = ""
    while at < len(paragraphs):
        paragraph = paragraphs[at]
        columns = _header(policy, paragraphs, at) if paragraph.end - paragraph.start <= 24 else []
        if columns:
            if open_:
                yield open_
                open_ = None
            at += len(columns)
            at, rows = _flat(policy, paragraphs, at, columns)
            yield from rows
            continue
        parts = _parts(policy.text, paragraph)
        if not parts and open_ is not None and open_.parts and open_.parts[-1][0] == paragraph.number - 1:
            parts = _own_label(policy.text, paragraph)
        if not parts:
            before = open_
            open_, last = _between(policy, paragraph, open_, last)
            if open_ is not before:
                filled = set()
            if before is not None and before is not open_:
                yield before
            at += 1
            continue
        for name, label, start, end, lead in parts:
            title = _name_of(lead)
            begins = name == "name" or (title and SDK.search(title)) or open_ is None or (name in filled and last)
            value = policy.text[start:end] if name == "name" else title or last
            if begins and value:
                if open_ is not None:
                    yield open_
                open_ = Component(_name_of(value), label, end, paragraph.number, style=_style(value))
                filled, last = set(), ""
            if open_ is not None:
                _fill(policy.text, open_, name, (paragraph.number, start, end))
                open_.parts.append((paragraph.number, label, end))
                open_.sure = open_.sure or SDK.search(policy.text[max(start - 24, paragraph.start) : start]) is not None
                filled.add(name)
        at += 1
    if open_ is not None:
        yield open_


def _between(
    policy: PolicyText, paragraph: Paragraph, open_: Component | None, last: str
) -> tuple[Component | None, str]:
    """A paragraph without labels: the name of the next component, the rest of a broken line, or the end."""
    words = policy.words(paragraph)
    if ADDRESS.match(words):
        return open_, last
    short = len(words) <= NAME_LENGTH
    named = SDK.search(words) is not None and not re.search(r"[。;；]", words)
    numbered = NUMBER.match(words) is not None
    if open_ is not None and not (named and short):
        inner = numbered and open_.expects and _style(words) != open_.style
        if (
            (inner or not numbered)
            and (open_.data or inner)
            and not re.match(r"[一二三四五六七八九十]+、|第.{1,3}[章条]", words)
        ):
            follows = bool(open_.data) and policy.paragraphs[open_.data[-1][0]].number == paragraph.number - 1
            if inner or (follows and "。" not in words and "我们" not in words and len(words) > NAME_LENGTH):
                open_.data.append((paragraph.number, paragraph.start, paragraph.end))
                open_.end = paragraph.end
                return open_, last
    if short and (numbered or named or words.endswith((":", "："))):
        return None, words
    if open_ is not None and short:
        return open_, words
    return None, words if short else ""


def _style(words: str) -> str:
    match = NUMBER.match(words)
    return re.sub(r"[\d.\s]+|[一二三四五六七八九十]+", "0", match.group()) if match else ""


def _parts(text: str, paragraph: Paragraph) -> list[tuple[str, int, int, int, str]]:
    """The labelled parts of a paragraph: field, where the label begins, start and end of the value, words before it.

    Words before the first label are its lead: the name of the component, or else the paragraph has no fields. Where a
    label names a component, entries may begin anywhere.
    """
    start, end = paragraph.start, paragraph.end
    glued = text.find("名称", start, end) >= 0 and NAMED.search(text, start, end) is not None
    if not glued and (end - start >= LONGEST or text.find(":", start, min(end, start + NAME_LENGTH + 30)) < 0):
        return []
    found = _labels_in(text, start, end)
    if not found:
        return []
    lead = text[start : found[0][1]]
    if len(lead) > NAME_LENGTH or "。" in lead or (NUMBER.sub("", lead).strip(" :：") and not SDK.search(lead)):
        if not glued:
            return []
        lead = _lead_in(lead)
    begins = found[0][1] - len(lead)
    lead = "" if IN_LABEL.match(lead) else lead
    parts = []
    for number, (name, label, value) in enumerate(found):
        last = number + 1 == len(found)
        stop = _stop(text, name, value, end, several=number > 0) if last else found[number + 1][1]
        parts.append((name, label if number else begins, value, stop, "" if number else lead))
    return parts


def _own_label(text: str, paragraph: Paragraph) -> list[tuple[str, int, int, int, str]]:
    """A line that goes on with a component under a label that no list has: told by the words in it."""
    match = OWN_LABEL.match(text, paragraph.start, paragraph.end)
    name = _like(match.group(1)) if match and not GOES_ON.search(text, paragraph.start, paragraph.end) else None
    return [(name, paragraph.start, match.end(), paragraph.end, "")] if match and name else []


def _lead_in(lead: str) -> str:
    """The end of ``lead`` that belongs to the first entry: its number, and the name before the label."""
    match = LEAD_IN.search(lead)
    return match.group() if match else ""


def _stop(text: str, name: str, start: int, end: int, *, several: bool) -> int:
    """Where the last value of a paragraph ends: nothing is wanted that the operator says behind it."""
    if name == "link":
        found = LINK.search(text, start, end)
        return found.end() if found else end
    if name == "supplier":
        match = GOES_ON.search(text, start, end)
        return match.start() if match else end
    match = AFTER_LIST.search(text, start, end) if several else None
    return match.end() if match else end


def _labels_in(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """The labels before the colons of ``text[start:end]``: field, where the label begins, where its value begins."""
    table, longest, lasts = _labels()
    found: list[tuple[str, int, int]] = []
    low = start
    colon = text.find(":", start, end)
    while colon >= 0:
        before = text[max(low, colon - longest) : colon].rstrip().lower()
        for first in range(len(before)) if before[-1:] in lasts else ():
            name = None if before[first].isspace() else table.get(WHITE.sub("", before[first:]))
            at = max(low, colon - longest) + first
            if name is not None and (at == start or before[first:] not in ALONE or text[at - 1] in " .,、:"):
                found.append((name, at, colon + 1))
                low = colon + 1
                break
        colon = text.find(":", colon + 1, end)
    return found


def _name_of(words: str) -> str:
    name = BRACKET.sub("", NUMBER.sub("", words.strip()).strip(" :：。,，、;；*"))
    name = TITLE.sub(r"\1", name)
    return name if 1 < len(name) <= NAME_LENGTH else ""


def _fill(text: str, component: Component, name: str, place: tuple[int, int, int]) -> None:
    number, start, end = place
    words = text[start:end].strip()
    component.end = max(component.end, end)
    if name == "supplier":
        words = re.split(r"\d+[)）]|[。;；]", words, maxsplit=1)[0].strip()
        component.supplier = component.supplier or words[:NAME_LENGTH] or None
    elif name == "purpose":
        component.purpose = component.purpose or words or None
        component.said.append((number, start, end))
    elif name == "link":
        found = LINK.search(words)
        component.link = component.link or (found.group() if found else None)
        component.said.append((number, start, end))
    elif name in ("data", "permission"):
        if NOTHING.match(words):
            component.nothing = component.nothing or (name == "data" and not component.data)
            component.said.append((number, start, end))
        elif words:
            component.data.append((number, start, end))
        component.expects = not words
    elif name == "other" and words:
        component.maybe.append((number, start, end))
        component.said.append((number, start, end))


# --- tables ----------------------------------------------------------------------------------------------------------


def _header(policy: PolicyText, paragraphs: Sequence[Paragraph], at: int) -> list[str]:
    """The fields of a run of header cells that names a component and its data; empty = none begins here."""
    columns: list[str] = []
    for paragraph in paragraphs[at : at + 12]:
        if paragraph.end - paragraph.start > 24:
            break
        if paragraph.row is not None:
            break
        name = _field(policy.words(paragraph))
        if name is None and columns:
            name = _like(policy.words(paragraph))
        if name is None:
            break
        columns.append(name)
    if len(columns) < 3 or "name" not in columns or not {"data", "permission", "purpose"} & set(columns):
        return []
    return columns


def _flat(
    policy: PolicyText, paragraphs: Sequence[Paragraph], at: int, columns: list[str]
) -> tuple[int, list[Component]]:
    """Rows of a table whose cells stand one below the other; a cell may run over several paragraphs."""
    rows: list[Component] = []
    width = len(columns)
    loose = 0
    while at < len(paragraphs) and len(rows) < ROWS:
        cells = paragraphs[at : at + width]
        if len(cells) == width and _is_row(policy, cells, columns):
            cells = cells[: _width(policy, paragraphs, at, columns)]
            name = _name_of(policy.words(cells[columns.index("name")]))
            component = Component(name, cells[0].start, cells[-1].end, cells[0].number, sure=True)
            for column, cell in zip(_columns(policy, cells, columns), cells, strict=True):
                component.parts.append((cell.number, cell.start, cell.end))
                if column != "name":
                    _fill(policy.text, component, column, (cell.number, cell.start, cell.end))
            rows.append(component)
            at += len(cells)
            loose = 0
            continue
        words = policy.words(paragraphs[at])
        if (
            not rows
            or loose >= LOOSE
            or "。" in words[:-1]
            or re.match(r"[(（]?[一二三四五六七八九十]+[)）]?、?|第.{1,3}[章条]", words)
        ):
            break
        if columns[-1] in ("data", "permission"):
            rows[-1].data.append((paragraphs[at].number, paragraphs[at].start, paragraphs[at].end))
            rows[-1].end = paragraphs[at].end
        loose += 1
        at += 1
    return at, rows


def _width(policy: PolicyText, paragraphs: Sequence[Paragraph], at: int, columns: list[str]) -> int:
    """How many of the cells at ``at`` are one row: fewer than there are columns where empty cells left no line."""
    if columns[0] != "name" or "data" not in columns or _fits(policy, paragraphs[at : at + len(columns)], columns):
        return len(columns)
    short = range(len(columns) - 1, 1, -1)
    named = next((k for k in short if ROW_NAME.search(BRACKET.sub("", policy.words(paragraphs[at + k])))), None)
    if named is not None:
        return named
    following = (k for k in short if _fits(policy, paragraphs[at + k : at + k + len(columns)], columns))
    return next(following, len(columns))


def _fits(policy: PolicyText, cells: Sequence[Paragraph], columns: list[str]) -> bool:
    """Whether the cell under the header of data can hold data."""
    if len(cells) < len(columns) or not _is_row(policy, cells, columns):
        return False
    words = policy.words(cells[columns.index("data")])
    return NOTHING.match(words) is not None or DATA.search(words) is not None


def _columns(policy: PolicyText, cells: Sequence[Paragraph], columns: list[str]) -> list[str]:
    """The fields of the cells of a row; where cells are missing, by what stands in them."""
    if len(cells) == len(columns):
        return columns
    return ["name", *("data" if DATA.search(policy.words(cell)) else "purpose" for cell in cells[1:])]


def _is_row(policy: PolicyText, cells: Sequence[Paragraph], columns: list[str]) -> bool:
    """Whether the cells fit their columns: a name, a supplier that is a company, a link that is an address."""
    for column, cell in zip(columns, cells, strict=True):
        words = policy.words(cell)
        if column == "name" and (not _name_of(words) or "。" in words or LINK.search(words)):
            return False
        if column == "supplier" and not COMPANY.search(words):
            return False
        pointed = LINK.search(words) or NOTHING.match(words) or POINTED.search(words)
        if column == "link" and not pointed and len(words) < 40:
            return False
        if column == "data" and LINK.search(words):
            return False
        if column == "name" and re.match(
            r"[一二三四五六七八九十]+、|第.{1,3}[章条]|[(（][一二三四五六七八九十]+[)）]", words
        ):
            return False
    return True


def _tables(policy: PolicyText) -> Iterator[Component]:
    """Rows of tables whose cells are known: a header row of known columns, then one component a row."""
    rows: dict[tuple[int, int], list[Paragraph]] = {}
    for paragraph in policy.paragraphs:
        if paragraph.table is not None and paragraph.row is not None:
            rows.setdefault((paragraph.table, paragraph.row), []).append(paragraph)
    headers: dict[int, dict[int, str]] = {}
    for (table, _), cells in sorted(rows.items()):
        named = {
            cell.column: name for cell in cells if cell.column is not None and (name := _field(policy.words(cell)))
        }
        if len(named) >= 2 and "name" in named.values():
            others = ((cell.column, _like(policy.words(cell))) for cell in cells if cell.column not in named)
            named |= {column: name for column, name in others if column is not None and name}
        if len(named) >= 2 and len(named) >= len(cells) - 1:
            headers[table] = named
            continue
        columns = headers.get(table, {})
        if "name" in columns.values():
            component = _row(policy, cells, columns)
            if component is not None:
                yield component


def _answered(policy: PolicyText) -> Iterator[Component]:
    """Rows whose cells run together and end in yes or no, in the header's paragraph or in those behind it."""
    open_ = False
    for paragraph in policy.paragraphs:
        start = asks(policy.text, paragraph.start, paragraph.end)
        open_ = open_ and policy.text[paragraph.start].isdigit() and policy.text[paragraph.end - 1] in "是否"
        if start is None and not open_:
            continue
        open_ = True
        for name, supplier, begin, data, end in answered_rows(policy.text, start or paragraph.start, paragraph.end):
            component = Component(name, begin, end, paragraph.number, supplier=supplier, sure=True)
            component.data.append((paragraph.number, data, end))
            component.parts.append((paragraph.number, begin, end))
            yield component


def _row(policy: PolicyText, cells: list[Paragraph], columns: dict[int, str]) -> Component | None:
    component = Component("", cells[0].start, cells[-1].end, cells[0].number)
    for cell in cells:
        column = columns.get(cell.column if cell.column is not None else -1)
        component.parts.append((cell.number, cell.start, cell.end))
        if column == "name":
            component.name = _name_of(policy.words(cell)) or component.name
        elif column is not None:
            _fill(policy.text, component, column, (cell.number, cell.start, cell.end))
    return component if component.name else None
