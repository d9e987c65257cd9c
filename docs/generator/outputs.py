"""The reference of the outputs that app stacks may read."""

from docs.generator.table import MADE_FROM, table
from sovereign.contract import CONTRACT, CONTRACT_VERSION

INTRODUCTION = """\
# Outputs

The contract with app stacks, version {version}: a name is never reused with another meaning, and
a change of meaning or type raises the version. [App stacks](../app-stacks.md) says how to read
it.

"""


def page() -> str:
    """The page as Markdown."""
    rows = [
        (f"`{promise.name}`", promise.type, "secret" if promise.secret else "", promise.meaning)
        for promise in CONTRACT
    ]
    text = MADE_FROM.format(source="sovereign/contract.py")
    text += INTRODUCTION.format(version=CONTRACT_VERSION)
    return (text + table(("output", "type", "", "meaning"), rows)).rstrip("\n") + "\n"
