"""Forms: the fields of a case as a pydantic model whose every field has a label in both languages.

A form is filled in bit by bit, so every field may be empty; what must be there when it is handed in says so
(``required``). ``read`` takes what a browser or a program sent and gives values and problems field by field: nothing
typed is lost, nothing wrong is stored. Names are those of ``facts/workflow.md`` §7, in English.
"""

from __future__ import annotations

import re
import types
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from finwatch.model.base import Model, Text
from finwatch.model.case import FieldProblem

Widget = Literal[
    "line", "text", "date", "number", "flag", "choice", "choices", "lines", "file", "files", "rows", "group", "time",
    "share", "package",
]  # fmt: skip
MISSING = Text(zh="此项必填。", en="This must be filled in.")


class FormField(Model):
    """One field as a page shows it."""

    name: str
    label: Text
    widget: Widget
    required: bool
    hint: Text | None = None
    options: tuple[tuple[str, Text], ...] = ()
    columns: tuple[FormField, ...] = ()
    """Of ``rows``: the fields of one row; of a ``group``: its fields."""
    private: bool = False
    """Personal data: shown to the owner of the case alone, to others only when they say why (``supervise.private``)."""


def field(
    zh: str,
    en: str,
    *,
    required: bool = False,
    widget: Widget | None = None,
    hint: Text | None = None,
    options: Sequence[tuple[str, Text]] = (),
    default: Any = None,
    row: type[Form] | None = None,
    private: bool = False,
    **rules: Any,
) -> Any:
    """A labelled field; ``rules`` are pydantic's (``max_length``, ``ge`` …); a ``pattern`` is of the whole text.

    ``row`` names the parts of what the system writes as plain JSON: of one object a group, of several a table.
    """
    if "pattern" in rules:
        rules["pattern"] = rf"^(?:{rules['pattern']})$"
    extra = {"zh": zh, "en": en, "required": required, "widget": widget, "options": tuple(options), "hint": hint}
    extra |= {"row": row, "private": private}
    return Field(default=default, json_schema_extra={"form": extra}, **rules)  # type: ignore[dict-item]


class Form(BaseModel):
    """A form; subclass it with annotated fields made by ``field``. Unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @classmethod
    def shown(cls) -> tuple[FormField, ...]:
        """Its fields in order."""
        return _fields(cls)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[FieldProblem, ...]]:
        """The values that fit, as JSON, and what is wrong with the others.

        ``given`` holds JSON values, or texts as a browser posts them: an empty text is an empty field, ``lines`` are
        split, ``rows`` come as ``name.0.column``.
        """
        values: dict[str, Any] = {}
        problems: list[FieldProblem] = []
        gathered = _gathered(given)
        for name in gathered:
            if name not in cls.model_fields:
                says = Text(zh=f"没有名为 {name} 的字段。", en=f"There is no field {name}.")
                problems.append(FieldProblem(field=name, says=says))
        for name, info in cls.model_fields.items():
            if name not in gathered:
                continue
            value = _plain(_shown(name, info), gathered[name])
            kind: TypeAdapter[Any] = TypeAdapter(_annotated(info))
            try:
                values[name] = kind.dump_python(kind.validate_python(value), mode="json")
            except ValidationError as error:
                problems.extend(_problems(name, info, error))
        problems.extend(_not_offered(cls.shown(), values))
        return values, tuple(problems)

    @classmethod
    def blank(cls) -> dict[str, Any]:
        """What each field is when nobody fills it in, as JSON."""
        return {
            name: TypeAdapter(_annotated(info)).dump_python(info.get_default(), mode="json")
            for name, info in cls.model_fields.items()
        }

    @classmethod
    def missing(cls, values: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        """The required fields that are empty, also those of rows."""
        found = []
        for one in cls.shown():
            value = values.get(one.name)
            if one.required and value in (None, "", [], ()):
                found.append(FieldProblem(field=one.name, says=MISSING))
            for number, row in enumerate(value or () if one.widget == "rows" else ()):
                for column in one.columns:
                    if column.required and row.get(column.name) in (None, "", [], ()):
                        found.append(FieldProblem(field=f"{one.name}.{number}.{column.name}", says=MISSING))
        return tuple(found)


def _not_offered(fields: Sequence[FormField], values: dict[str, Any], path: str = "") -> list[FieldProblem]:
    """Choices that are none of the options; they are taken out of ``values``."""
    found = []
    for one in fields:
        value = values.get(one.name)
        if one.widget == "rows":
            for number, row in enumerate(value or ()):
                found += _not_offered(one.columns, row, f"{path}{one.name}.{number}.")
        elif one.options and value not in (None, ""):
            offered = {key for key, _ in one.options}
            if not set(value if isinstance(value, list) else [value]) <= offered:
                found.append(FieldProblem(field=path + one.name, says=_SAYINGS["enum"]))
                del values[one.name]
    return found


def _annotated(info: Any) -> Any:
    from typing import Annotated  # noqa: PLC0415

    return Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation


@cache
def _fields(form: type[Form]) -> tuple[FormField, ...]:
    """Read off the class once: pages and guards ask for it with every case."""
    return tuple(_shown(name, info) for name, info in form.model_fields.items())


def _shown(name: str, info: Any) -> FormField:
    extra = (info.json_schema_extra or {}).get("form", {})
    kind = _inner(info.annotation)
    row = extra.get("row") or _row_model(kind)
    options = tuple(extra.get("options", ()))
    widget = extra.get("widget") or _widget(kind, row, bool(options))
    columns = tuple(_shown(column, inner) for column, inner in row.model_fields.items()) if row else ()
    return FormField(
        name=name,
        label=Text(zh=extra.get("zh", name), en=extra.get("en", name)),
        widget=widget,
        required=extra.get("required", False),
        hint=extra.get("hint"),
        options=options,
        columns=columns,
        private=extra.get("private", False),
    )


def _inner(annotation: Any) -> Any:
    """The annotation without ``None``."""
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        if len(parts) == 1:
            return parts[0]
    return annotation


def _row_model(kind: Any) -> type[Form] | None:
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        if isinstance(inner, type) and issubclass(inner, Form):
            return inner
    return None


def _widget(kind: Any, row: type[Form] | None, choices: bool) -> Widget:
    if row is not None:
        return "rows" if get_origin(kind) is tuple else "group"
    if get_origin(kind) is tuple:
        return "choices" if choices else "lines"
    if choices or get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum)):
        return "choice"
    table: dict[Any, Widget] = {bool: "flag", int: "number", float: "number", date: "date"}
    return table.get(kind, "line")


_PATH = re.compile(r"([a-z_0-9]+)\.(\d{1,4})\.([a-z_0-9]+)")


def _gathered(given: Mapping[str, Any]) -> dict[str, Any]:
    """Flat names of rows (``sdks.0.name``) as lists of rows; rows without any text are left out."""
    gathered: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for name, value in given.items():
        if found := _PATH.fullmatch(name):
            rows.setdefault(found[1], {}).setdefault(int(found[2]), {})[found[3]] = value
        else:
            gathered[name] = value
    for name, numbered in rows.items():
        gathered[name] = [row for _, row in sorted(numbered.items()) if any(v not in ("", None) for v in row.values())]
    return gathered


def _plain(shown: FormField, value: Any) -> Any:
    """A posted value as the type wants it."""
    if shown.widget == "rows":
        columns = {column.name: column for column in shown.columns}
        rows = value if isinstance(value, list | tuple) else []
        return [
            {name: _plain(columns[name], inner) if name in columns else inner for name, inner in row.items()}
            if isinstance(row, Mapping)
            else row
            for row in rows
        ]
    if shown.widget in ("lines", "choices", "files"):
        if isinstance(value, str):
            return [line.strip() for line in value.splitlines() if line.strip()]
        return [] if value is None else value
    return _text(shown, value) if isinstance(value, str) else value


def _text(shown: FormField, value: str) -> Any:
    """A posted text: ticks as truth, digits of any width as digits, nothing as nothing."""
    text = value.strip()
    if shown.widget == "flag":
        return text.lower() in ("on", "true", "1", "yes", "是")
    if shown.widget in ("number", "date"):
        text = unicodedata.normalize("NFKC", text)
    return text or None


_SAYINGS = {
    "string_pattern_mismatch": Text(zh="格式不对。", en="This has not the form it should have."),
    "string_too_long": Text(zh="太长。", en="This is too long."),
    "int_parsing": Text(zh="请填写整数。", en="Give a whole number."),
    "date_from_datetime_parsing": Text(zh="请填写日期，如 2026-03-01。", en="Give a date such as 2026-03-01."),
    "date_parsing": Text(zh="请填写日期，如 2026-03-01。", en="Give a date such as 2026-03-01."),
    "enum": Text(zh="请从列表中选择。", en="Choose one of the list."),
    "literal_error": Text(zh="请从列表中选择。", en="Choose one of the list."),
}


def _problems(name: str, info: Any, error: ValidationError) -> list[FieldProblem]:
    found = []
    hint = (info.json_schema_extra or {}).get("form", {}).get("hint")
    for one in error.errors():
        path = ".".join([name, *(str(part) for part in one["loc"])])
        says = _SAYINGS.get(one["type"]) or Text(zh=f"填写有误：{one['msg']}。", en=f"{one['msg']}.")
        if hint is not None:
            says = Text(zh=says.zh + hint.zh, en=f"{says.en} {hint.en}")
        found.append(FieldProblem(field=path, says=says))
    return found
