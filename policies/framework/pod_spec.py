"""The containers of whatever runs pods."""

from collections.abc import Iterator

from .rule import Props
from .values import Unknown, at, entries

POD_SPECS = (
    ("spec",),
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
)
"""Of a Pod, of what has a template, of a CronJob."""


def containers(props: Props) -> Iterator[tuple[str, object]]:
    """Yield the path and the content of each container, those that only start a pod included.

    A list that is not known yet is yielded as it is, in the place of its containers.
    """
    for steps in POD_SPECS:
        spec = at(props, *steps)
        if isinstance(spec, Unknown):
            yield spec.path, spec
            return
        for key in ("initContainers", "containers"):
            listed = at(spec, key)
            path = ".".join((*steps, key))
            if isinstance(listed, Unknown):
                yield path, listed
            for index, container in enumerate(entries(listed)):
                yield f"{path}[{index}]", container
