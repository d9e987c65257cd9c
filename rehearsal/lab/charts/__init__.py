"""The lab's own charts, packed as Helm takes them: stand-ins that keep the names, workloads and
tolerations of the real ones and refuse every value that a Sovereign cannot produce.
"""

import gzip
import io
import tarfile
from pathlib import Path

from rehearsal.nodes import cilium, cloud_controller

NAMES = (cilium.CHART, cloud_controller.CHART)
UNVERSIONED = "0.0.0"
"""What stands in `Chart.yaml` where the asked version goes."""


def directory(name: str) -> Path:
    """Where the chart's files are; KeyError for another name than `NAMES`."""
    if name not in NAMES:
        raise KeyError(name)
    return Path(__file__).with_name(name)


def package(name: str, version: str) -> bytes:
    """The chart's archive in that version: the same bytes on every machine."""
    root = directory(name)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            content = file.read_bytes()
            if file.name == "Chart.yaml":
                content = content.replace(UNVERSIONED.encode(), version.encode())
            entry = tarfile.TarInfo(f"{name}/{file.relative_to(root).as_posix()}")
            entry.size = len(content)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)
