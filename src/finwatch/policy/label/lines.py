"""Lines of sentences to lines of labels, a document at a time.

In: lines of {"doc", "text"}, the sentences of a document in order and together. Out: as many lines {"labels": [...]},
in the same order. ``doc`` only says where a document ends; its name changes no label.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from finwatch.errors import InputError
from finwatch.policy.label.model import Labeller, labeller


def label_lines(lines: Iterable[bytes], *, name: str, using: Labeller | None = None) -> Iterator[str]:
    """A line of JSON for each line of sentences. Raises ``InputError`` naming the line that is not one."""
    model = using or labeller()
    for _, rows in groupby(_rows(lines, name), key=lambda row: row[0]):
        for labels in model.labels([text for _, text in rows]):
            yield json.dumps({"labels": list(labels)}, ensure_ascii=False)


def _rows(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, str]]:
    """Document and text of each line."""
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            document, text = row["doc"], row["text"]
        except (ValueError, KeyError, TypeError) as error:
            raise _wrong(name, number) from error
        if not isinstance(document, str) or not isinstance(text, str):
            raise _wrong(name, number)
        yield document, text


def _wrong(name: str, number: int) -> InputError:
    return InputError(
        f'{name}, line {number}: not a line of {{"doc", "text"}}.',
        zh=f'{name} 第 {number} 行：不是 {{"doc", "text"}} 一行。',
        todo="Give one JSON object a line, in UTF-8, without empty lines.",
    )
