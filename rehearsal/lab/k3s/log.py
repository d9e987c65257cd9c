"""Messages as k3s writes them, to stderr."""

import json
import logging
import sys
from datetime import UTC, datetime


def info(message: str) -> None:
    """Something went as it should."""
    _write("info", message)


def warning(message: str) -> None:
    """Something was passed over."""
    _write("warning", message)


def error(message: str) -> None:
    """Something failed and is tried again."""
    _write("error", message)


def fatal(message: str) -> None:
    """The process ends with this."""
    _write("fatal", message)


def adopt() -> None:
    """Have what Python's own libraries report written in the same form."""
    logging.getLogger().addHandler(_Reports())


class _Reports(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _write("debug", record.getMessage().splitlines()[0])
        if record.exc_info and record.exc_info[1]:
            _write("debug", repr(record.exc_info[1]))


def _write(level: str, message: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = json.dumps(message, ensure_ascii=False)
    sys.stderr.write(f'time="{now}" level={level} msg={text}\n')
    sys.stderr.flush()
