"""The Gateway API's definitions in the build cache are the ones that artifacts.yaml pins."""

from urllib.parse import urlsplit

from rehearsal.lab.build import Built
from rehearsal.lab.mirror import Shelf
from rehearsal.lab.mirror.shelf import table


def test_every_definition_of_the_default_version_is_on_the_shelf(built: Built) -> None:
    """With its pinned sum: another content would be missing."""
    shelf = Shelf(built.definitions)
    rows = [row for row in table() if row["kind"] == "manifest"]

    missing = [
        row["name"]
        for row in rows
        if shelf.find(urlsplit(row["url"].format(version=row["version"])).path) is None
    ]

    assert len(rows) == 10
    assert missing == []
