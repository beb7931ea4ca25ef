"""What aapt2 says about a package: its badging, and the elements of the binary manifest with their lines."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("activity", "activity-alias", "service", "receiver", "provider")

_ELEMENT = re.compile(r"^(?P<indent> *)E: (?P<name>[\w:.-]+) \(line=(?P<line>\d+)\)$")
_ATTRIBUTE = re.compile(r"^ *A: (?:[^=(]*:)?(?P<name>[\w-]+)(?:\((?P<id>0x[0-9a-f]+)\))?=(?P<value>.*)$")
_STRING = re.compile(r'^"(?P<text>.*)" \(Raw: "(?P<raw>.*)"\)$', re.DOTALL)


@dataclass
class Element:
    """An element of the binary manifest."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)


@dataclass
class Badging:
    """The answers of ``aapt2 dump badging`` that facts can be held against."""

    package: dict[str, str]
    single: dict[str, str]
    permissions: list[str]
    labels: dict[str, str]
    icons: dict[int, str]


def badging(path: Path) -> Badging:
    """``aapt2 dump badging``; raises ``CalledProcessError`` where aapt2 cannot read the package at all."""
    out = subprocess.run(["aapt2", "dump", "badging", str(path)], capture_output=True, text=True, check=True).stdout
    single: dict[str, str] = {}
    found: dict[str, list[str]] = defaultdict(list)
    labels: dict[str, str] = {}
    icons: dict[int, str] = {}
    package: dict[str, str] = {}
    for line in out.split("\n"):
        head, _, rest = line.partition(":")
        if head == "package":
            package = dict(re.findall(r"(\w+)='([^']*)'", rest))
        elif head.startswith("application-label"):
            labels[head.removeprefix("application-label").removeprefix("-")] = rest[1:-1].replace("\\'", "'")
        elif head.startswith("application-icon-"):
            icons[int(head.removeprefix("application-icon-"))] = rest[1:-1]
        elif head.startswith("uses-permission"):
            name = re.match(r" name='([^']*)'", rest)
            if name:
                found["uses-permission"].append(name[1])
        elif head == "uses-implied-permission":
            # What aapt2 derives from another permission is in its list of permissions too, but not in the manifest.
            name = re.match(r" name='([^']*)'", rest)
            if name:
                found["uses-permission"].remove(name[1])
        elif head in {"sdkVersion", "minSdkVersion", "targetSdkVersion", "maxSdkVersion"}:
            single["sdkVersion" if head == "minSdkVersion" else head] = rest.strip("'")
    return Badging(package, single, found["uses-permission"], labels, icons)


def manifest(path: Path) -> Element:
    """The root element of AndroidManifest.xml, as ``aapt2 dump xmltree`` prints it."""
    command = ["aapt2", "dump", "xmltree", str(path), "--file", "AndroidManifest.xml"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    root = Element("", 0)
    open_elements: list[tuple[int, Element]] = [(-1, root)]
    for line in out.splitlines():
        if match := _ELEMENT.match(line):
            element = Element(match["name"], int(match["line"]))
            indent = len(match["indent"])
            while open_elements[-1][0] >= indent:
                open_elements.pop()
            open_elements[-1][1].children.append(element)
            open_elements.append((indent, element))
        elif match := _ATTRIBUTE.match(line):
            text = _STRING.match(match["value"])
            open_elements[-1][1].attributes.setdefault(match["name"], text["text"] if text else match["value"])
    return root.children[0]
