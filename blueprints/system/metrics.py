"""Metrics for Prometheus: of this process, and of the undelivered mail."""

import hmac
from collections.abc import Iterator

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

import config
from middleware.request_metrics import Metrics
from notifications.undelivered import count_undelivered

bp = Blueprint("metrics", __name__)


class Mails(Collector):
    """How many mails wait to be sent and how many could not be sent; the same for all processes."""

    def collect(self) -> Iterator[Metric]:
        """Yield the counts, queried now."""
        waiting, failed = count_undelivered()
        family = GaugeMetricFamily("bookonce_mails", "Mails that are not sent (yet), by state.", labels=["state"])
        family.add_metric(["waiting"], waiting)
        family.add_metric(["failed"], failed)
        yield family


@bp.get("/metrics")
def metrics() -> Response:
    """Return the metrics to clients with METRICS_TOKEN; 404 if it is not set."""
    token = config.current().metrics_token
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        refused = Response("METRICS_TOKEN is asked for.\n", 401, mimetype="text/plain")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    mails = CollectorRegistry()
    mails.register(Mails())
    figures: Metrics = current_app.extensions["request_metrics"]
    return Response(generate_latest(figures.registry) + generate_latest(mails), content_type=CONTENT_TYPE_LATEST)
