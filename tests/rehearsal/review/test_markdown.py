"""The comment: what stands in it, in which order, and nothing that a value could put there."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from rehearsal.review.answer import answer, unanswered
from rehearsal.review.facts import Facts, Finding, Problem, Resource, Setting
from rehearsal.review.fitting import GITHUB, GITLAB, size
from rehearsal.review.markdown import comment, marker
from rehearsal.review.review import Review, review
from tests.conftest import Golden
from tests.rehearsal.review.conftest import FOLDER, GoldenText
from tests.rehearsal.review.situations import (
    SMALL,
    THREE,
    Node,
    altered,
    change,
    urn,
    without,
)

SCHEMA = Path(__file__).parents[3] / "docs" / "review.schema.json"
OPEN = Finding(
    "network",
    "world-open-ports",
    "mandatory",
    "dev-workers",
    "22/tcp open to the IPv4 world by rules[0]",
    "name the operators' own addresses",
)
ADVICE = Finding("encryption", "artifacts-pinned", "advisory", "dev", "not pinned: k3s", "pin it")


def everything() -> Facts:
    """A change that has something for every part of the comment."""
    after = altered(without(THREE, "dev-default-2"), "dev-control-plane-1", generation=2)
    after = altered(after, "dev-default-1", type="cpx42")
    after = replace(after, nodes=(*after.nodes, Node("dev-default-3", id=3, type="mystery")))
    after = replace(after, open_to=("0.0.0.0/0",))
    return change(
        THREE,
        after,
        findings=(OPEN, ADVICE, Finding("network", "api", "deferred", "", "deferred: host")),
        known_findings=(ADVICE,),
        problems=(Problem("network.podCidr", "10.44.0.0/16", "never changes", "write it again"),),
        set_back=("network.podCidr",),
        settings=(Setting("sovereign:seed", "[secret]", "[secret]", secret=True),),
        doubts=("Secret settings change: `sovereign:seed`.",),
        notes=("A note.",),
    )


SITUATIONS: dict[str, Callable[[], Facts]] = {
    "approve": lambda: change(
        SMALL, replace(SMALL, nodes=(*SMALL.nodes, Node("dev-default-3", id=3)))
    ),
    "everything": everything,
    "nothing-to-compare": lambda: change(
        None, SMALL, doubts=("Nothing to compare with: no git here.",)
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_comment_and_the_answer_of_a_situation(
    name: str, golden_text: GoldenText, golden: Golden
) -> None:
    """Both as committed, the answer as its schema says."""
    found = review(SITUATIONS[name]())
    golden_text(f"{name}.md", comment(found))
    golden(FOLDER / f"{name}.json", answer(found))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(json.dumps(answer(found))), schema)


@pytest.mark.parametrize("result", ["usage", "unavailable"])
def test_an_answer_without_a_review_is_in_the_schema_too(result: str) -> None:
    """What was wrong, in `errors`."""
    errors = [{"path": "--base", "value": "x", "rule": "unknown", "fix": ""}]
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(unanswered("dev", "embedded", result, errors), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(unanswered("dev", "embedded", "perhaps", errors), schema)


def test_the_verdict_comes_first_and_the_marker_before_it() -> None:
    """A workflow finds its comment by the first line, a person the verdict by the second."""
    lines = comment(review(everything())).splitlines()
    assert lines[0] == "<!-- sovereign-review stack=dev -->"
    assert lines[1] == "## ⛔ Refuse: stack `dev`"


def test_the_marker_is_of_one_stack() -> None:
    """Two environments have two comments; a strange name ends no HTML comment."""
    assert marker("dev") != marker("prod")
    assert marker("a-->b").count("-->") == 1


HOSTILE = (
    "a`b` <img src=x onerror=alert(1)> <!-- sovereign-review stack=dev --> [x](http://evil.example)"
    " ![i](https://evil.example/i.png) @everyone #1 www.evil.example | cell |\n## Approve\n"
    "</details> ```\n\u202egnp.exe **bold** $x$ &lt;b&gt;"
)


def poisoned() -> Review:
    """The hostile text in every place where a value of the change is shown."""
    node = Node(HOSTILE, id=9, type=HOSTILE)
    after = replace(SMALL, nodes=(*SMALL.nodes, node), open_to=(HOSTILE,))
    extra = Resource(urn("hcloud:index/loadBalancer:LoadBalancer", HOSTILE), {"name": HOSTILE})
    hostile = Finding(HOSTILE, HOSTILE, "mandatory", HOSTILE, HOSTILE, HOSTILE)
    facts = change(
        SMALL,
        replace(after, extra=(extra,)),
        findings=(hostile, replace(hostile, level="advisory")),
        problems=(Problem(HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
        errors=(HOSTILE,),
        settings=(Setting(HOSTILE, HOSTILE, HOSTILE),),
        set_back=(HOSTILE,),
        doubts=(HOSTILE,),
        notes=(HOSTILE,),
    )
    return review(facts)


def outside_code(text: str) -> str:
    """The comment without code spans and without the graph."""
    text = re.sub(r"```mermaid.*?```", "", text, flags=re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)


def test_no_value_opens_a_tag_a_link_a_mention_or_a_heading() -> None:
    """Outside code spans there is none of it; inside, nothing ends the span."""
    text = comment(poisoned())
    bare = outside_code(text)
    assert "<img" not in bare
    assert "@everyone" not in bare
    assert "#1" not in bare
    assert "://" not in bare
    assert "www.evil" not in bare
    assert re.search(r"(?<!\\)\[", bare) is None
    assert "**bold**" not in bare
    assert re.search(r"(?<!\\)\$", bare) is None
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## ⛔ Refuse: stack `dev`"
    ]


def test_no_value_pretends_to_be_the_marker_or_ends_a_fold() -> None:
    """One marker, as many folds closed as opened, no invisible character of direction."""
    text = comment(poisoned())
    assert text.count("<!-- sovereign-review") == 1
    bare = outside_code(text)
    assert bare.count("<details>") == bare.count("</details>")
    assert "\u202e" not in text


def test_every_row_has_the_cells_of_its_table() -> None:
    """A pipe in a value splits no cell."""
    columns = 0
    for line in comment(poisoned()).splitlines():
        if not line.startswith("|"):
            columns = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        columns = columns or cells
        assert cells == columns, line


def test_no_value_leaves_its_label_in_the_graph() -> None:
    """Labels hold no quote, bracket or tag but the line breaks that are ours."""
    graph = re.search(r"```mermaid\n(.*?)```", comment(poisoned()), re.DOTALL)
    assert graph is not None
    for label in re.findall(r'"(.*?)"', graph[1]):
        assert not set(label.replace("<br/>", "")) & set('"<>[](){}|`')
    for line in graph[1].splitlines():
        assert line.count('"') in (0, 2), line


@pytest.mark.parametrize("limit", [GITHUB, GITLAB, 4000])
def test_a_huge_change_fits_and_keeps_verdict_findings_and_counts(limit: int) -> None:
    """Two thousand findings on ninety nodes: the rule, its count and the sums are there."""
    nodes = tuple(Node(f"dev-default-{n}", id=n) for n in range(1, 91))
    findings = tuple(replace(OPEN, resource=f"r{n}", message=f"m{n} " * 40) for n in range(2000))
    found = review(
        change(SMALL, replace(SMALL, nodes=(*SMALL.nodes[:1], *nodes)), findings=findings)
    )
    text = comment(found, limit)
    assert size(text) <= limit
    assert text.startswith(marker("dev"))
    assert "## ⛔ Refuse" in text
    assert "2000 reasons against it" in text
    assert f"{found.counts['create']} create" in text
    assert "| `network/world-open-ports` | mandatory | 2000 |" in text
    cut = limit < GITLAB
    assert ("more, cut to fit into one comment" in text) is cut
    assert ("`sovereign review --json` has all of it" in text) is cut
    assert text.count("<details>") == text.count("</details>")


def test_findings_of_many_long_rules_still_fit() -> None:
    """The last resort keeps the beginning."""
    findings = tuple(replace(OPEN, policy=f"rule-{n}-{'x' * 90}") for n in range(3000))
    text = comment(review(change(SMALL, SMALL, findings=findings)), GITHUB)
    assert size(text) <= GITHUB
    assert "3000 reasons against it" in text


def test_a_small_change_is_not_cut() -> None:
    """Nothing is said about a cut."""
    assert "cut to fit" not in comment(review(everything()))


def test_equal_findings_are_one_line_with_their_subjects() -> None:
    """Five names and how many more."""
    findings = tuple(replace(OPEN, resource=f"fw-{n}") for n in range(8))
    text = comment(review(change(SMALL, SMALL, findings=findings)))
    (line,) = [line for line in text.splitlines() if line.startswith("- ⛔")]
    assert "`fw-4` and 3 more" in line


def test_a_finding_of_the_base_is_no_reason_unless_it_is_mandatory() -> None:
    """Advice is folded away; a broken rule would stop `up` all the same."""
    found = review(change(SMALL, SMALL, findings=(ADVICE,), known_findings=(ADVICE,)))
    assert found.verdict == "approve"
    assert "Findings that the base has too (1)" in comment(found)
    found = review(change(SMALL, SMALL, findings=(OPEN,), known_findings=(OPEN,)))
    assert found.verdict == "refuse"
    assert "the base breaks this rule already" in comment(found)


def test_advice_that_is_new_is_to_be_looked_at() -> None:
    """Not refused, not approved unseen."""
    assert review(change(SMALL, SMALL, findings=(ADVICE,))).verdict == "look"
