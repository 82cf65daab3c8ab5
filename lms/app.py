"""Puts the applications together: the only file that knows every capability."""

from typing import Any

from celery import Celery
from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise  # type: ignore[import-untyped]

from lms import config, demo, reactions
from lms.accounts import faces, sessions
from lms.accounts import routes as accounts
from lms.accounts import tasks as accounts_tasks
from lms.accounts.routes import audit as audit_pages
from lms.accounts.routes import catalogues as catalogue_pages
from lms.accounts.routes import people, people_rights, people_staff  # noqa: F401 - the doors of one blueprint
from lms.accounts.routes import regions as region_pages
from lms.accounts.signing_in import province
from lms.cohorts import check_routes  # noqa: F401 - more doors of the blueprint of classes
from lms.cohorts import queries as cohort_queries
from lms.cohorts import routes as cohorts
from lms.cohorts.on_versions import classes_on
from lms.foundation import clock, gate, secrets, sending
from lms.foundation.database import db, engine_options, refuse_unsafe_server
from lms.foundation.permissions import Access
from lms.inspections import mending  # noqa: F401 - more doors of the blueprint of inspections
from lms.inspections import routes as inspections
from lms.inspections import tasks as inspections_tasks
from lms.learning import cmi5_tasks, presence_tasks
from lms.learning import queries as learning_queries
from lms.learning import routes as learning
from lms.learning import tasks as learning_tasks
from lms.learning.checking import rounds as hours_checks
from lms.learning.routes import cmi5, cmi5_api, content_host, reviews
from lms.learning.routes import scorm as learning_scorm
from lms.lrs import keys as lrs_keys
from lms.lrs import outlook as lrs_outlook
from lms.lrs import routes as lrs
from lms.lrs import tasks as lrs_tasks
from lms.plans import routes as plans
from lms.publishing import content
from lms.publishing import outlook as course_outlook
from lms.publishing import routes as publishing
from lms.publishing import tasks as publishing_tasks
from lms.publishing import tasks_media as publishing_media
from lms.publishing.routes import lessons, sounds  # noqa: F401 - more doors of the blueprint of lessons
from lms.questions import routes as questions
from lms.reporting import routes as reporting
from lms.subsidies import check_routes as recomputed
from lms.subsidies import routes as subsidies
from lms.subsidies import tasks as subsidies_tasks
from lms.subsidies.sheets import routes as sheets
from lms.web import errors, filters, headers, hosts, manifest, navigation, origins, tokens, watch
from media import elsewhere
from media.storage import storage_for

MIGRATIONS = str(config.CHECKOUT / "migrations")
SMALL_BODY = 1_000_000

csrf = tokens.Tokens()


BLUEPRINTS = (
    accounts.bp,
    accounts.helping,
    accounts.organisations.bp,
    accounts.organisations_delegations.bp,
    people.bp,
    audit_pages.bp,
    catalogue_pages.bp,
    region_pages.bp,
    plans.bp,
    questions.bp,
    publishing.bp,
    publishing.training,
    lessons.bp,
    cohorts.bp,
    learning.bp,
    reviews.bp,
    inspections.bp,
    subsidies.bp,
    sheets.bp,
    recomputed.bp,
    reporting.bp,
    lrs.pages,
    cmi5_api.bp,
)
# What the content host routes, and nothing else: each door there is guarded by the token in its path.
CONTENT_BLUEPRINTS = (content.bp, learning_scorm.bp, content_host.bp, cmi5.content)
# Whom the pages of the record store ask about what stands above it.
RECORDS = lrs_outlook.Outlook(
    classes=cohort_queries.cohorts_to_export, places=learning_queries.registrations_of, members=cohort_queries.members
)
# Importing a capability's tasks names its job handlers.
TASKS = (
    accounts_tasks,
    publishing_tasks,
    publishing_media,
    learning_tasks,
    presence_tasks,
    hours_checks,
    inspections_tasks,
    subsidies_tasks,
    lrs_tasks,
    cmi5_tasks,
    demo,
)


def create_app(settings: config.Settings | None = None) -> Flask:
    """The application of pages and machine endpoints."""
    app = _bare("lms", settings or config.load())
    watch.init_app(app)
    origins.init_app(app)
    gate.init_app(app)
    sessions.init_app(app)
    csrf.init_app(app)
    Babel(app, default_locale="zh_Hans_CN", default_timezone="Asia/Shanghai")
    Compress(app)
    manifest.init_app(app)
    for part in (errors, filters, navigation):
        part.init_app(app)
    sending.init_app(app, app.config["LMS"])
    province.init_app(app, app.config["LMS"].providers)
    faces.init_app(app, app.config["LMS"])
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_blueprint(lrs.bp)
    csrf.exempt(lrs.bp)
    app.register_blueprint(accounts.receipts)
    csrf.exempt(accounts.receipts)
    gate.register(app, Access.LRS_KEY, lrs_keys.authenticate)
    lrs_outlook.init_app(app, RECORDS)
    course_outlook.init_app(app, classes_on)
    return app


def create_content_app(settings: config.Settings | None = None) -> Flask:
    """The application of other people's content: no cookie, no session, no pages."""
    app = _bare("content", settings or config.load())
    app.session_interface = sessions.NoSessions()
    gate.init_app(app)
    manifest.init_app(app)
    for blueprint in CONTENT_BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def create_wsgi(settings: config.Settings | None = None) -> Any:
    """What gunicorn runs: both applications behind their hosts, and the built assets."""
    settings = settings or config.load()
    watch.configure_logging()
    app = create_app(settings)
    with app.app_context():
        refuse_unsafe_server(db.engine)
    media = elsewhere.origin(settings.s3_url)
    pages = headers.Headers(_with_assets(app), headers.page_policy(settings.content_origin, media))
    content = headers.Headers(_with_assets(create_content_app(settings)), headers.CONTENT_POLICY)
    house = headers.Headers(hosts.Hosts(settings, pages, content), "default-src 'none'; frame-ancestors 'none'")
    return ProxyFix(house, x_for=settings.proxies, x_proto=settings.proxies) if settings.proxies else house


def _with_assets(app: Flask) -> Any:
    """The application behind the built assets: the shells of packages need them on their own host."""
    static = WhiteNoise(app.wsgi_app, max_age=31536000, immutable_file_test=lambda *_: True)
    static.add_files(str(manifest.STATIC), prefix="static/")
    return static


def _bare(name: str, settings: config.Settings) -> Flask:
    """What both applications need: settings, keys, database, storage, the broker."""
    app = Flask(name, root_path=str(config.CHECKOUT / "lms" / "web"), static_folder=None)
    app.config.update(
        LMS=settings,
        SQLALCHEMY_DATABASE_URI=settings.database_url or "postgresql+psycopg://",
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(name),
        MAX_CONTENT_LENGTH=SMALL_BODY,
        MAX_FORM_MEMORY_SIZE=SMALL_BODY,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure,
        COMPRESS_ALGORITHM=["gzip"],
    )
    app.extensions["keyring"] = keys = secrets.KeyringHolder(settings)
    app.config["SECRET_KEY"] = keys.ring().mac.hex()
    clock.follow(settings.clock_file)
    db.init_app(app)
    Migrate(app, db, directory=MIGRATIONS)
    _wire(app, settings)
    return app


def _wire(app: Flask, settings: config.Settings) -> None:
    """What the foundation calls without knowing it by name."""
    app.extensions["storage"] = storage_for(settings)
    app.extensions["reactions"] = reactions.TABLE
    app.extensions["copies"], app.extensions["holds"] = reactions.COPIES, reactions.HOLDS
    app.extensions["wake"] = _waker(settings)
    app.extensions["readiness"] = {"storage": app.extensions["storage"].alive, "broker": _broker(settings)}


def broker(settings: config.Settings) -> Celery:
    """Celery over Valkey; it carries job ids and nothing else, and results are not kept (design.md decision 3)."""
    app = Celery("lms", broker=settings.redis_url or "memory://")
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        task_publish_retry=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2, "socket_keepalive": True},
        worker_hijack_root_logger=False,
        task_default_queue="jobs",
    )
    return app


def _waker(settings: config.Settings) -> Any:
    celery = broker(settings)
    return lambda job_id: celery.send_task("lms.run_job", [job_id])


def _broker(settings: config.Settings) -> Any:
    celery = broker(settings)

    def alive() -> bool:
        try:
            with celery.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, timeout=2)
            return True
        except OSError:
            return False

    return alive
