"""What the files of model/ define, by name, for tests of what documents say of them."""

from __future__ import annotations

import ast
from pathlib import Path

MODEL = Path(__file__).parents[2] / "model"


def defined(path: Path) -> set[str]:
    """Return the functions, classes and plain names that a file defines."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    named = {n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    assigned = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    return named | {target.id for target in assigned if isinstance(target, ast.Name)}


def every_name() -> set[str]:
    """Return `module.name` of all that the model defines."""
    return {f"{path.stem}.{name}" for path in MODEL.rglob("*.py") for name in defined(path)}


def public_modules() -> set[str]:
    """Return the path of each module with a public function or class, without its ending."""
    return {
        path.relative_to(MODEL).with_suffix("").as_posix()
        for path in MODEL.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }


def rules() -> dict[str, str]:
    """Return the name of the rows that each function of a rule makes, by module and function."""
    nodes = [
        (path.stem, node)
        for path in sorted((MODEL / "allocation").glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    ]
    found = {}
    for module, node in nodes:
        if not isinstance(node, ast.FunctionDef) or ast.unparse(node.returns or node) != "Rows":
            continue
        (name,) = (
            call.args[0].value
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            if isinstance(call.func, ast.Attribute) and call.func.attr in {"equal", "at_most"}
            if isinstance(call.args[0], ast.Constant)
        )
        found[f"{module}.{node.name}"] = str(name)
    return found
