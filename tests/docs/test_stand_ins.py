"""Every stand-in of the lab is in the table that says what it does not show."""

import re
from collections.abc import Callable, Iterator

import pytest
import yaml

from tests.configurations import ROOT

LAB = ROOT / "rehearsal" / "lab"
HEAD = "| in the lab | what it is | what it does not show |\n"
PLACEHOLDER = re.compile(r'"placeholder"[^\n]*\n\s*args: \[([\w-]+),')


def commands() -> Iterator[str]:
    """Those that a host has in the place of Debian's or systemd's."""
    for folder in ("bin", "sbin"):
        yield from (found.name for found in (LAB / "rootfs/usr" / folder).iterdir())


def images() -> Iterator[str]:
    """What the lab's kubelet can run."""
    yield from (found.name for found in (LAB / "rootfs/usr/local/lib/lab/images").iterdir())


def packaged() -> Iterator[str]:
    """Programs that the lab's k3s brings along."""
    for manifest in (LAB / "k3s/packaged").glob("*.yaml"):
        for thing in yaml.safe_load_all(manifest.read_text(encoding="utf-8")):
            if thing["kind"] == "Deployment":
                yield thing["metadata"]["name"]


def charts() -> Iterator[str]:
    """The lab's charts, and the programs in them for which a placeholder stands."""
    for chart in LAB.glob("charts/*/Chart.yaml"):
        yield yaml.safe_load(chart.read_text(encoding="utf-8"))["name"]
        for template in (chart.parent / "templates").iterdir():
            yield from PLACEHOLDER.findall(template.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("stand_ins", "one"),
    [
        (commands, "systemctl"),
        (images, "cilium-agent"),
        (packaged, "traefik"),
        (charts, "hubble-relay"),
    ],
    ids=["commands", "images", "packaged", "charts"],
)
def test_the_table_of_the_lab_names_every_stand_in(
    stand_ins: Callable[[], Iterator[str]], one: str
) -> None:
    """A new one is listed with what it does not show, or this fails."""
    _, _, rest = (ROOT / "docs/rehearsal.md").read_text(encoding="utf-8").partition(HEAD)
    listed = set(re.findall(r"`([\w-]+)`", rest.partition("\n\n")[0]))
    there = set(stand_ins())
    assert one in there
    assert there <= listed, f"not in docs/rehearsal.md: {sorted(there - listed)}"
