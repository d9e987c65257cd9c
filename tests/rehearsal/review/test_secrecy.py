"""Secrets are known by name, by mark and by text, and masked wherever they stand."""

import base64
import io
import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from rehearsal.review.answer import answer
from rehearsal.review.facts import Finding, Problem, Resource, Setting
from rehearsal.review.markdown import comment
from rehearsal.review.review import review, without
from rehearsal.review.secrecy import Masked, Secrets, forget
from rehearsal.runtime.values import Secret
from tests.rehearsal.review.situations import SMALL, Node, change, urn

HUNTED = "hunted-Secret_0123456789"


def test_variables_that_sound_like_secrets_are_learned_and_forgotten() -> None:
    """A token, a password, a passphrase, a cloud's keys; not the path."""
    environment = {
        "GITHUB_TOKEN": "tttttttt1",
        "PULUMI_CONFIG_PASSPHRASE": "tttttttt2",
        "AWS_ACCESS_KEY_ID": "tttttttt3",
        "ACTIONS_RUNTIME_URL": "tttttttt4",
        "PATH": "/usr/bin:/bin",
    }
    secrets = Secrets()
    secrets.of_environment(environment)
    said = secrets.mask(" ".join(environment.values()))
    assert said == "[secret] [secret] [secret] [secret] /usr/bin:/bin"
    forget(environment)
    assert environment == {"PATH": "/usr/bin:/bin"}


def test_marked_values_are_learned_at_any_depth_and_line_by_line() -> None:
    """A key that is quoted in part is one all the same."""
    secrets = Secrets()
    secrets.inside({"a": [{"b": Secret(f"first-line-of-it\n{HUNTED}")}]})
    assert secrets.mask(f"error near {HUNTED}!") == "error near [secret]!"


def test_a_short_secret_masks_nothing() -> None:
    """Or every 1 in a comment would be one."""
    secrets = Secrets()
    secrets.texts(["1"])
    assert secrets.mask("10 of 100") == "10 of 100"


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
        lambda text: base64.b64encode(f"a:{text}:z".encode()).decode(),
        lambda text: base64.urlsafe_b64encode(f"{text}".encode()).decode(),
        lambda text: quote(text, safe=""),
        lambda text: json.dumps({"a": text}),
        str.upper,
        str.lower,
        lambda text: text.encode().hex(),
    ],
)
def test_a_secret_is_masked_in_other_forms_too(changed: Callable[[str], str]) -> None:
    """As a program would put it into a header, a URL, a document, a name."""
    secret = 'hunted "Secret"/0123456789 ?>~~'
    secrets = Secrets()
    secrets.texts([secret])
    said = secrets.mask(changed(secret))
    assert "[secret]" in said
    assert len(said) <= len("[secret]") + 20


def test_a_stream_shows_no_known_secret() -> None:
    """The progress that is printed while the program runs."""
    secrets, stream = Secrets(), io.StringIO()
    secrets.texts([HUNTED])
    masked = Masked(stream, secrets.mask)
    masked.write(f"failed: {HUNTED}\n")
    assert (stream.getvalue(), masked.isatty()) == ("failed: [secret]\n", False)


def test_a_secret_fed_into_every_place_is_in_neither_comment_nor_answer() -> None:
    """Names, types, labels, messages, settings, errors; plain or marked."""
    node = Node(f"n-{HUNTED}", id=9, type=HUNTED, k3s={HUNTED: HUNTED})
    extra = Resource(
        urn("hcloud:index/loadBalancer:LoadBalancer", HUNTED),
        {"name": HUNTED, "loadBalancerType": HUNTED, "labels": {HUNTED: Secret(HUNTED)}},
    )
    after = replace(
        SMALL,
        nodes=(*SMALL.nodes, node),
        open_to=(HUNTED,),
        k3s=HUNTED,
        cilium={HUNTED: HUNTED},
        ranges={"podCidr": HUNTED},
        extra=(extra,),
    )
    finding = Finding(HUNTED, HUNTED, "mandatory", HUNTED, HUNTED, HUNTED)
    facts = change(
        replace(SMALL, extra=(replace(extra, inputs={"name": "x"}),)),
        after,
        findings=(finding, replace(finding, level="advisory"), replace(finding, level="deferred")),
        known_findings=(replace(finding, level="advisory"),),
        problems=(Problem(HUNTED, HUNTED, HUNTED, HUNTED),),
        errors=(HUNTED,),
        settings=(Setting(HUNTED, HUNTED, HUNTED),),
        set_back=(HUNTED,),
        doubts=(HUNTED,),
        notes=(HUNTED,),
    )
    secrets = Secrets()
    secrets.inside(Secret(HUNTED))
    raw = review(replace(facts, stack=HUNTED, base=replace(facts.base, reason=HUNTED)))
    assert str(answer(raw)).count(HUNTED) > 20
    found = without(raw, secrets.mask)
    assert HUNTED not in str(answer(found))
    assert HUNTED not in comment(found).replace("\\", "")


def test_a_marked_value_is_never_shown_though_nothing_is_masked() -> None:
    """Not in the properties that differ either: user_data, stdin, labels."""
    type_ = urn("command:remote:Command", "script")
    before = replace(SMALL, extra=(Resource(type_, {"stdin": Secret("old-" + HUNTED)}),))
    after = replace(SMALL, extra=(Resource(type_, {"stdin": Secret(HUNTED)}),))
    found = review(change(before, after))
    assert "`stdin`: secret, changed" in comment(found)
    assert HUNTED not in str(answer(found))
