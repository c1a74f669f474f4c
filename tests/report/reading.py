"""Read a report's document and its scripts without the code that renders them.

The numbers are written here a second time, from headline.csv alone and without
``armutsexpertise.publish``, so that a mistake there does not confirm itself.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import ModuleType

from armutsexpertise.stages import Project
from checkout import read_rows

INLINE = re.compile(r"`\{python\} ([^`]+)`")
WORDS = "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"

Headline = dict[str, dict[str, str]]


def headline(project: Project, topic: str) -> Headline:
    """Return the rows of headline.csv of a topic by key."""
    return {row["key"]: row for row in read_rows(project.estimates(topic) / "headline.csv")}


def prose(source: str) -> str:
    """Return a document without its header and its chunks, lines kept."""

    def blank(found: re.Match[str]) -> str:
        return "\n" * found[0].count("\n")

    source = re.sub(r"\A---\n.*?\n---\n", blank, source, flags=re.S)
    return re.sub(r"^```\{python\}\n.*?^```\n", blank, source, flags=re.S | re.M)


def number(text: str, digits: int) -> str:
    """Write a decimal in German: half up, point between thousands, comma, true minus."""
    exact = Decimal(text).quantize(Decimal("1e-12"))  # 59.54999999999999 means 59.55
    value = exact.quantize(Decimal(10) ** -digits, ROUND_HALF_UP)
    whole, _, rest = f"{abs(value):f}".partition(".")
    groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)]
    sign = "\u2212" if value < 0 else ""
    return sign + ".".join(reversed(groups)) + (f",{rest}" if rest else "")


def written(row: dict[str, str], joint: str = " bis ") -> str:
    """Write one row of headline.csv as it has to stand in the prose."""
    unit, digits = row["unit"], int(row["digits"])
    tail = {"share": " %", "eur": " EUR"}.get(unit, "")

    def one(text: str) -> str:
        if unit == "share":
            text = str(Decimal(text) * 100)
        return number(text, digits)

    if row["value"]:
        if unit == "text":
            return row["value"]
        return (row["value"].partition(".")[0] if unit == "year" else one(row["value"])) + tail
    low, high = one(row["low"]), one(row["high"])
    return (low if low == high else low + joint + high) + tail


def evaluate(call: str | ast.expr, headline: Headline) -> str:
    """Write what ``z("key")``, ``z.between("key")`` or ``z.words("key")`` stands for."""
    node = ast.parse(call, mode="eval").body if isinstance(call, str) else call
    assert isinstance(node, ast.Call), ast.dump(node)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "capitalize":
        return evaluate(node.func.value, headline).capitalize()
    assert isinstance(node.args[0], ast.Constant)
    row = headline[str(node.args[0].value)]
    if isinstance(node.func, ast.Name) and node.func.id == "z":
        return written(row)
    assert isinstance(node.func, ast.Attribute)
    assert isinstance(node.func.value, ast.Name)
    assert node.func.value.id == "z"
    if node.func.attr == "between":
        return written(row, " und ")
    if node.func.attr == "english":
        swapped = {".": ",", ",": "."}
        text = "".join(swapped.get(letter, letter) for letter in written(row, " to "))
        return text.replace(" %", "%")
    assert node.func.attr == "words", node.func.attr
    count = int(Decimal(row["value"]))
    one = {k.arg: ast.literal_eval(k.value) for k in node.keywords}.get("one", "eins")
    if count == 1:
        return str(one)
    words = WORDS.split()
    return words[count] if count < len(words) else number(row["value"], 0)


def sentence(node: ast.expr, headline: Headline) -> str | None:
    """Write a string or f-string of a script; None where it holds more than ``z`` calls."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        assert isinstance(part, ast.FormattedValue)
        inner = part.value
        if not (isinstance(inner, ast.Call) and re.match(r"z[.(]", ast.unparse(inner))):
            return None
        parts.append(evaluate(inner, headline))
    return "".join(parts)


def is_lookup(node: ast.AST) -> bool:
    """Tell whether this is a call of ``z`` or of one of its methods with a key."""
    return (
        isinstance(node, ast.Call)
        and re.match(r"z(\.\w+)?\(", ast.unparse(node)) is not None
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
    )


def fixed_words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return line and text of the strings that are typed: no docstrings, keys or code."""
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    nodes = list(ast.walk(tree))
    skipped = {
        id(node.body[0].value)
        for node in nodes
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes:
        if isinstance(node, ast.FormattedValue) or is_lookup(node):
            skipped |= {id(child) for child in ast.walk(node)}
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in skipped:
            yield node.lineno, text


def keys(tree: ast.AST) -> set[str]:
    """Return the keys of headline.csv that a script looks up in ``z``."""
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if is_lookup(node) and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant)
    }


def plain(text: str) -> str:
    """Return text with all spaces alike, without soft hyphens."""
    return " ".join(text.replace("\u00ad", "").replace("\u00a0", " ").split())


def load(script: Path) -> ModuleType:
    """Import a script of an analysis with the neighbours it names."""
    before = set(sys.modules)
    spec = importlib.util.spec_from_file_location(f"loaded_{script.stem}", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(script.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(script.parent))
        for name in set(sys.modules) - before:
            if Path(getattr(sys.modules[name], "__file__", None) or "").parent == script.parent:
                del sys.modules[name]
    return module
