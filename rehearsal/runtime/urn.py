"""URNs: `urn:pulumi:<stack>::<project>::<qualified type>::<name>`.

The qualified type is the parent's whole qualified type, `$` and the own type; nothing of the parent
where the parent is the stack.
"""

from typing import Final

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


def make(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The URN of a resource under `parent` (a URN, or empty)."""
    qualified = type_
    if parent and type_of(parent) != STACK_TYPE:
        qualified = f"{qualified_type_of(parent)}${type_}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def qualified_type_of(urn: str) -> str:
    """The types from the outermost parent down, joined with `$`."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """The resource's own type."""
    return qualified_type_of(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The resource's logical name."""
    return urn.split("::", 3)[3]


def package_of(type_: str) -> str:
    """The package that serves a type: of a provider resource, the package it configures."""
    if type_.startswith(PROVIDER_PREFIX):
        return type_.removeprefix(PROVIDER_PREFIX)
    return type_.split(":", 1)[0]


def is_provider(type_: str) -> bool:
    """Whether the type is a provider resource."""
    return type_.startswith(PROVIDER_PREFIX)


def is_default_provider(urn: str) -> bool:
    """Whether the resource is a provider that the engine made by itself; such are never counted."""
    return is_provider(type_of(urn)) and name_of(urn).startswith("default")
