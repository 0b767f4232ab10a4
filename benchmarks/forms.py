"""The forms of a page, found without building a tree: the load must not come from the reader."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
INPUT = re.compile(r"<input\b([^>]*)>")
ATTRIBUTE = re.compile(r"""([\w:-]+)(?:\s*=\s*"([^"]*)")?""")
BOXES = ("checkbox", "radio")

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """``fields`` are sent as the page has them; ``boxes`` are all ticks it offers, by name."""

    action: str
    method: str
    fields: Fields
    boxes: Mapping[str, tuple[str, ...]]

    def filled(self, **values: str | list[str]) -> Fields:
        """The fields as sent, with these names replaced or added."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        for name, given in values.items():
            several = given if isinstance(given, list) else [given]
            kept += [(name, value) for value in several]
        return tuple(kept)


def forms_of(page: str) -> list[Form]:
    """Every form of the page, in its order."""
    return [_form(found.group(1), found.group(2)) for found in FORM.finditer(page)]


def _form(head: str, body: str) -> Form:
    about = _attributes(head)
    inputs = [_attributes(found.group(1)) for found in INPUT.finditer(body)]
    boxes: dict[str, tuple[str, ...]] = {}
    for one in inputs:
        if one.get("type") in BOXES and "disabled" not in one:
            boxes[one["name"]] = (*boxes.get(one["name"], ()), _value(one))
    sent = tuple((one["name"], _value(one)) for one in inputs if _is_sent(one))
    return Form(about.get("action", ""), about.get("method", "get").upper(), sent, boxes)


def _is_sent(one: Mapping[str, str]) -> bool:
    if "name" not in one or "disabled" in one:
        return False
    return one.get("type") not in BOXES or "checked" in one


def _value(one: Mapping[str, str]) -> str:
    """A ticked box without a value says ``on``, an empty line nothing."""
    return one.get("value", "on" if one.get("type") in BOXES else "")


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): html.unescape(value) for name, value in ATTRIBUTE.findall(text)}
