"""The page of a stack: complete, escaped, and opened in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from typer.testing import CliRunner

from rehearsal.picture import topology
from rehearsal.picture.page import Facts, render
from rehearsal.timeline import Span
from sovereign.cli import app
from sovereign.plan import SovereignPlan
from tests.configurations import HIGHLY_AVAILABLE, ROOT, dev, plan

CHROMIUM = shutil.which("chromium")
SIZES = [(1280, 800), (390, 844)]
SCHEMES = ["light", "dark"]
LEAST_CONTRAST = 4.5
"""Of text on its ground (WCAG 2.2, AA)."""
SPANS = [
    Span("u1", "hcloud:index/server:Server", "dev-control-plane-1", "create", 0, 8),
    Span("u2", "command:remote:Command", "dev-control-plane-1-join", "create", 8, 12, failed=True),
]


def answer(planned: SovereignPlan, reason: str = "") -> dict[str, Any]:
    """The answer of an up; with a reason the last node is not Ready."""
    last = planned.nodes[-1].name
    nodes = [
        {
            "name": n.name,
            "serverType": n.server_type,
            "privateIp": n.private_ip,
            "ready": not (reason and n.name == last),
            "apiAddress": "10.0.1.2:6443",
        }
        for n in planned.nodes
    ]
    finding = {"pack": "network", "policy": "p", "level": "advisory", "message": "said"}
    return {
        "result": "failed" if reason else "succeeded",
        "durationSeconds": 4.2,
        "engine": "embedded",
        "nodes": [{**n, "reason": reason if not n["ready"] else ""} for n in nodes],
        "components": [{"name": "Cilium", "ready": True, "reason": ""}],
        "policyPacks": [
            {"name": "network", "version": "1", "rules": 9, "evaluated": 9, "deferred": 0}
        ],
        "policies": [finding],
        "reality": {"nodes": "modelled"},
    }


def facts(planned: SovereignPlan, seen: dict[str, Any] | None, spans: list[Span]) -> Facts:
    return Facts("dev", planned, seen, spans, "2026-11-22")


def test_what_is_planned_is_shown_before_anything_ran() -> None:
    """Every node is planned, none is called Ready, nothing was judged."""
    text = render(facts(plan(dev()), None, []))
    assert "<b>3</b><span>nodes planned</span>" in text
    assert text.count(">planned<") >= 3
    assert "Nothing was judged yet" in text
    assert "No timeline is known" in text


def test_a_node_that_is_not_ready_says_why() -> None:
    """The reason stands beside the node, and the drawing marks it."""
    planned = plan(dev())
    text = render(facts(planned, answer(planned, "dial tcp: refused"), SPANS))
    assert "dial tcp: refused" in text
    assert '<g class="node bad"><title>dev-default-2: NotReady' in text
    assert "2 of 3" in text


def test_every_section_shows_its_facts() -> None:
    """Costs, versions, findings, packs, components, firewalls, each step of the timeline."""
    planned = plan(dev())
    text = render(facts(planned, answer(planned, "dial tcp: refused"), SPANS))
    amount = planned.cost.amount
    assert amount is not None
    for part in (
        f"{amount:.2f} {planned.cost.currency} a month for 3 servers",
        f">{planned.k3s_version}<",
        f">{planned.cilium.version}<",
        "<b>advisory</b> network/p: said",
        "<td>network</td><td>1</td><td>9</td><td>9</td><td>0</td>",
        ">Cilium<",
        "behind dev-control-plane: tcp 22, tcp 6443",
        "behind dev-workers: tcp 22",
        "network 10.0.0.0/16, nodes 10.0.1.0/24",
        "operators: 203.0.113.0/24",
        "<b>dev-control-plane-1</b> Server",
        '<span class="bar failed" style="left:',
        "nodes: modelled",
        "3 of 100",
    ):
        assert part in text, part


def test_what_the_stack_file_does_not_plan_is_shown_and_said() -> None:
    """The last up had other settings: its node is Ready, though the stack file knows nothing of it,
    and a planned one was never made."""
    seen = answer(plan(dev(pools={"default": {"ids": [1, 3]}})))
    text = render(facts(plan(dev()), seen, []))
    assert "not in the stack file: dev-default-3." in text
    assert "not in the last up: dev-default-2." in text
    assert "3 of 4" in text
    assert '<g class="node good"><title>dev-default-3: Ready' in text
    assert '<g class="node planned"><title>dev-default-2: planned' in text


def test_a_name_that_does_not_fit_is_shortened_and_whole_in_its_title() -> None:
    """63 characters on a telephone."""
    pool = "a-pool-of-a-name-that-is-nearly-too-long-for-a-host"
    planned = plan(dev(pools={pool: {"ids": [1]}}))
    name = planned.nodes[-1].name
    drawing = topology.draw(planned, {}, 400)
    assert f">{name}</text>" not in drawing
    assert f"<title>{name}</title></text>" in drawing


def test_nothing_on_the_page_is_taken_for_markup() -> None:
    """A reason that an attacker could have written is text."""
    planned = plan(dev())
    text = render(facts(planned, answer(planned, "<script>alert(1)</script>"), []))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_page_loads_nothing() -> None:
    """No address in it but the namespace of SVG, and no style or script from elsewhere."""
    planned = plan(dev())
    text = render(facts(planned, answer(planned), SPANS))
    addresses = [part for part in text.split('"') if part.startswith(("http:", "https:", "//"))]
    assert set(addresses) == {"http://www.w3.org/2000/svg"}
    assert "<link" not in text.replace('<link rel="icon" href="data:,">', "")
    assert "@import" not in text
    assert "url(" not in text.replace("url(#head)", "")


def test_every_node_is_in_both_drawings_with_its_way_to_the_api() -> None:
    """However many columns fit; a node without an address seen shows the planned one."""
    planned = plan(HIGHLY_AVAILABLE | {"apiServerAddress": "node-local"})
    for room in (400, 1128):
        drawing = topology.draw(planned, {}, room)
        for node in planned.nodes:
            assert f">{node.name}</text>" in drawing
        assert drawing.count("API 127.0.0.1:6444") == len(planned.nodes)
        assert drawing.count('class="way arrow"') == 2


def test_nobody_from_outside_is_drawn_without_an_arrow() -> None:
    """An empty allow-list is said, and no way leads in."""
    drawing = topology.draw(plan(dev(pools={}), operators=[]), {}, 1128)
    assert "nobody: no firewall opens a port" in drawing
    assert 'class="way arrow"' not in drawing


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, SovereignPlan]]:
    """Three stacks: the default, one with several control planes, one with 95 nodes."""
    crowd = dev(pools={"default": {"firstId": 1, "count": 94}})
    found = {}
    for name, cluster in {"dev": dev(), "several": HIGHLY_AVAILABLE, "crowd": crowd}.items():
        planned = plan(cluster)
        file = tmp_path_factory.mktemp(name) / "report.html"
        text = render(facts(planned, answer(planned, "some reason " * 20), SPANS))
        file.write_text(text, encoding="utf-8")
        found[name] = file, planned
    return found


def opened(browser: Browser, file: Path, size: tuple[int, int], scheme: Any) -> Page:
    """The page, with whatever the browser said about it kept in `page.said`."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    page.goto(file.as_uri())
    assert [one for one in said if one != file.as_uri() and one != "data:,"] == []
    return page


@pytest.mark.parametrize("name", ["dev", "several", "crowd"])
@pytest.mark.parametrize("size", SIZES)
def test_a_browser_shows_every_node_without_an_error(
    browser: Browser,
    pages: dict[str, tuple[Path, SovereignPlan]],
    name: str,
    size: tuple[int, int],
) -> None:
    """No console message, no request, every node visible, nothing wider than the screen."""
    file, planned = pages[name]
    page = opened(browser, file, size, "light")
    drawn = page.locator("svg .node text.name:visible").all_text_contents()
    assert sorted(drawn) == sorted(node.name for node in planned.nodes)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    least = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg .node text')]"
        ".map(e => e.getBoundingClientRect().height).filter(h => h > 0))"
    )
    assert least >= 10, "text of the drawing is too small to be read"
    page.close()


CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_can_be_read_in_light_and_dark(
    browser: Browser,
    pages: dict[str, tuple[Path, SovereignPlan]],
    scheme: str,
    size: tuple[int, int],
) -> None:
    """Contrast of at least 4.5 to 1 everywhere, drawings included; the two schemes differ."""
    page = opened(browser, pages["dev"][0], size, scheme)
    measured = page.evaluate(CONTRAST)
    assert {"name", "firewall-title", "seconds", "reason"} <= {where for _, where in measured}
    assert [entry for entry in measured if entry[0] < LEAST_CONTRAST] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in ground[4:-1].split(",")) / 3
    assert (brightness > 128) == (scheme == "light")
    page.close()


def test_the_command_writes_the_page_of_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a rehearsal the plan alone; the file is where it was asked for."""
    monkeypatch.chdir(tmp_path)
    arguments = ["report", "--program", str(ROOT), "--output", "page.html"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "dev-control-plane-1" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_wrong_event_log_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, the file named, no traceback."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log").write_text("[]", encoding="utf-8")
    arguments = ["report", "--program", str(ROOT), "--event-log", str(tmp_path / "log")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "must be an event log of the engine" in " ".join(result.output.split())
