"""All settings in one file, driven by the environment. docs/settings.md has the table; nothing else is read."""

import os
import re
import secrets
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF

env = environ.Env()

TESTING = "pytest" in sys.modules
BASE_DIR = Path(__file__).resolve().parent.parent
GALAXYCAT_HOME = Path(env.str("GALAXYCAT_HOME", default=str(BASE_DIR / "var"))).resolve()
if TESTING:
    # Each process of pytest-xdist has a home, and a Redis database, of its own.
    GALAXYCAT_HOME = GALAXYCAT_HOME / "tests" / os.environ.get("PYTEST_XDIST_WORKER", "")
GALAXYCAT_HOME.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """The secret key from the environment, else the one made once under GALAXYCAT_HOME (readable by its owner only)."""
    if key := env.str("SECRET_KEY", default=""):
        return key
    path = GALAXYCAT_HOME / "secret_key"
    # Written aside and linked into place: two processes starting together agree on one whole key.
    draft = GALAXYCAT_HOME / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SECRET_KEY = _secret_key()
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)

INSTALLED_APPS = [
    "galaxycat.accounts",
    "galaxycat.events",
    "galaxycat.jobs",
    "catalogs",
    "labeling",
    "mlops",
    "galaxycat",
    # Simple: what it would discover by itself includes an admin of django-leaflet's that asks for a system GDAL.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "galaxycat.statics.StaticsConfig",
    "channels",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "leaflet",
    "django_htmx",
    "allauth",
    "allauth.account",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "galaxycat.faults.DomainErrorMiddleware",
]

ROOT_URLCONF = "galaxycat.urls"
ASGI_APPLICATION = "galaxycat.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- Database: SQLite under GALAXYCAT_HOME, or PostgreSQL by DATABASE_URL ---

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{GALAXYCAT_HOME / 'galaxycat.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Measured: of 1,000 read-then-write requests at 50 at once, 690 fail by default and none with these three.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # An in-memory test database cannot be shared by the threads the concurrency tests start.
    DATABASES["default"]["TEST"] = {"NAME": str(GALAXYCAT_HOME / "test.sqlite3")}
else:
    # Under ASGI a persistent connection per thread exhausts the server; psycopg's pool does not.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=16)}}
    )

# --- Live channel: in memory (one web process), or Redis by REDIS_URL ---

REDIS_URL = env.str("REDIS_URL", default="")
if TESTING and REDIS_URL and "PYTEST_XDIST_WORKER" in os.environ:
    REDIS_URL = re.sub(
        r"\d+$", lambda number: str(int(number[0]) + int(os.environ["PYTEST_XDIST_WORKER"][2:])), REDIS_URL
    )
CHANNEL_LAYERS = {
    "default": {
        # The core Redis layer drops idle sockets with redis-py 8; the pub/sub layer does not.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

_OWN_MEMORY = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {
    # Counts of failed log-ins and of token requests: shared by all web processes where there is Redis.
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else _OWN_MEMORY,
    # What the pixels say of a source, 34 kB each, so 17 MB: quicker measured anew than worth another's memory.
    "evidence": _OWN_MEMORY | {"LOCATION": "evidence", "TIMEOUT": 3600, "OPTIONS": {"MAX_ENTRIES": 500}},
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# How often a running job says that its worker is alive; one that misses six of them is put back into the queue.
JOB_HEARTBEAT_S = env.float("JOB_HEARTBEAT_S", default=5.0)

# --- Who may come in ---

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "galaxycat.accounts.adapter.InvitationAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", default="none")
ACCOUNT_SESSION_REMEMBER = True
# Whether anybody may make an account; otherwise only the holder of an invitation link can.
OPEN_SIGNUP = env.bool("OPEN_SIGNUP", default=False)
globals().update(env.email_url("EMAIL_URL", default="consolemail://"))  # EMAIL_BACKEND, EMAIL_HOST and the like
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,6/5m/key"}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# No inline script, no other host: everything a page needs comes with GalaxyCat.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- Images, static files ---

HASHED_STATICS = env.bool("HASHED_STATICS", default=not DEBUG and not TESTING)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": GALAXYCAT_HOME / "files"},
    },
    "images": {"BACKEND": "catalogs.storage.ImageStorage", "OPTIONS": {"location": GALAXYCAT_HOME / "images"}},
    "models": {"BACKEND": "mlops.storage.ModelStorage", "OPTIONS": {"location": GALAXYCAT_HOME / "models"}},
    "releases": {"BACKEND": "catalogs.storage.ReleaseStorage", "OPTIONS": {"location": GALAXYCAT_HOME / "releases"}},
    "uploads": {"BACKEND": "catalogs.waiting.WaitingUploads", "OPTIONS": {"location": GALAXYCAT_HOME / "uploads"}},
    "staticfiles": {
        "BACKEND": "galaxycat.statics.HashedStaticFilesStorage"
        if HASHED_STATICS
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Brotli and Zstandard at their slowest levels made the first start 50 s longer; a server in front can do them.
SERVESTATIC_USE_BROTLI = SERVESTATIC_USE_ZSTD = False
STATIC_URL = "static/"
# Unhashed, in tests, nothing is collected: every test client would read all of what browser tests have left.
STATIC_ROOT = GALAXYCAT_HOME / ("static" if HASHED_STATICS or not TESTING else "none")
STATICFILES_DIRS = [BASE_DIR / "static"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=50 * 1024 * 1024)
# Of the images of one ingest from the web: the largest, and all together. They lie in GALAXYCAT_HOME/uploads until it is done.
INGEST_MAX_FILE_BYTES = env.int("INGEST_MAX_FILE_BYTES", default=2 * 1024**3)
INGEST_MAX_BYTES = env.int("INGEST_MAX_BYTES", default=8 * 1024**3)
INGEST_KEEP_HOURS = env.int("INGEST_KEEP_HOURS", default=48)
# Tests ask nobody outside.
NAME_RESOLVER = env.str("NAME_RESOLVER", default="" if TESTING else "https://cds.unistra.fr/cgi-bin/nph-sesame/SNV?")

# --- Maps ---

LEAFLET_CONFIG: dict[str, Any] = {
    "TILES": [],
    "SCALE": None,
    "ATTRIBUTION_PREFIX": False,
    "RESET_VIEW": False,
    "NO_GLOBALS": True,
    "PLUGINS": {
        "draw": {
            "css": ["leaflet/draw/leaflet.draw.css"],
            "js": ["leaflet/draw/leaflet.draw.js"],
            "auto-include": False,
        }
    },
}

# --- API ---

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First, so that nobody gets 401, which means "log in", and 403 keeps meaning "not you".
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["galaxycat.restframework.ShallowJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "galaxycat.restframework.BoundedPagination",
    "PAGE_SIZE": 100,
    "EXCEPTION_HANDLER": "galaxycat.faults.api_exception_handler",
    # How many proxies' X-Forwarded-For to believe; 0 keeps a client from choosing the address it is counted under.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=1 if BEHIND_TLS else 0),
    "DEFAULT_THROTTLE_RATES": {"token": "20/min", "names": "30/min"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "GalaxyCat API",
    "DESCRIPTION": "Galaxies, catalogues, annotation rounds, votes and agreement. Pixels are 0-based, centres on integers, origin bottom-left; sky is ICRS degrees.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
}

# --- Language, time, log ---

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {name: {"level": LOG_LEVEL} for name in ("galaxycat", "catalogs", "labeling", "mlops")},
}

if TESTING:
    # Fast hashes for the many users that tests make; no other behaviour differs.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
