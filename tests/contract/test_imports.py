"""config -> plan -> components -> outputs: arrows go one way, and the rehearsal stands apart."""

import ast
import sys

import pytest

from tests.configurations import ROOT
from tests.contract.imports import Import, imports, in_source, modules

EFFECTS = (
    "asyncio",
    "datetime",
    "importlib",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "requests",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
    "uuid",
)
"""Modules with which one reads a file, a clock, a network or chance."""
PULUMI = ("pulumi", "pulumi_hcloud", "pulumi_kubernetes", "pulumi_command", "pulumi_policy")
PURE = (
    "sovereign.plan",
    "sovereign.config",
    "sovereign.contract",
    "sovereign.parsing",
    "sovereign.problems",
    "sovereign.wire",
)

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "sovereign.problems": (),
    "sovereign.config": (),
    "sovereign.secrets": (),
    "sovereign.catalog": (),
    "sovereign.parsing": ("sovereign.config", "sovereign.problems"),
    "sovereign.plan": (
        "sovereign.catalog.Catalog",
        "sovereign.config",
        "sovereign.mesh",
        "sovereign.plan",
        "sovereign.problems",
    ),
    "sovereign.components": (
        "sovereign.catalog",
        "sovereign.components",
        "sovereign.plan",
        "sovereign.secrets",
    ),
    "sovereign.contract": (),
    "sovereign.outputs": ("sovereign.components", "sovereign.contract", "sovereign.plan"),
    "sovereign.wire": (),
    "sovereign.reference": ("sovereign.contract", "sovereign.wire"),
    "sovereign.hosted": (
        "sovereign.__version__",
        "sovereign.components",
        "sovereign.config",
        "sovereign.contract",
        "sovereign.hosted",
        "sovereign.outputs",
        "sovereign.parsing",
        "sovereign.plan",
        "sovereign.problems",
        "sovereign.program",
        "sovereign.wire",
    ),
    "sovereign.program": (
        "sovereign.catalog",
        "sovereign.components",
        "sovereign.config",
        "sovereign.outputs",
        "sovereign.parsing",
        "sovereign.plan",
        "sovereign.problems",
        "sovereign.secrets",
    ),
}
"""What each part of the program may import of the program."""


def said(found: list[Import]) -> list[str]:
    return [f"{one.where} imports {one.module}" for one in found]


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_stands_before_it(part: str) -> None:
    """Of the program's own modules; `sovereign` alone is the root, for `from sovereign import`."""
    found = imports(part.replace(".", "/"))
    own = [one for one in found if one.of("sovereign", "rehearsal", "tests", "policies")]
    assert modules(part.replace(".", "/"))
    assert said([one for one in own if not one.of(*MAY_IMPORT[part])]) == []


def test_the_plan_is_pure() -> None:
    """No Pulumi, no file, no clock, no chance: the same values give the same plan."""
    found = imports(*(part.replace(".", "/") for part in PURE))
    assert said([one for one in found if one.of(*PULUMI, *EFFECTS, "grpc", "hcloud")]) == []


def test_the_plan_opens_no_file() -> None:
    """`open` needs no import."""
    for path in modules(*(part.replace(".", "/") for part in PURE)):
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert not {"open", "input", "exec", "eval", "__import__"} & set(calls), path


def test_secrets_are_pure_functions_without_pulumi() -> None:
    """They are called inside `Output.apply`."""
    found = imports("sovereign/secrets")
    assert said([one for one in found if one.of(*PULUMI, *EFFECTS)]) == []


def test_the_program_knows_the_rehearsal_by_one_lazy_import_of_its_command() -> None:
    """Whoever only runs `pulumi up` needs neither it nor its dependencies."""
    found = [one for one in imports("sovereign", "__main__") if one.of("rehearsal")]
    assert len(found) == 1, said(found)
    assert found[0].lazy
    assert found[0].importer.startswith("sovereign.cli")


def test_the_rehearsal_knows_the_plan_and_nothing_deeper() -> None:
    """It rehearses an unmodified program."""
    found = [one for one in imports("rehearsal") if one.of("sovereign")]
    assert said([one for one in found if not one.of("sovereign.plan")]) == []


def test_a_policy_pack_imports_nothing_from_outside_itself() -> None:
    """Its `sys.path` holds its own directory only: standard library, pulumi_policy, itself."""
    allowed = {*sys.stdlib_module_names, "pulumi", "pulumi_policy", "rules", "policies"}
    for pack in ("policies/network", "policies/encryption"):
        found = imports(pack)
        assert found
        package = pack.replace("/", ".")
        outside = [
            one
            for one in found
            if one.module.partition(".")[0] not in allowed
            or (one.of("policies") and not one.of(package))
        ]
        assert said(outside) == []
    framework = imports("policies/framework")
    outside = [one for one in framework if one.of("sovereign", "rehearsal", "tests")]
    assert said(outside) == []


def test_nobody_imports_a_main_module() -> None:
    """Running it is what it is for."""
    found = imports("sovereign", "rehearsal", "policies", "tests", "__main__")
    assert said([one for one in found if "__main__" in one.module.split(".")]) == []


def test_product_code_imports_no_test() -> None:
    """Nor their tools."""
    found = imports("sovereign", "rehearsal", "policies", "__main__")
    assert said([one for one in found if one.of("tests", "pytest", "hypothesis")]) == []


def test_main_is_at_most_ten_lines() -> None:
    """There is no logic there."""
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 10


SOURCE = """
import a.b as c
from . import d
from .e import f
from ..g import h

def later() -> None:
    from rehearsal.command import main
    importlib.import_module("rehearsal.runtime")
"""


def test_imports_are_read_as_python_would_resolve_them() -> None:
    """Relative ones by their package, those inside functions as lazy."""
    found = list(in_source(SOURCE, "x.y.z", ["x", "y"], "x/y/z.py"))
    assert [(one.module, one.lazy, one.where) for one in found] == [
        ("a.b", False, "x/y/z.py:2"),
        ("x.y.d", False, "x/y/z.py:3"),
        ("x.y.e.f", False, "x/y/z.py:4"),
        ("x.g.h", False, "x/y/z.py:5"),
        ("rehearsal.command.main", True, "x/y/z.py:8"),
        ("rehearsal.runtime", True, "x/y/z.py:9"),
    ]


@pytest.mark.parametrize(
    ("module", "packages", "within"),
    [
        ("sovereign.plan", ["sovereign.plan"], True),
        ("sovereign.plan.build", ["sovereign.plan"], True),
        ("sovereign.planning", ["sovereign.plan"], False),
        ("os", ["os", "io"], True),
    ],
)
def test_a_package_holds_its_modules_and_no_namesake(
    module: str, packages: list[str], within: bool
) -> None:
    """By dots, not by letters."""
    assert Import("x", module, False, "x.py:1").of(*packages) is within
