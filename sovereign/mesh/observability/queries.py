"""The PromQL that rules and dashboard share.

Series: `hubble_http_requests_total{method, protocol, reporter, status}` and
`hubble_http_request_duration_seconds` (cilium `pkg/hubble/metrics/http`), with the labels of
`sovereign.config.HTTP_METRIC`.
"""

from dataclasses import dataclass

REQUESTS = "hubble_http_requests_total"
DURATION = "hubble_http_request_duration_seconds_bucket"
FAILED = ',status=~"5.."'
AVAILABILITY = "service_level:availability:percent"
LATENCY_P95 = "service_level:latency_p95:seconds"
ERROR_RATE = "service_level:error_rate:percent"


@dataclass(frozen=True)
class Source:
    """The series of one service; the texts may be Grafana variables."""

    namespace: str
    workload: str
    reporter: str
    window: str

    def labels(self) -> dict[str, str]:
        """What recorded series and alerts carry."""
        return {"namespace": self.namespace, "workload": self.workload}

    def recorded(self, record: str) -> str:
        """A recorded series of this service."""
        return f'{record}{{namespace="{self.namespace}",workload="{self.workload}"}}'

    def rate(self, series: str, more: str = "") -> str:
        """Per second, over the window."""
        selector = (
            f'reporter="{self.reporter}",destination_namespace="{self.namespace}",'
            f'destination_workload="{self.workload}"{more}'
        )
        return f"rate({series}{{{selector}}}[{self.window}])"

    def recordings(self) -> dict[str, str]:
        """Recorded series -> expression. A service without any 5xx has no such series, hence the
        zero.
        """
        total = f"sum({self.rate(REQUESTS)})"
        failed = f"sum({self.rate(REQUESTS, FAILED)})"
        buckets = f"sum by (le) ({self.rate(DURATION)})"
        errors = f"100 * ({failed} or 0 * {total}) / {total}"
        return {
            ERROR_RATE: errors,
            AVAILABILITY: f"100 - {self.recorded(ERROR_RATE)}",
            LATENCY_P95: f"histogram_quantile(0.95, {buckets})",
        }
