"""Who imports whom, read from the syntax trees: nothing is executed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.configurations import ROOT


@dataclass(frozen=True)
class Import:
    """One imported name."""

    importer: str
    """Dotted name of the module that imports."""
    module: str
    """Dotted name of what is imported; `from a import b` gives `a.b`. `import_module` counts."""
    lazy: bool
    """Inside a function: done when that is called."""
    where: str
    """`path:line`, for messages."""

    def of(self, *packages: str) -> bool:
        """Whether it is one of the packages, or within one."""
        return any(self.module == one or self.module.startswith(f"{one}.") for one in packages)


def modules(*roots: str) -> list[Path]:
    """Every Python file below the roots, each once: links are not followed."""
    found = [path for root in roots for path in sorted((ROOT / root).rglob("*.py"))]
    files = [path for root in roots if (path := ROOT / f"{root}.py").is_file()]
    return [*files, *(path for path in found if not linked(path))]


def linked(path: Path) -> bool:
    return any(parent.is_symlink() for parent in (path, *path.parents) if ROOT in parent.parents)


def imports(*roots: str) -> list[Import]:
    """Everything that the modules below the roots import."""
    return [found for path in modules(*roots) for found in in_file(path)]


@cache
def in_file(path: Path) -> tuple[Import, ...]:
    """Everything that one module imports, relative names resolved."""
    relative = path.relative_to(ROOT)
    parts = list(relative.with_suffix("").parts)
    importer = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text(encoding="utf-8")
    return tuple(in_source(text, importer, parts[:-1], str(relative)))


def in_source(text: str, importer: str, package: list[str], path: str) -> Iterator[Import]:
    """The same for a text."""
    tree = ast.parse(text)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    within = [node for node in ast.walk(tree) if isinstance(node, functions)]
    lazy = {id(inner) for function in within for inner in ast.walk(function)}
    for node in sorted(ast.walk(tree), key=lambda node: getattr(node, "lineno", 0)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
        for name in names:
            line = getattr(node, "lineno", 0)
            yield Import(importer, name, id(node) in lazy, f"{path}:{line}")
