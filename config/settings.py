"""Settings: one file, read from the environment, safe by default.

Variables are described in docs/run-in-production.md. Every secret can be given as `NAME_FILE`, a file's path.
"""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path

from base.env import ConfigurationError, env_bool, env_int, env_list, env_str, postgres_settings
from base.servers import ServersError
from config.keys import kept_encryption_key, kept_secret_key
from config.logs import logging_settings
from config.servers import home, uses_private_servers
from config.timetable import TIMETABLE
from leadmodel.lifecycle.stages import Stage

REPOSITORY = Path(__file__).resolve().parent.parent
try:
    PRIVATE_SERVERS = uses_private_servers()
except ServersError as error:
    raise ConfigurationError(str(error)) from error
HOME = home()
# A machine of one's own: no proxy in front, plain http on loopback, a key made here.
LOCAL = PRIVATE_SERVERS or env_bool("LEADMODEL_DEMO")

# Core
DEBUG = env_bool("DEBUG")
SECRET_KEY = env_str("SECRET_KEY") or (kept_secret_key(HOME) if LOCAL else "")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ENCRYPTION_KEYS = env_list("ENCRYPTION_KEYS") or ([kept_encryption_key(HOME)] if LOCAL else [])
SITE_URL = env_str("SITE_URL", "http://localhost:8000")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or (["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "base.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

OUR_APPS = [
    app
    for app in ("base", "sync", "leadmodel", "metrics", "alerts")
    if importlib.util.find_spec(f"{app}.apps")
]
INSTALLED_APPS = [
    "config",
    *OUR_APPS,
    "rest_framework",
    "drf_spectacular",
    "config.admin_app.OpsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "axes",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "config.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.headers.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "base.audit.Audited",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # the last: it answers instead of a page that let nobody in
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [REPOSITORY / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database and Redis
DATABASES = {"default": postgres_settings(HOME.database_url if PRIVATE_SERVERS else env_str("DATABASE_URL"))}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
REDIS_URL = HOME.redis_url if PRIVATE_SERVERS else env_str("REDIS_URL")

# Celery. The database is the queue: a message lost or doubled changes only when the next look is.
CELERY_BROKER_URL = f"redis+socket://{HOME.redis_socket}" if PRIVATE_SERVERS else REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = env_int("TASK_SECONDS", 3600, least=60)
# What a read has of an object is taken over when all of it is here: a first one that is ended begins anew, for ever.
READING_SECONDS = env_int("READING_SECONDS", 24 * 3600, least=60)
CELERY_TASK_ANNOTATIONS = {"sync.tasks.poll": {"time_limit": READING_SECONDS}}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # no hint is given to a second worker while the first still works on it
    "visibility_timeout": 2 * max(CELERY_TASK_TIME_LIMIT, READING_SECONDS),
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    # who gives a hint does not wait for a broker that is away
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "global_keyprefix": "leadmodel:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = TIMETABLE
CELERY_BEAT_SCHEDULE_FILENAME = env_str("BEAT_FILE", str(HOME.private / "beat"))

# Log-in and sessions
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Wrong passwords are counted in the database for a user name at an address: who guesses from elsewhere shuts nobody
# out who is here. A try while it is shut does not prolong that.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "sync.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "base.client.address_of"
AXES_CLIENT_STR_CALLABLE = "base.log_in_tries.nobody"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # base/admin.py shows it to operations
AXES_VERBOSE = False
SESSION_COOKIE_AGE = env_int("SESSION_SECONDS", 12 * 3600, least=60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# Security. Plain http is for a private machine only: with configured servers everything expects https.
HTTPS = env_bool("HTTPS", default=not (DEBUG or LOCAL))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SECURE_SSL_REDIRECT = HTTPS
# Asked over plain http: by the container's own health check, and by monitors inside, with a token.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^health/$", r"^metrics$"]
MONITOR_TOKEN = env_str("MONITOR_TOKEN")
# Asked each time the auditor finds that everything was done: a dead man's switch, whose alarm is its silence.
AUDITOR_HEARTBEAT_URL = env_str("AUDITOR_HEARTBEAT_URL")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Only behind a proxy that always sets this header itself, and appends the client's address to X-Forwarded-For.
BEHIND_PROXY = env_bool("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = (
    ["security.W004", "security.W008", "security.W012", "security.W016"] if not HTTPS else []
)

# Salesforce
SALESFORCE_URL = env_str("SALESFORCE_URL")
SALESFORCE_CLIENT_ID = env_str("SALESFORCE_CLIENT_ID")
SALESFORCE_CLIENT_SECRET = env_str("SALESFORCE_CLIENT_SECRET")
SALESFORCE_CA_FILE = env_str("SALESFORCE_CA_FILE")
SALESFORCE_ALLOW_LOCAL = env_bool("SALESFORCE_ALLOW_LOCAL")
# A Task field of type text, unique and an external Id: with it a call logged here is never there twice.
SALESFORCE_TASK_KEY_FIELD = env_str("SALESFORCE_TASK_KEY_FIELD", "Lead_Ops_Key__c")
# Whether people of the organisation who log in with Salesforce get an account, as rep or manager.
SALESFORCE_LOGIN_CREATES_ACCOUNTS = env_bool("SALESFORCE_LOGIN_CREATES_ACCOUNTS")
SALESFORCE_SPOOL_DIR = Path(env_str("SALESFORCE_SPOOL_DIR", str(HOME.private / "spool")))
# Shares of the organisation's daily API calls, used up by anybody, from which on we make none.
SALESFORCE_READS_STOP_AT = env_int("SALESFORCE_READS_STOP_AT", 80, least=1)
SALESFORCE_WRITES_STOP_AT = env_int("SALESFORCE_WRITES_STOP_AT", 95, least=1)
# How long a server may be silent before it is given up, and about how long we wait before asking again.
SALESFORCE_PATIENCE_SECONDS = env_int("SALESFORCE_PATIENCE_SECONDS", 100, least=1)
SALESFORCE_RETRY_SECONDS = env_int("SALESFORCE_RETRY_SECONDS", 1)

# How many requests a minute the API answers: of each token or browser's user, for figures of each, and how many
# refusals for want of a log-in it tells each address.
API_RATES = {"requests": 600, "figures": 120, "refused": 60}
PAST_LOOKS_A_MINUTE = 30
"""Pages of other instants that one user may ask for: each derives people anew."""

# REST API (metrics/api): one shape of errors, JSON only, a program's token or a browser's session
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "metrics.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["metrics.api.throttling.Throttle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["metrics.api.bodies.JsonBytes"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "metrics.api.errors.answer",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Leadmodel",
    "DESCRIPTION": "What happens to a lead after it is assigned. docs/api.md tells how to begin.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {"StageEnum": [(stage.value, stage.value) for stage in Stage]},
}

# Language and time: instants are stored and computed in UTC, a user's zone only formats them.
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
# How far the clock is moved, for tests (base/clock.py).
CLOCK_FILE = env_str("LEADMODEL_CLOCK_FILE")

# E-mail: without a server none is sent, and none is decided
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "leadmodel@localhost")
EMAIL_HOST = env_str("EMAIL_HOST")
EMAIL_PORT = env_int("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
EMAIL_TIMEOUT = env_int("EMAIL_SECONDS", 10, least=1)  # for each answer; Django's default waits for ever

# Static files: everything is served by the app itself, under names that change with the content.
STATIC_URL = "/static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(REPOSITORY / "var" / "static")))
STATICFILES_DIRS = [REPOSITORY / "static"]
# Straight from the source folders on a private machine; collected, hashed and compressed in production.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = LOCAL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Logs
LOGGING_CONFIG = "config.logs.configure"
LOGGING = logging_settings(level=env_str("LOG_LEVEL", "INFO"), form=env_str("LOG_FORM"))
