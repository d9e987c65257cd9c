"""What the model says in a script's place is what the script says: the words stand in its file."""

import pytest

from tests.rehearsal.nodes.change import NOTHING, SERVER, WORKERS, Change
from tests.rehearsal.nodes.planned import dev_plan
from tests.rehearsal.nodes.rehearsed import SCRIPTS, Rehearsed

JOIN = f"{WORKERS[0]}-join"
FAILURES = [
    (
        Change("machine", "attachments", None, WORKERS[0]),
        JOIN,
        {
            "wait-for-address.sh": [
                " has no NIC with the private address ",
                (
                    " s. Its server is probably not attached to the network: run "
                    '"pulumi up --refresh", which attaches it and tries again.'
                ),
            ],
            "join.sh": [": cloud-init failed, so k3s is not started; the reason is above."],
            "diagnose.sh": ["== cloud-init on ", "== k3s on ", "== connections that failed"],
        },
    ),
    (
        Change("join", "BINARY_SHA256", "0" * 64, WORKERS[0]),
        JOIN,
        {
            "fetch-artifact.sh": [
                " has the SHA-256 ",
                (
                    " is expected, so it is not installed; if the file was published anew, correct "
                    "sovereign/artifacts.yaml."
                ),
            ]
        },
    ),
    (
        Change("join", "CHECKSUM_URL", "-", WORKERS[0]),
        JOIN,
        {
            "fetch-artifact.sh": [
                (
                    " has neither a pinned checksum nor a checksum file, so it is not installed; "
                    "pin its sha256 in sovereign/artifacts.yaml."
                )
            ]
        },
    ),
    (
        Change("join", "K3S_VERSION", "v1.35.1+k3s1", WORKERS[0]),
        JOIN,
        {"join.sh": [", which the plan asks for; correct its entry in sovereign/artifacts.yaml."]},
    ),
    (
        Change("k3s", "kubelet-arg", ["config-file=/etc/none"], WORKERS[0]),
        JOIN,
        {
            "join.sh": [
                ": k3s would not start without ",
                ", which this server never got; raise its generation, or leave ",
            ]
        },
    ),
    (
        Change("join", "TOKEN", "wrong", WORKERS[0]),
        JOIN,
        {"join.sh": [" is not active after ", "; see its last errors above."]},
    ),
    (
        Change("join", "ROLE", "worker", WORKERS[0]),
        JOIN,
        {"join.sh": [": ROLE is ", ", but must be server or agent."]},
    ),
    (
        Change("file", "/usr/local/lib/sovereign/diagnose.sh", None, WORKERS[0]),
        JOIN,
        {
            "join.sh": [
                ": cloud-init ended with ",
                (
                    ", so the server did not boot from the user_data of this program; replace "
                    "it by "
                    "raising its generation."
                ),
            ]
        },
    ),
    (
        Change("join", "TOKEN", "", WORKERS[0]),
        "ready",
        {
            "wait-ready.sh": [
                "waiting  node  ",
                "  has not joined: its server may be gone or not attached to the network; run ",
                " s not everything is ready:",
            ]
        },
    ),
    (
        Change("cilium", "k8sServiceHost", "127.0.0.1"),
        "ready",
        {
            "wait-ready.sh": [
                " NotReady (",
                "), taints: ",
                "ready    node  ",
                "waiting  component  ",
            ],
            "diagnose.sh": ["== nodes", "== pods that wait", ": Ready=", " address=", " taints="],
        },
    ),
    (
        Change("secret", "token"),
        "ready",
        {"wait-ready.sh": [" Ready, but tainted: ", "ready    component  "]},
    ),
    (
        Change("join", "ROLE", "none", SERVER),
        "kubeconfig",
        {
            "read-kubeconfig.sh": [
                ", which k3s writes when its server starts; run ",
                ", which joins this server first.",
            ]
        },
    ),
    (
        Change("join", "ROLE", "none", SERVER),
        "api",
        {"wait-api.sh": [": the API is not ready after ", " s; it last answered: "]},
    ),
    (
        Change("join", "ROLE", "none", SERVER),
        "gateway-crds",
        {
            "apply-manifests.sh": [
                ": the cluster refused ",
                "; see kubectl's message above the findings.",
            ]
        },
    ),
    (
        Change("join", "ROLE", "none", SERVER),
        "ready",
        {"wait-ready.sh": ["waiting  the API of ", " does not answer"]},
    ),
    (
        Change("join", "ROLE", "none", SERVER),
        "leave",
        {
            "leave.sh": [
                ": the API does not answer, so ",
                " cannot leave; restore it, then run the same command again.",
            ]
        },
    ),
    (NOTHING, "leave", {"leave.sh": [" has left"]}),
    (NOTHING, "api", {"wait-api.sh": [": the API is ready"]}),
    (
        NOTHING,
        "values",
        {"write-values.sh": ["/var/lib/sovereign/cilium-values.yaml", " written"]},
    ),
    (NOTHING, JOIN, {"join.sh": [" is active (restarted)"]}),
]


@pytest.mark.parametrize(("change", "step", "words"), FAILURES)
def test_the_models_sentences_are_the_scripts_own(
    change: Change, step: str, words: dict[str, list[str]]
) -> None:
    """Each part occurs in the script's text and in what the model printed."""
    rehearsed = Rehearsed(dev_plan(), change).bring_up()
    rehearsed.leave(WORKERS[0])
    outcome = rehearsed.steps[step]
    said = outcome.stdout + outcome.stderr

    for name, parts in words.items():
        text = (SCRIPTS / name).read_text(encoding="utf-8")
        plain = text.replace('\\"', '"').replace("\\n", "\n")
        for part in parts:
            assert part in said, said
            assert part in plain, part


def test_a_diagnosis_holds_no_token() -> None:
    """Scrubbed as diagnose.sh scrubs it."""
    change = Change("join", "TOKEN", "K10abcdef::node:password", WORKERS[0])
    outcome = Rehearsed(dev_plan(), change).bring_up().steps[JOIN]

    assert outcome.exit_code == 1
    assert "K10" not in outcome.stderr
    assert "password" not in outcome.stderr
