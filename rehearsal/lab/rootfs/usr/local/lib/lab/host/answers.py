"""What `systemctl` is asked and answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

FLAGS = ("quiet", "now", "no_block", "value")


@dataclass(frozen=True)
class Answer:
    """What a command prints and ends with."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0


Reply = Callable[[Answer], None]


@dataclass
class Order:
    """A parsed command line."""

    verb: str = ""
    units: list[str] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)
    quiet: bool = False
    now: bool = False
    no_block: bool = False
    value: bool = False

    def lines(self, words: Sequence[str]) -> str:
        """A line per word, or nothing with `--quiet`."""
        return "" if self.quiet else "".join(f"{word}\n" for word in words)


def parse(arguments: Sequence[str]) -> Order:
    """Options that change nothing here are passed over."""
    words = list(arguments)
    order = Order()
    while words:
        word = words.pop(0)
        name, _, value = word.partition("=")
        flag = word.removeprefix("--").replace("-", "_")
        if name in ("-p", "--property", "-P"):
            order.properties += (value or words.pop(0)).split(",")
            order.value = order.value or name == "-P"
        elif word == "-q":
            order.quiet = True
        elif word.startswith("--") and flag in FLAGS:
            setattr(order, flag, True)
        elif word.startswith("-"):
            continue
        elif order.verb:
            order.units.append(word)
        else:
            order.verb = word
    return order
