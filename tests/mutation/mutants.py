"""The mutants of a file, from cosmic-ray's operators, and a sample of those of many files."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

OPERATORS = (
    *(f"ReplaceBinaryOperator_{swap}" for swap in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul")),
    *(f"ReplaceBinaryOperator_{swap}" for swap in ("FloorDiv_Mul", "Mod_FloorDiv", "Pow_Mul")),
    *(f"ReplaceBinaryOperator_{swap}" for swap in ("BitAnd_BitOr", "BitOr_BitAnd")),
    *(f"ReplaceBinaryOperator_{swap}" for swap in ("LShift_RShift", "RShift_LShift")),
    *(f"ReplaceComparisonOperator_{swap}" for swap in ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt")),
    *(f"ReplaceComparisonOperator_{swap}" for swap in ("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")),
    *(f"ReplaceComparisonOperator_{swap}" for swap in ("Eq_NotEq", "NotEq_Eq")),
    *(f"ReplaceComparisonOperator_{swap}" for swap in ("Is_IsNot", "IsNot_Is")),
    *(f"ReplaceUnaryOperator_Delete_{sign}" for sign in ("Not", "USub", "Invert")),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"),
    *("AddNot", "ExceptionReplacer", "NumberReplacer"),
)
"""One or two hard ones for each sign. Swaps that mostly raise at once, such as a product for a
shift of bits, would only flatter the score, as would the loss of a decorator."""

NAMES_OF_TYPES = ast.Name | ast.Attribute | ast.Constant | ast.Subscript | ast.Tuple


@dataclass(frozen=True)
class Mutant:
    """One small change of one file: the n-th place where an operator can work."""

    file: str  # relative to the tree
    operator: str
    occurrence: int
    line: int

    @property
    def key(self) -> str:
        """Return what tells it from all others."""
        return f"{self.file}:{self.line} {self.operator} {self.occurrence}"


def _library(module: str) -> Any:
    import_module("parso")  # first: cosmic-ray's own order of imports goes round in a circle
    return import_module(f"cosmic_ray.{module}")


def mutants_of(tree: Path, file: str) -> list[Mutant]:
    """Return the mutants of a file that behaviour can depend on, by operator and place."""
    source = (tree / file).read_text(encoding="utf-8")
    nodes = list(_library("ast").ast_nodes(_library("ast").get_ast(source)))
    inert = set(_inert(ast.parse(source)))
    return [
        Mutant(file, operator, occurrence, line)
        for operator in OPERATORS
        for occurrence, (line, column) in enumerate(_places(operator, nodes))
        if (line, column) not in inert
    ]


def mutated(tree: Path, mutant: Mutant) -> str:
    """Return the file's text with the mutant in it."""
    source = (tree / mutant.file).read_text(encoding="utf-8")
    change = _library("mutating").mutate_code
    text: str = change(source, _operator(mutant.operator), mutant.occurrence)
    return text


def sample(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return a random sample to which each file contributes in proportion to its mutants.

    Systematic: the files' mutants, each file's shuffled, are laid in a row, and every n-th is
    taken from a random start. Every mutant has the same chance; the sample comes shuffled.
    """
    chance = random.Random(seed)
    row = sorted(mutants, key=lambda mutant: (mutant.file, chance.random()))
    step = max(len(row) / size, 1.0)
    start = chance.random() * step
    taken = [row[int(start + step * i)] for i in range(size) if int(start + step * i) < len(row)]
    chance.shuffle(taken)
    return taken


@cache
def _operator(name: str) -> Any:
    return _library("plugins").get_operator(f"core/{name}")()


def _places(operator: str, nodes: Sequence[Any]) -> Iterator[tuple[int, int]]:
    for node in nodes:
        for start, _ in _operator(operator).mutation_positions(node):
            yield start


def _inert(module: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield the places in annotations' unions, names of types, `TYPE_CHECKING` and `__all__`."""
    for node in ast.walk(module):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield from _signs(node.annotation)
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            yield from _signs(node.returns)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield node.test.lineno, node.test.col_offset
    for statement in module.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
            parts = [part for part in ast.walk(statement.value) if isinstance(part, ast.expr)]
            if all(isinstance(part, ast.BinOp | NAMES_OF_TYPES) for part in parts):
                yield from _signs(statement.value)


def _signs(expression: ast.expr) -> Iterator[tuple[int, int]]:
    for node in ast.walk(expression):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            text_between = node.left.end_lineno, node.left.end_col_offset
            if text_between[0] is not None and text_between[1] is not None:
                yield text_between[0], text_between[1] + 1
