"""Everything that hosts are sent passes the checks of the programs that will read it."""

import subprocess
import sys
from pathlib import Path

import pytest

from sovereign import catalog, secrets
from sovereign.plan import user_data
from tests.configurations import HIGHLY_AVAILABLE, dev, plan
from tests.rehearsal.lab.hosts.small_lab import SEED, SmallLab

SHELLCHECK = Path(sys.executable).with_name("shellcheck")
NODES = {node.name: node for cluster in (dev(), HIGHLY_AVAILABLE) for node in plan(cluster).nodes}


@pytest.fixture(scope="module")
def server(lab: SmallLab) -> int:
    """A host with cloud-init."""
    made = lab.server("plain", "")
    lab.booted(made)
    return made


def schema(lab: SmallLab, server: int, text: str) -> tuple[str, int]:
    """What cloud-init's own check says of a document."""
    lab.hosts.run_inside(server, ["sh", "-c", "umask 077; cat >/root/user-data"], text)
    command = ["cloud-init", "schema", "--config-file", "/root/user-data"]
    done = lab.hosts.run_inside(server, command)
    return done.stdout + done.stderr, done.returncode


@pytest.mark.parametrize("name", NODES)
def test_cloud_inits_schema_accepts_every_user_data(lab: SmallLab, server: int, name: str) -> None:
    """A key that cloud-init does not know would be passed over silently."""
    key = secrets.host_key(SEED, name, 1)
    text = user_data.render(NODES[name].cloud_config, key.private, key.public)
    assert schema(lab, server, text) == ("Valid cloud-config: /root/user-data\n", 0)


def test_the_schema_refuses_what_cloud_init_would_not_carry_out(lab: SmallLab, server: int) -> None:
    """So an acceptance says something."""
    said, code = schema(lab, server, "#cloud-config\nruncmd: 7\n")
    assert (code, "runcmd: 7 is not of type 'array'" in said) == (1, True)


@pytest.mark.parametrize("name", [name for name in catalog.load().scripts if name.endswith(".sh")])
def test_shellcheck_accepts_every_script_as_it_is_sent(name: str) -> None:
    """Commands and files of user_data alike."""
    done = subprocess.run(
        [str(SHELLCHECK), "-f", "gcc", "-"],
        input=catalog.load().scripts[name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0)
