"""Documents of keys and values: TOML, JSON and YAML files, read with one clear line per mistake."""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from data.errors import InputError, shortened
from model.bounded_file import read_bounded

CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
"""Bytes that no text has, in whatever encoding of Latin letters."""
LINE = 60
"""Characters of a line that an error shows."""
INT = "tag:yaml.org,2002:int"
WHOLE = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$")
MERGE = "tag:yaml.org,2002:merge"
"""YAML's `<<`, which takes the keys of other tables, and may stand more than once."""
MOST_PARTS = 32
"""Parts of a dotted key of TOML, far more than any configuration is deep."""
DEEP_KEY = re.compile(
    r"""(?<![\w.-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){%d}""" % MOST_PARTS  # noqa: UP031
)
MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""What a text in another encoding of Unicode begins with, as some editors save it.

UTF-32 comes first: its mark begins with that of UTF-16.
"""


class _YamlLoader(yaml.SafeLoader):  # type: ignore[misc]
    """PyYAML's loader, but a key is text and given once, and values are those of YAML 1.2.

    In YAML 1.1 1e-4 is text, 010 is 8, 1:30 is 90 and 2024-01-02 a date, and of a key that is given
    twice PyYAML takes the last.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuses tags such as !!binary: a configuration's values are what they look like."""
        event = self.peek_event()
        if (tag := getattr(event, "tag", None)) is not None:
            shown = shortened(tag.replace("tag:yaml.org,2002:", "!!"))
            raise ValueError(f"line {event.start_mark.line + 1}: has a tag, {shown}; leave it out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        given = set[str]()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == MERGE:
                continue
            line, key = key_node.start_mark.line + 1, self.construct_object(key_node)
            if not isinstance(key, str):
                shown = shortened(repr(key_node.value))
                raise ValueError(f"line {line}: the key {shown} should be text, in quotes")
            if key in given:
                raise ValueError(f"line {line}: gives {shortened(repr(key))} again")
            given.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _whole(loader: _YamlLoader, node: yaml.ScalarNode) -> int:
    """A whole number of YAML 1.2, where 010 is ten."""
    digits = str(node.value)
    if not WHOLE.match(digits):
        raise ValueError(f"line {node.start_mark.line + 1}: is no whole number")
    base = {"0x": 16, "0o": 8}.get(digits[:2], 10)
    return int(digits[2:] if base != 10 else digits, base)


# Without YAML 1.1's numbers, times and "="; a loader tries them by a value's first character.
_YamlLoader.yaml_implicit_resolvers = {
    first: [
        (tag, form)
        for tag, form in resolvers
        if not tag.endswith((":int", ":float", ":timestamp", ":value"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_YamlLoader.add_implicit_resolver(INT, WHOLE, list("-+0123456789"))
_YamlLoader.add_constructor(INT, _whole)
_YamlLoader.add_constructor(MERGE, yaml.SafeLoader.construct_yaml_str)  # where it is a value
_YamlLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?$|[-+]?[0-9]+[eE][-+]?[0-9]+$"
        r"|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$"
    ),
    list("-+.0123456789"),
)


def _line_of(error: str, text: str) -> str:
    """The line of a text that an error names by its number, for people; "" if it names none."""
    named = re.search(r"\bline (\d+)", error)
    lines = text.splitlines()
    if named is None or not 0 < int(named[1]) <= len(lines):
        return ""
    line = lines[int(named[1]) - 1].strip()
    return f": {line[:LINE]!r}{'...' if len(line) > LINE else ''}" if line else ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A table of JSON, whose keys are given once: Python's reader takes the last of two."""
    table = dict(pairs)
    if len(table) < len(pairs):
        times = Counter(key for key, _ in pairs)
        twice = next(key for key in times if times[key] > 1)
        raise ValueError(f"gives {shortened(repr(twice))} twice")
    return table


def _toml(text: str) -> dict[str, Any]:
    """The table of a TOML text; Python's reader takes memory by the square of a key's parts."""
    if deep := DEEP_KEY.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise ValueError(f"line {line}: has a key of more than {MOST_PARTS} parts")
    return tomllib.loads(text)


def _no_text(error: UnicodeDecodeError) -> str:
    """Why bytes are no text, for people."""
    given = bytes(error.object)
    for mark, encoding in MARKS.items():
        if given.startswith(mark):
            return f"is not in UTF-8, but in {encoding}; save it as UTF-8"
    if CONTROL.search(given):
        return "holds no text; should be TOML, JSON or YAML"
    line, byte = 1 + given[: error.start].count(b"\n"), given[error.start]
    return f"is not in UTF-8: byte 0x{byte:02x} in line {line}; save it as UTF-8"


def _no_toml(error: str, text: str) -> str:
    """What is wrong with a text as TOML, and in which line."""
    if re.match("Cannot (overwrite|declare|mutate|redefine)", error):
        place = re.search(r"\bat (line \d+)", error)
        where = place[1] if place else f"line {len(text.rstrip().splitlines())}"
        return f"{where}: gives again what is there already{_line_of(where, text)}"
    return f"{error}{_line_of(error, text)}"


def read_document(path: Path) -> dict[str, Any]:
    """Reads a JSON file (.json), YAML file (.yaml, .yml) or, under any other name, TOML file.

    What begins with a brace is JSON whatever its name, as a pipe has none; no TOML does.

    Raises:
        InputError: there is no such file, it is too large, or it is not in that format.
    """
    try:
        # Windows editors put a mark in front, and end lines in their own way.
        text = read_bounded(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        if path.suffix in (".yaml", ".yml"):
            document = yaml.load(text, _YamlLoader)
        else:
            is_json = path.suffix == ".json" or text.lstrip().startswith("{")
            document = json.loads(text, object_pairs_hook=_once) if is_json else _toml(text)
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder; should be a TOML, JSON or YAML file") from None
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: {_no_text(error)}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {_no_toml(str(error), text)}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: {error}{_line_of(str(error), text)}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: holds no table of keys")
    return document
