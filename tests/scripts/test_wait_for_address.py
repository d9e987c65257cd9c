"""wait-for-address.sh: a host waits for its pinned private address, on whatever NIC."""

import pytest

from tests.scripts.sandbox import Sandbox

PUBLIC = "2: eth0    inet 198.51.100.7/32 metric 100 scope global dynamic eth0\n"
PRIVATE = "3: {nic}    inet 10.0.1.2/32 brd 10.0.1.2 scope global dynamic {nic}\n"


@pytest.mark.parametrize("nic", ["enp7s0", "ens10", "eth1"])
def test_the_address_is_found_on_any_nic(host: Sandbox, shell: str, nic: str) -> None:
    """The name of the NIC does not matter, and nothing is waited for."""
    host.write("addresses", PUBLIC + PRIVATE.format(nic=nic))
    ended = host.local("wait-for-address.sh", "10.0.1.2", "300", shell=shell)
    assert (ended.code, host.slept) == (0, 0), ended


def test_a_late_nic_is_waited_for(host: Sandbox) -> None:
    """A NIC that comes 20 s after the start is in time."""
    host.write("addresses", PUBLIC)
    host.write("later-addresses", PUBLIC + PRIVATE.format(nic="enp7s0"))
    host.after(20, "mv later-addresses addresses 2>/dev/null || :")
    ended = host.local("wait-for-address.sh", "10.0.1.2", "300")
    assert (ended.code, host.slept) == (0, 20), ended


@pytest.mark.parametrize("other", ["10.0.1.20/32", "110.0.1.2/32", "10.0.102.1/32", "10.001.2/32"])
def test_a_similar_address_does_not_count(host: Sandbox, other: str) -> None:
    """Only the whole address counts, and its dots are dots."""
    host.write("addresses", PRIVATE.format(nic="eth1").replace("10.0.1.2/32", other))
    assert host.local("wait-for-address.sh", "10.0.1.2", "2").code == 1


def test_after_the_limit_it_says_what_to_do(host: Sandbox) -> None:
    """The host, the address, the limit and the cure are named in one sentence, after the limit."""
    host.write("addresses", PUBLIC)
    ended = host.local("wait-for-address.sh", "10.0.1.2", "20")
    assert (ended.code, host.slept) == (1, 20)
    assert ended.stderr == (
        "dev-default-1 has no NIC with the private address 10.0.1.2 after 20 s. Its server is"
        ' probably not attached to the network: run "pulumi up --refresh", which attaches it and'
        " tries again.\n"
    )
