"""How gunicorn serves in production: threads, because PostgreSQL answers in C; short patience, because nginx sheds load."""

import os
import tempfile

# the workers' counters are added up through files of this folder; it must be there before the application is loaded
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))
bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")  # the container's own network: nginx stands before it
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True  # loaded once, and its memory is shared
worker_class = "gthread"
timeout = 60
graceful_timeout = 20
keepalive = 30
worker_tmp_dir = "/dev/shm"  # noqa: S108  memory: a slow disk must not look like a hung worker
control_socket_disable = True
