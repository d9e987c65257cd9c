"""fetch-artifact.sh: nothing is installed that was not verified."""

import hashlib
import shutil

import pytest

from tests.scripts.sandbox import Ended, Sandbox

URL = "https://releases.test/v1.36.4%2Bk3s1/k3s"
SUMS = "https://releases.test/v1.36.4%2Bk3s1/sha256sum-amd64.txt"
BINARY = "#!/bin/sh\necho k3s\n"
SHA256 = hashlib.sha256(BINARY.encode()).hexdigest()
OTHER = "0" * 64


@pytest.fixture
def release(host: Sandbox) -> Sandbox:
    """A host that reaches a release with a binary and its checksum file."""
    host.write("mirror/releases.test/v1.36.4%2Bk3s1/k3s", BINARY)
    sums = f"{OTHER}  k3s-airgap-images-amd64.tar\n{OTHER}  xk3s\n{SHA256}  k3s\n{OTHER}  k3s\n"
    host.write("mirror/releases.test/v1.36.4%2Bk3s1/sha256sum-amd64.txt", sums)
    return host


def fetch(
    host: Sandbox, sha256: str, sums: str = "-", *, url: str = URL, shell: str = "sh"
) -> Ended:
    """Install the binary as /usr/local/bin/k3s."""
    destination = str(host.root / "usr/local/bin/k3s")
    return host.local("fetch-artifact.sh", url, destination, "0755", sha256, sums, shell=shell)


def left(host: Sandbox) -> list[str]:
    """Everything in the destination's directory."""
    return sorted(path.name for path in (host.root / "usr/local/bin").iterdir())


def test_a_pinned_file_is_installed_with_its_mode(release: Sandbox, shell: str) -> None:
    """The right sum installs the file, and only the file."""
    ended = fetch(release, SHA256, shell=shell)
    assert (ended.code, ended.stdout) == (0, "/usr/local/bin/k3s installed\n"), ended
    assert (release.read("usr/local/bin/k3s"), release.mode("usr/local/bin/k3s")) == (BINARY, 0o755)
    assert left(release) == ["k3s"]


def test_a_file_without_pin_is_verified_by_its_release(release: Sandbox, shell: str) -> None:
    """The entry with exactly this name counts, the first one if there are two."""
    ended = fetch(release, "-", SUMS, shell=shell)
    assert (ended.code, ended.stdout) == (0, "/usr/local/bin/k3s installed\n"), ended
    assert left(release) == ["k3s"]


def test_an_escaped_plus_in_the_name_is_looked_up_as_plus(host: Sandbox) -> None:
    """GitHub writes %2B in addresses and + in checksum files; a binary-mode star is ignored."""
    host.write("mirror/charts.test/cilium-1%2Bone.tgz", BINARY)
    host.write("mirror/charts.test/sums", f"{SHA256} *cilium-1+one.tgz\n")
    url = "https://charts.test/cilium-1%2Bone.tgz"
    assert fetch(host, "-", "https://charts.test/sums", url=url).code == 0


def test_the_directory_is_made(release: Sandbox) -> None:
    """A destination in a directory that does not exist yet is fine."""
    destination = str(release.root / "var/lib/sovereign/manifests/k3s")
    ended = release.local("fetch-artifact.sh", URL, destination, "0644", SHA256, "-")
    assert (ended.code, release.mode("var/lib/sovereign/manifests/k3s")) == (0, 0o644), ended


def test_a_file_that_is_right_is_not_downloaded_again(release: Sandbox) -> None:
    """The second run downloads nothing and only sets the mode right."""
    release.write("usr/local/bin/k3s", BINARY, 0o600)
    ended = fetch(release, SHA256)
    assert (ended.code, ended.stdout) == (0, "/usr/local/bin/k3s is already right\n"), ended
    assert release.calls("curl") == []
    assert release.mode("usr/local/bin/k3s") == 0o755
    assert left(release) == ["k3s"]


def test_another_version_is_replaced(release: Sandbox) -> None:
    """An upgrade overwrites what is there."""
    release.write("usr/local/bin/k3s", "older", 0o755)
    assert fetch(release, SHA256).code == 0
    assert release.read("usr/local/bin/k3s") == BINARY


def test_a_wrong_sum_installs_nothing(release: Sandbox) -> None:
    """What was there stays, nothing is left behind, and both sums are named."""
    release.write("usr/local/bin/k3s", "older", 0o755)
    ended = fetch(release, OTHER)
    assert (ended.code, ended.stdout) == (1, ""), ended
    assert ended.stderr == (
        f"dev-default-1: {URL} has the SHA-256 {SHA256}, but {OTHER} is expected, so it is not"
        " installed; if the file was published anew, correct sovereign/artifacts.yaml.\n"
    )
    assert (release.read("usr/local/bin/k3s"), left(release)) == ("older", ["k3s"])


def test_a_file_without_an_entry_is_refused(release: Sandbox) -> None:
    """A checksum file that does not name the file verifies nothing."""
    release.write("mirror/releases.test/v1.36.4%2Bk3s1/sha256sum-amd64.txt", f"{SHA256}  other\n")
    ended = fetch(release, "-", SUMS)
    assert (ended.code, left(release)) == (1, []), ended
    assert ended.stderr == (
        f"dev-default-1: {SUMS} has no entry for k3s, so {URL} cannot be verified; pin its sha256"
        " in sovereign/artifacts.yaml.\n"
    )


def test_a_file_without_any_sum_is_refused(release: Sandbox) -> None:
    """Neither pin nor checksum file: refused before anything is downloaded."""
    ended = fetch(release, "-")
    assert (ended.code, release.calls("curl"), left(release)) == (1, [], []), ended
    assert ended.stderr == (
        f"dev-default-1: {URL} has neither a pinned checksum nor a checksum file, so it is not"
        " installed; pin its sha256 in sovereign/artifacts.yaml.\n"
    )


def test_a_failed_download_says_where_from(release: Sandbox) -> None:
    """The address and the two ways out follow curl's own message."""
    ended = fetch(release, SHA256, url="https://releases.test/gone")
    assert (ended.code, left(release)) == (1, []), ended
    assert ended.stderr == (
        "curl: (22) The requested URL returned error: 404\n"
        "dev-default-1: cannot download https://releases.test/gone; check that this host reaches"
        " it, or name a mirror in sovereign:artifactMirror.\n"
    )


def test_a_terminated_run_leaves_nothing_behind(release: Sandbox) -> None:
    """SIGTERM in mid-download removes the unfinished file."""
    release.write("bin/curl", '#!/bin/sh\nkill -TERM "$PPID"\n', 0o755)
    assert fetch(release, SHA256).code == 1
    assert left(release) == []


def test_the_download_is_bounded_and_follows_redirects(release: Sandbox) -> None:
    """HTTP errors fail, no redirect leads to plain HTTP, and a stalled transfer ends."""
    fetch(release, SHA256)
    (call,) = release.calls("curl")
    assert call.startswith(
        "--fail --location --silent --show-error --proto =https,http,file --proto-redir =https"
        " --retry 5 --retry-connrefused --connect-timeout 10 --speed-limit 1024 --speed-time 60"
        " --output "
    )


def test_the_real_curl_understands_every_option(release: Sandbox) -> None:
    """The stand-in for curl may be lenient; the real one installs from a directory mirror."""
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("this machine has no curl")
    (release.root / "bin/curl").unlink()
    (release.root / "bin/curl").symlink_to(curl)
    url = f"file://{release.root}/mirror/releases.test/v1.36.4%252Bk3s1/k3s"
    assert fetch(release, SHA256, url=url).code == 0
    assert left(release) == ["k3s"]
