"""What the operator sees: structured logs with a request id, health, readiness, metrics. No personal data in any."""

import logging
import os
import time
from typing import Any
from uuid import uuid4

import structlog
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from lms.foundation import database
from lms.foundation.permissions import Access, allow

bp = Blueprint("watch", __name__)
log = structlog.get_logger("lms.request")

REQUESTS = Counter("lms_requests_total", "Requests answered", ["endpoint", "method", "status"])
SECONDS = Histogram("lms_request_seconds", "Time to answer", ["endpoint"], buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10))


def init_app(app: Flask) -> None:
    """Watch every request of this application."""
    app.before_request(_begin)
    app.after_request(_end)
    app.register_blueprint(bp)


def configure_logging(level: int = logging.INFO) -> None:
    """One JSON object a line on standard error, from our code and the libraries' alike."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _begin() -> None:
    g.request_id = uuid4().hex
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _end(response: Response) -> Response:
    """The rule is logged, never the address: an address may hold a token."""
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, request.method, response.status_code).inc()
    SECONDS.labels(endpoint).observe(seconds)
    rule = request.url_rule.rule if request.url_rule else None
    log.info("answered", method=request.method, rule=rule, status=response.status_code, ms=round(seconds * 1000, 1))
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


@bp.get("/healthz")
@allow(Access.PUBLIC)
def healthz() -> Any:
    """Whether this process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@allow(Access.PUBLIC)
def readyz() -> Any:
    """Whether database, broker and storage answer; 503 names the ones that do not."""
    checks = {name: bool(check()) for name, check in current_app.extensions["readiness"].items()}
    checks["database"] = database.alive()
    ready = all(checks.values())
    return jsonify(status="ready" if ready else "not ready", checks=checks), 200 if ready else 503


@bp.get("/metrics")
@allow(Access.PUBLIC)
def metrics() -> Any:
    """Prometheus's text format, for all web processes of this machine together. nginx does not pass it on."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return Response(generate_latest(registry), mimetype="text/plain")
    return Response(generate_latest(), mimetype="text/plain")
