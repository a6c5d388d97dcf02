"""Request log and Prometheus metrics, by route: a path may contain a token."""

import logging
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, GCCollector, Histogram, PlatformCollector, ProcessCollector

ROUTE = "bookonce.route"
"""The key of the WSGI environment under which the app stores the route."""

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

log = logging.getLogger("bookonce.request")

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Metrics:
    """The Prometheus metrics of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.seconds = Histogram(
            "bookonce_request_seconds",
            "Seconds that requests took, by method, route and status.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )


def metrics_middleware(app: App, metrics: Metrics | None) -> App:
    """Return the app; each request is logged, and counted in `metrics` unless it is None."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        began, status = perf_counter(), "500"

        def start(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal status
            for _name, value in headers:
                value.encode("latin-1")  # as the server will: what it refuses is a 500
            write = start_response(line, headers, *more)
            status = line[:3]
            return write

        try:
            return app(environ, start)
        finally:
            seconds = perf_counter() - began
            asked = environ.get("REQUEST_METHOD", "")
            method, route = asked if asked in METHODS else "other", environ.get(ROUTE) or _other_route(environ)
            if metrics:
                metrics.seconds.labels(method, route, status).observe(seconds)
            fields = {"method": method, "route": route, "status": int(status), "ms": round(seconds * 1000, 1)}
            log.info("request", extra={"fields": fields})

    return serve


def _other_route(environ: dict[str, Any]) -> str:
    return "/static/<file>" if environ.get("PATH_INFO", "").startswith("/static/") else "none"
