"""Helm and kubectl as programs: their files, their environment, their messages."""

import stat
from pathlib import Path

import pytest

from rehearsal.lab.drivers.programs import programs, shortened
from rehearsal.nodes.ports import ApiUnreachable


def test_only_this_user_may_read_a_calls_files_and_they_end_with_it(tmp_path: Path) -> None:
    """Kubeconfig and values hold secrets."""
    with programs(tmp_path, "a kubeconfig") as call:
        files = [call.file("values.yaml", "token: x"), call.directory / "kubeconfig"]
        modes = {stat.S_IMODE(path.stat().st_mode) for path in files}
        around = stat.S_IMODE(call.directory.stat().st_mode)

    assert (modes, around) == ({0o600}, 0o700)
    assert not call.directory.exists()


def test_programs_see_nothing_of_the_callers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither another kubeconfig nor a token nor a proxy; nothing secret in the arguments."""
    for name in ("KUBECONFIG", "HCLOUD_TOKEN", "HTTPS_PROXY", "HELM_KUBETOKEN"):
        monkeypatch.setenv(name, "the-callers")
    shows = tmp_path / "helm"
    shows.write_text('#!/bin/sh\nenv; echo "$@"\n', encoding="utf-8")
    shows.chmod(0o755)

    with programs(tmp_path, "a kubeconfig") as call:
        said = call.run("helm", "version")

    assert "the-callers" not in said
    assert f"KUBECONFIG={call.directory}/kubeconfig" in said
    assert said.splitlines()[-1] == "version"


def test_a_program_that_does_not_end_is_unreachable(tmp_path: Path) -> None:
    """With the limit in the sentence."""
    sleeps = tmp_path / "kubectl"
    sleeps.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    sleeps.chmod(0o755)

    with programs(tmp_path, "") as call, pytest.raises(ApiUnreachable, match=r"apply: no end"):
        call.run("kubectl", "apply", limit_s=0.1)


def test_messages_lose_what_no_operator_needs() -> None:
    """Prefixes of programs, warnings, the hint at --debug; of the reason nothing."""
    said = (
        "WARNING: Kubernetes configuration file is group-readable.\n"
        'I1122 14:00:05.573513      56 warnings.go:70] "deprecated"\n'
        'Error: INSTALLATION FAILED: Kubernetes cluster unreachable: Get "https://a:6443/version": '
        "dial tcp a:6443: i/o timeout\n"
        "\nUse --debug flag to render out invalid YAML\n"
    )

    assert shortened(said) == 'Get "https://a:6443/version": dial tcp a:6443: i/o timeout'
    assert shortened("error: no matches for kind X\nensure CRDs are installed first\n") == (
        "no matches for kind X\nensure CRDs are installed first"
    )
    assert shortened("") == "it ended without a word"
