"""An S3 store for what is kept of logs, metrics and traces."""

import re
from dataclasses import dataclass

from sovereign.mesh.checks import Checks

_BUCKET = re.compile(r"[a-z0-9][-a-z0-9.]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class ObjectStorage:
    """An S3 store, Hetzner's for example, and the Secret with its keys."""

    bucket: str
    """Prefix of the five buckets: `<bucket>-logs`, `-metrics`, `-rules`, `-alerts`, `-traces`;
    create them beforehand.
    """
    endpoint: str = "nbg1.your-objectstorage.com"
    region: str = "nbg1"
    secret: str = "object-storage"
    """Has the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""

    def check(self, checks: Checks) -> None:
        """Add what is wrong."""
        longest = f"{self.bucket}-metrics"
        if not (_BUCKET.fullmatch(self.bucket) and _BUCKET.fullmatch(longest)):
            rule = "must be 3 to 55 lower-case letters, digits, '-' and '.'"
            checks.add("storage.bucket", self.bucket, rule, "write for example shop-observability")
        if "://" in self.endpoint:
            checks.add(
                "storage.endpoint",
                self.endpoint,
                "must be a host name without scheme",
                "leave the scheme out",
            )
        else:
            checks.host("storage.endpoint", self.endpoint)
        checks.label("storage.region", self.region)
        checks.name("storage.secret", self.secret)
