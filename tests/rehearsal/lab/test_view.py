"""What is read from the cluster's API: nodes, workloads and why their pods are not ready."""

from subprocess import CompletedProcess

from rehearsal.lab.view import Silence, View, look, read
from rehearsal.nodes.project import Attachment, Machine
from tests.rehearsal.lab.kubernetes import daemon_set, deployment, node, pod

REFUSED = "dial tcp 127.0.0.1:6443: connect: connection refused"


def test_a_workload_names_what_each_of_its_pods_ended_with() -> None:
    """By node, in the order in which nodes registered."""
    view = read(
        [
            node("b", 2),
            node("a", 1),
            daemon_set("cilium", 2, 0),
            pod("cilium", on="b", ended=REFUSED),
            pod("cilium", on="a", ended="no route"),
        ]
    )

    assert [one.name for one in view.nodes] == ["a", "b"]
    assert view.workloads[0].failing == (("a", "no route"), ("b", REFUSED))
    assert view.agents == {"a": "no route", "b": REFUSED}


def test_a_pending_pod_gives_the_schedulers_words() -> None:
    """Once, however many pods of the workload wait for the same."""
    words = "0/1 nodes are available: 1 node(s) had untolerated taint {a: }."
    view = read([deployment("ui", 2, 0), pod("ui", pending=words), pod("ui", pending=words)])

    assert view.workloads[0].pending == (words,)


def test_a_ready_workload_has_nothing_to_say() -> None:
    """All of its pods are ready, and there is one."""
    (one,) = read([deployment("ui", 1, 1), pod("ui", on="a")]).workloads

    assert (one.desired, one.ready, one.failing, one.pending) == (1, 1, (), ())


def test_pods_of_a_job_do_not_count_for_a_workload_of_the_same_labels() -> None:
    """Hubble's certificate job has labels like those of its relay."""
    job = pod("relay", on="a", ended="done")
    job["metadata"]["ownerReferences"] = [{"kind": "Job"}]

    assert read([deployment("relay", 1, 1), job]).workloads[0].failing == ()


def test_where_cilium_looks_for_the_api_is_what_was_rendered() -> None:
    """The environment of its DaemonSet, not what the program meant to render."""
    rendered = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "6443"}
    view = read([daemon_set("cilium", 1, 1, CILIUM_ENABLE_WIREGUARD="true", **rendered)])

    assert (view.api_address, view.encryption) == ("127.0.0.1:6443", True)


class Asked:
    """Control planes of which the first does not answer."""

    def run_inside(self, server_id: int, _arguments: object) -> CompletedProcess[str]:
        """Server 1 is off, server 2 answers."""
        if server_id == 1:
            return CompletedProcess([], 1, "", "the connection was refused\n")
        return CompletedProcess([], 0, '{"items": []}', "")


def machine(number: int) -> Machine:
    return Machine(
        id=number,
        name=f"cp-{number}",
        user_data="",
        public_ipv4=None,
        status="running",
        attachments=(Attachment(1, f"10.0.1.{number}"),),
        rules=None,
        ssh_keys=(),
        image="ubuntu-24.04",
        server_type="cpx32",
    )


def test_the_next_control_plane_is_asked_where_one_does_not_answer() -> None:
    """Only when none does, there is silence, with what the last one said."""
    assert look(Asked(), [machine(1), machine(2)]) == View((), ())
    assert look(Asked(), [machine(1)]) == Silence("the connection was refused")
