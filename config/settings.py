"""All settings, read once from the environment. docs/operations.md lists the variables."""

import datetime as dt
import ssl
from pathlib import Path

import django_stubs_ext

from config import environment as env
from config.theme import CONTENT_SECURITY_POLICY as CSP
from config.theme import UNFOLD as UNFOLD_THEME

# Lets annotations such as ModelAdmin[Customer] stand in code that runs.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where this runs ---------------------------------------------------------------------------
OPTLINE_ENV = env.choice("OPTLINE_ENV", "production", ("production", "local"))
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
PUBLIC_BASE_URL = env.text("PUBLIC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("127.0.0.1", "localhost"))
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
IS_HTTPS = PUBLIC_BASE_URL.startswith("https://")
PROXIES_IN_FRONT = env.integer("PROXIES_IN_FRONT", 0)

# --- Secrets at rest ---------------------------------------------------------------------------
FIELD_ENCRYPTION_KEYS = env.words("FIELD_ENCRYPTION_KEYS")
NUMBER_HASH_KEY = env.text("NUMBER_HASH_KEY")

# --- Carriers ----------------------------------------------------------------------------------
TWILIO_API_BASE_URL = env.text("TWILIO_API_BASE_URL").rstrip("/")
SIMULATOR_URL = env.text("SIMULATOR_URL").rstrip("/")
TWILIO_TIMEOUT = env.number("TWILIO_TIMEOUT", 10.0)

# --- Rules that companies differ in ------------------------------------------------------------
DEFAULT_PHONE_REGION = env.text("DEFAULT_PHONE_REGION", "US")
ALLOWED_COUNTRIES = env.words("ALLOWED_COUNTRIES", ("US", "CA", "PR"))
CURRENCY = env.text("CURRENCY", "USD")
WORDING_RULES = env.choice("WORDING_RULES", "warn", ("warn", "block"))
STOP_SCOPE = env.choice("STOP_SCOPE", "brand", ("brand", "sender"))
DOUBLE_OPT_IN_TTL = dt.timedelta(seconds=env.integer("DOUBLE_OPT_IN_TTL", 24 * 3600, minimum=60))
# Nobody is texted by the simulated carrier of one's own machine, so that there is no night to keep.
QUIET_HOURS = env.flag("QUIET_HOURS", default=OPTLINE_ENV == "production")
KEYWORD_LANGUAGES = env.words("KEYWORD_LANGUAGES", ("es", "fr", "pt", "de"))
LAUNCH_TYPE_ABOVE = env.integer("LAUNCH_TYPE_ABOVE", 10_000)
TESTS_PER_HOUR = env.integer("TESTS_PER_HOUR", 20, minimum=1)
FREQUENCY_CAP = env.integer("FREQUENCY_CAP", 3)
# Whom segments ask which texts people had: `campaigns`, which asks, is below `messaging`, which knows.
MESSAGE_HISTORY = "messaging.history.MessageHistory"
LATE_AFTER = dt.timedelta(hours=env.integer("LATE_AFTER_HOURS", 72, minimum=1))
NO_MATCH_PER_DAY = env.integer("NO_MATCH_PER_DAY", 3)
ANSWERS_PER_HOUR = env.integer("ANSWERS_PER_HOUR", 10, minimum=1)
OPT_OUT_ANSWER_WITHIN = dt.timedelta(seconds=env.integer("OPT_OUT_ANSWER_WITHIN_SECONDS", 300, minimum=10))
REPLY_WITHIN = dt.timedelta(days=env.integer("REPLY_WITHIN_DAYS", 30, minimum=1))
VERIFICATION_CODE_LENGTH = env.integer("VERIFICATION_CODE_LENGTH", 6, minimum=6)
VERIFICATION_TTL = dt.timedelta(seconds=env.integer("VERIFICATION_TTL", 600, minimum=30))
VERIFICATION_ATTEMPTS = env.integer("VERIFICATION_ATTEMPTS", 5, minimum=1)
VERIFICATION_COOLDOWN = env.integer("VERIFICATION_COOLDOWN", 30, minimum=0)
VERIFICATIONS_PER_NUMBER_HOUR = env.integer("VERIFICATIONS_PER_NUMBER_HOUR", 5, minimum=1)
VERIFICATIONS_PER_CUSTOMER_HOUR = env.integer("VERIFICATIONS_PER_CUSTOMER_HOUR", 10, minimum=1)
VERIFICATIONS_PER_APP_MINUTE = env.integer("VERIFICATIONS_PER_APP_MINUTE", 600, minimum=1)
VERIFICATIONS_PER_IP_HOUR = env.integer("VERIFICATIONS_PER_IP_HOUR", 300, minimum=1)
VERIFICATIONS_PER_PREFIX_HOUR = env.integer("VERIFICATIONS_PER_PREFIX_HOUR", 100, minimum=1)
VERIFICATIONS_PER_COUNTRY_DAY = env.integer("VERIFICATIONS_PER_COUNTRY_DAY", 50_000, minimum=1)
CODES_ENTERED_PERCENT = env.integer("CODES_ENTERED_PERCENT", 5, minimum=0)
CODES_JUDGED_FROM = env.integer("CODES_JUDGED_FROM", 30, minimum=1)
CODES_HELD_FOR = dt.timedelta(seconds=env.integer("CODES_HELD_SECONDS", 3600, minimum=300))

# --- Sending -----------------------------------------------------------------------------------
FREEZE_CHUNK = env.integer("FREEZE_CHUNK", 20_000, minimum=1)
CANCEL_CHUNK = env.integer("CANCEL_CHUNK", 2_000, minimum=1)
LOG_FILE_ROWS = env.integer("LOG_FILE_ROWS", 100_000, minimum=1)
SEND_CHUNK = env.integer("SEND_CHUNK", 1000, minimum=1)
SEND_CONNECTIONS = env.integer("SEND_CONNECTIONS", 500, minimum=1)
SWEEP_EVERY_SECONDS = env.number("SWEEP_EVERY_SECONDS", 5.0)
RESCUE_AFTER = dt.timedelta(seconds=env.integer("RESCUE_AFTER_SECONDS", 30, minimum=1))
FAULTY_PROVIDER_RETRY = dt.timedelta(seconds=env.integer("FAULTY_PROVIDER_RETRY_SECONDS", 30, minimum=1))
OWN_FAULT_RETRY = dt.timedelta(seconds=env.integer("OWN_FAULT_RETRY_SECONDS", 60, minimum=1))
RECONCILE_EVERY = dt.timedelta(seconds=env.integer("RECONCILE_EVERY_SECONDS", 10, minimum=1))
RECONCILE_SETTLE = dt.timedelta(seconds=env.integer("RECONCILE_SETTLE_SECONDS", 40, minimum=1))
RECONCILE_ATTEMPTS = env.integer("RECONCILE_ATTEMPTS", 3, minimum=1)
RECONCILE_PER_SECOND = env.integer("RECONCILE_PER_SECOND", 5, minimum=1)
RECONCILE_AT_ONCE = env.integer("RECONCILE_AT_ONCE", 2000, minimum=1)
RECONCILE_NEEDS_YOU = dt.timedelta(seconds=env.integer("RECONCILE_NEEDS_YOU_SECONDS", 4 * 3600, minimum=1))
FINAL_STATUS_AFTER = dt.timedelta(seconds=env.integer("FINAL_STATUS_AFTER_SECONDS", 12 * 3600, minimum=1))
DRIFT_CHECK_EVERY = dt.timedelta(seconds=env.integer("DRIFT_CHECK_EVERY_SECONDS", 24 * 3600, minimum=60))
DRIFT_IN_FLIGHT = dt.timedelta(seconds=env.integer("DRIFT_IN_FLIGHT_SECONDS", 300, minimum=0))
FINAL_STATUS_DAYS = env.integer("FINAL_STATUS_DAYS", 4, minimum=1)
BODY_RETENTION = dt.timedelta(days=env.integer("BODY_RETENTION_DAYS", 1826, minimum=30))
CALLBACK_RETENTION = dt.timedelta(days=env.integer("CALLBACK_RETENTION_DAYS", 400, minimum=30))
API_BODY_LIMIT = env.integer("API_BODY_LIMIT", 64 * 1024, minimum=1024)

# --- Django ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # its default configuration would put its own site in the place of ours
    "unfold.contrib.filters",
    "config.apps.OptlineAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "config.apps.ConfigConfig",
    "campaigns.apps.CampaignsConfig",
    "optins.apps.OptinsConfig",
    "messaging.apps.MessagingConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.languages.speak_to_people",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "campaigns.seeing.note_viewer",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# Webhooks and API paths answer where they stand: a redirect would turn a carrier's POST into a GET.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.env.db("DATABASE_URL", default="postgres:///optline")}
# Celery closes connections around each task unless told otherwise: see config/celery.py.
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Who is gone without a word is noticed within half a minute on both sides: by us, so that nobody waits for ever, and by
# Postgres, so that a dead worker's locks are not kept. What DATABASE_URL says of it stands.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
    # For the statements of campaigns/statements.py; Django's own cursors never prepare.
    "prepare_threshold": 5,
    "options": " ".join(
        f"-c tcp_{name}"
        for name in ("keepalives_idle=10", "keepalives_interval=5", "keepalives_count=4", "user_timeout=30000")
    ),
    **DATABASES["default"].get("OPTIONS", {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
# Who is locked out waits, or an operator runs `manage.py axes_reset`; the tables need no pages.
AXES_ENABLE_ADMIN = False
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "en"
# Each by its own name, as the switch shows it. docs/translations.md tells how to add one.
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
# On one's own machine files are looked up as they are asked for, not all of them at each start.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = OPTLINE_ENV == "local"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = CSP
UNFOLD = UNFOLD_THEME

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Optline API",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "Enrol people by code, keep customers, tell events. Every call is authenticated by HTTP Basic with an "
        "API app's key and secret; every error has the same shape and a stable code."
    ),
    "PREPROCESSING_HOOKS": ["config.api_docs.one_address_each"],
    "SORT_OPERATIONS": False,
    "TAGS": [{"name": "Opting in"}, {"name": "Customers"}, {"name": "Events"}],
    "ENUM_NAME_OVERRIDES": {"OkStatus": ["ok"], "ErrorStatus": ["error"]},
    "AUTHENTICATION_WHITELIST": [],
    "APPEND_COMPONENTS": {"securitySchemes": {"basicAuth": {"type": "http", "scheme": "basic"}}},
    "SECURITY": [{"basicAuth": []}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Celery: a bell, never a ledger -------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT = "config.broker:Transport"
# What Redis's own client asks of a server by default; `?ssl_cert_reqs=none` in the address asks neither.
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if REDIS_URL.startswith("rediss:") else False
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_DB_REUSE_MAX = 1000
CELERY_TASK_ALWAYS_EAGER = False

LOGGING_CONFIG = "config.logs.configure"
LOGGING: dict[str, object] = {"level": env.text("LOG_LEVEL", "INFO")}
