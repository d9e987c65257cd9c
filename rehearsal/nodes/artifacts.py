"""Downloads as `fetch-artifact.sh` does them: checked against a sum before anything is installed.

Nothing is downloaded. A URL serves one content; the first sum that is pinned for it is taken as
that content's,
so a second, different one does not match. A release's own checksum file is taken to be right.
"""

import hashlib
from dataclasses import dataclass

from rehearsal.nodes.surroundings import Surroundings

UNPINNED = "-"


@dataclass(frozen=True)
class Downloads:
    """The downloads of one host."""

    host: str
    installed: dict[str, str]
    """Path -> URL it came from; kept with the host."""
    published: dict[str, str]
    """URL -> SHA-256 of its content, from the first download on; shared by all hosts."""
    around: Surroundings

    def fetch(self, url: str, destination: str, sha256: str, checksums: str) -> str:
        """Install `url` at `destination`; answer with the sentence of a failure, or an empty
        text."""
        if sha256 == UNPINNED and checksums == UNPINNED:
            return (
                f"{self.host}: {url} has neither a pinned checksum nor a checksum file, so it "
                "is not installed; "
                "pin its sha256 in sovereign/artifacts.yaml."
            )
        original = self.published.get(url) or (_sum_of(url) if sha256 == UNPINNED else sha256)
        expected = original if sha256 == UNPINNED else sha256
        if self.installed.get(destination) == url and expected == original:
            return ""
        damaged = any(part in url for part in self.around.damaged_artifacts)
        received = _sum_of(f"damaged {url}") if damaged else original
        if received != expected:
            return (
                f"{self.host}: {url} has the SHA-256 {received}, but {expected} is expected, "
                "so it is not installed; "
                "if the file was published anew, correct sovereign/artifacts.yaml."
            )
        self.published[url] = original
        self.installed[destination] = url
        return ""


def _sum_of(text: str) -> str:
    """A sum for content that this model never sees."""
    return hashlib.sha256(text.encode()).hexdigest()
