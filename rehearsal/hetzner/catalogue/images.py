"""System images, one per name and architecture.

The x86 ids of ubuntu-24.04, debian-12 and debian-13 are Hetzner's (recorded by the real provider);
the others are made up. The API answers an image as it was asked for: by name or by id.
"""

from dataclasses import dataclass

from rehearsal.hetzner.catalogue.deprecation import Deprecation

UBUNTU_20 = Deprecation("2025-04-09T00:00:00Z", "2025-07-09T00:00:00Z")
DEBIAN_11 = Deprecation("2026-08-31T00:00:00Z", "2026-11-30T00:00:00Z")


@dataclass(frozen=True)
class Image:
    """``deprecation`` None: the image will stay."""

    id: int
    name: str
    architecture: str
    deprecation: Deprecation | None = None

    @property
    def os_flavor(self) -> str:
        """``ubuntu``, ``debian``, ..."""
        return self.name.partition("-")[0]

    @property
    def os_version(self) -> str:
        """``24.04``."""
        return self.name.rpartition("-")[2]

    @property
    def description(self) -> str:
        """``Ubuntu 24.04``."""
        return self.name.replace("-", " ").title()


_SYSTEM = (
    ("ubuntu-20.04", 15512617, 103908070, UBUNTU_20),
    ("ubuntu-22.04", 67794396, 103908130, None),
    ("ubuntu-24.04", 161547269, 161547270, None),
    ("debian-11", 45557056, 103907373, DEBIAN_11),
    ("debian-12", 114690387, 114690389, None),
    ("debian-13", 310557660, 310557715, None),
    ("rocky-8", 45780273, 103907427, None),
    ("rocky-9", 118521045, 118521046, None),
    ("rocky-10", 301201045, 301201046, None),
    ("alma-9", 118521065, 118521066, None),
    ("alma-10", 301201065, 301201066, None),
    ("centos-stream-9", 118521085, 118521086, None),
    ("centos-stream-10", 301201085, 301201086, None),
    ("fedora-42", 231287345, 231287346, None),
    ("opensuse-15", 118521105, 118521106, None),
)

IMAGES = tuple(
    Image(id_, name, architecture, deprecation)
    for name, x86, arm, deprecation in _SYSTEM
    for id_, architecture in ((x86, "x86"), (arm, "arm"))
)

IMAGE = {image.id: image for image in IMAGES}
