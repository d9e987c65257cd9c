"""`sovereign migrate istio`: exit codes, files, report."""

import json
from io import StringIO
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from sovereign.cli.migrate import app
from sovereign.mesh.istio import migrate, report

RUN = CliRunner()
EXAMPLES = Path(__file__).parent / "examples"


def test_a_directory_without_losses_ends_with_0(tmp_path: Path) -> None:
    """The manifests are written, one file each, and can be read again."""
    out = tmp_path / "cilium"
    result = RUN.invoke(app, ["istio", str(EXAMPLES / "clean"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert f"4 manifests written to {out}" in result.stdout
    assert sorted(path.name for path in out.iterdir()) == [
        "ciliumenvoyconfig.shop.api-traffic-policy.yaml",
        "ciliumnetworkpolicy.shop.default-peer-authentication.yaml",
        "ciliumnetworkpolicy.shop.nobody-authorization.yaml",
        "httproute.shop.api.yaml",
    ]
    assert all(yaml.safe_load(path.read_text())["kind"] for path in out.iterdir())


def test_a_loss_ends_with_1_and_its_reason() -> None:
    """The table names line, field and why; nothing is written without --out."""
    result = RUN.invoke(app, ["istio", str(EXAMPLES / "shop")])
    assert result.exit_code == 1
    assert "mirrors are not converted" in result.stdout
    assert "spec.http[0].fault.delay.fixedDelay" in result.stdout
    assert "OpenTelemetry: 10 settings, untouched" in result.stdout
    assert "write with --out" in result.stdout


def test_a_narrow_table_cuts_no_path() -> None:
    """Folded, every character of it is there."""
    output = StringIO()
    report.show(migrate(EXAMPLES / "shop"), Console(file=output, width=60))
    text = "".join(
        line.split("│")[2].strip() for line in output.getvalue().splitlines() if "│" in line
    )
    assert "spec.trafficPolicy.connectionPool.http.http1MaxPendingRequests" in text
    assert "…" not in output.getvalue()


def test_the_json_report_has_every_field_and_the_manifests() -> None:
    """For programs."""
    result = RUN.invoke(app, ["istio", str(EXAMPLES / "clean"), "--json"])
    report = json.loads(result.stdout)
    assert report["complete"] is True
    assert len(report["manifests"]) == 4
    fields = {field["path"] for document in report["documents"] for field in document["fields"]}
    assert {"spec.http[0].timeout", "spec.mtls.mode", "spec.selector.app"} <= fields
    assert report["openTelemetry"]["untouched"] is True


def test_retries_are_written_with_the_experimental_channel() -> None:
    """And lost without."""
    arguments = ["istio", str(EXAMPLES / "shop"), "--json"]
    plain = RUN.invoke(app, arguments).stdout
    channel = RUN.invoke(app, [*arguments, "--experimental"]).stdout
    assert '"retry"' not in plain
    assert '"retry"' in channel


def test_objects_without_a_namespace_get_the_given_one(tmp_path: Path) -> None:
    """`default` otherwise."""
    (tmp_path / "a.yaml").write_text(
        "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}}"
    )
    arguments = ["istio", str(tmp_path), "--json", "--namespace", "prod"]
    report = json.loads(RUN.invoke(app, arguments).stdout)
    assert report["manifests"][0]["metadata"]["namespace"] == "prod"


@pytest.mark.parametrize("as_json", [False, True])
def test_bad_yaml_ends_with_2_and_its_line(tmp_path: Path, as_json: bool) -> None:
    """Nothing is written."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "b.yaml").write_text("a: 1\nb: [\n")
    arguments = ["istio", str(source), "--out", str(tmp_path / "out")]
    result = RUN.invoke(app, [*arguments, *(["--json"] if as_json else [])])
    assert result.exit_code == 2
    assert "b.yaml:3:" in (json.loads(result.stdout)["error"] if as_json else result.stderr)
    assert not (tmp_path / "out").exists()


def test_a_directory_without_documents_is_bad_usage(tmp_path: Path) -> None:
    """A wrong path must not look like success."""
    assert RUN.invoke(app, ["istio", str(tmp_path)]).exit_code == 2
    assert RUN.invoke(app, ["istio", str(tmp_path / "missing")]).exit_code == 2


@pytest.mark.parametrize("place", [".", "out", ".."])
def test_output_and_input_must_not_mix(tmp_path: Path, place: str) -> None:
    """A second run would read the first one's output."""
    source = tmp_path / "in"
    source.mkdir()
    text = (EXAMPLES / "clean" / "all.yaml").read_text()
    (source / "all.yaml").write_text(text)
    result = RUN.invoke(app, ["istio", str(source), "--out", str(source / place)])
    assert result.exit_code == 2
    assert "in one another" in result.stderr
    assert [path.name for path in source.iterdir()] == ["all.yaml"]
    assert (source / "all.yaml").read_text() == text
