"""Settings: everything a college may change comes from the environment (table in README.md)."""

import os
from datetime import timedelta
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from whitenoise.compress import Compressor

from portal.environment import BASE_DIR, VAR_DIR, env
from portal.logs import logging_to_stderr
from portal.messaging import *  # noqa: F403 -- settings of their own, every one of them
from portal.production import refuse
from portal.schedule import beat_schedule
from portal.security import *  # noqa: F403 -- settings of their own, every one of them
from portal.security import CAS_SERVER_URL

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
DEMO = env.bool("DEMO", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Outside the demo there is no secret to fall back on: without one anybody could say "paid".
FINANCE_SECRET = env("FINANCE_SECRET", default=f"demo:{SECRET_KEY}" if DEMO else env.NOTSET)
refuse(
    demo=DEMO,
    debug=DEBUG,
    secret_key=SECRET_KEY,
    hosts=ALLOWED_HOSTS,
    finance_secret=FINANCE_SECRET,
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "portal.home.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "import_export",
    "pgtrigger",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "portal.accounts",
    "portal.audit",
    "portal.calendar",
    "portal.inbox",
    "portal.jobs",
    "portal.records",
    "payments",
    "payments.reconcile",
    "retake",
    "credits",
    "transcripts",
    "portal.home",
    "portal.ops",
    "portal.demo",
]

MIDDLEWARE = [
    "portal.ops.middleware.ObservedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.lib.origin.OriginMiddleware",
    "portal.audit.openings.OpeningMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.lib.middleware.DomainErrorMiddleware",
    "portal.accounts.middleware.StayMiddleware",
    "portal.accounts.middleware.SecondFactorMiddleware",
    "portal.lib.rate.ExportRateMiddleware",
    "axes.middleware.AxesMiddleware",
    "portal.audit.viewing_middleware.ViewingMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.lib.tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.home.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# One engine everywhere: row locks, partial unique indexes and triggers carry the money rules.
DATABASES = {"default": env.db("DATABASE_URL", engine="django.db.backends.postgresql")}
DATABASES["default"].setdefault("CONN_MAX_AGE", env.int("CONN_MAX_AGE", default=60))
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(VAR_DIR / "static"))()
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR_DIR / "media"))()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.lib.static_files.StaticFiles"},
}
# Source maps are read by nobody but a developer, and were two thirds of the compressing.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
if DEBUG:
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

# The college's finance platform (缴费平台) and where it finds us for its callbacks.
GATEWAYS = {"finance": "payments.gateways.finance.FinanceGateway"}
PORTAL_URL = env("PORTAL_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")
FINANCE_URL = env(
    "FINANCE_URL", default=f"http://127.0.0.1:{env.int('CASHIER_PORT', default=8001)}"
)
FINANCE_MERCHANT = env("FINANCE_MERCHANT", default="ZZJF")
FINANCE_TIMEOUT = env.float("FINANCE_TIMEOUT", default=2.5)  # seconds, a page waits for it

# WeChat Pay and Alipay, each there once its first variable is set. Keys are PEM text; like every
# variable they may stand in a file instead (WECHAT_PRIVATE_KEY_FILE).
WECHAT = {
    name: env.str(f"WECHAT_{name}", default="", multiline=True).strip()
    for name in [
        "MCHID",
        "APPID",
        "API_KEY",
        "SERIAL",
        "PRIVATE_KEY",
        "PUBLIC_KEY_ID",
        "PUBLIC_KEY",
    ]
}
ALIPAY = {
    name: env.str(f"ALIPAY_{name}", default="", multiline=True).strip()
    for name in ("APP_ID", "SELLER_ID", "PRIVATE_KEY", "PUBLIC_KEY", "PRODUCT")
}
if WECHAT["MCHID"]:
    GATEWAYS["wechat"] = "payments.gateways.wechat.WechatGateway"
if ALIPAY["APP_ID"]:
    GATEWAYS["alipay"] = "payments.gateways.alipay.AlipayGateway"
WECHAT_URL = env("WECHAT_URL", default="https://api.mch.weixin.qq.com")
ALIPAY_URL = env("ALIPAY_URL", default="https://openapi.alipay.com/gateway.do")
GATEWAY_TIMEOUT = env.float("GATEWAY_TIMEOUT", default=2.5)  # seconds, of both
GATEWAY_PROXY = env("GATEWAY_PROXY", default="")

# Where a POST may lead a browser: the payer to the cashier, who signs out to the campus portal.
ONWARD = [FINANCE_URL, ALIPAY_URL if ALIPAY["APP_ID"] else "", CAS_SERVER_URL]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's CSS carries its arrows as data URLs
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [
            SELF,
            *("{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in ONWARD if url),
            *env.list("CSP_FORM_ACTION", default=[]),
        ],
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page must not hang when the broker is away: every job is also found again by a sweep.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 3, "socket_connect_timeout": 1}
JOBS_EVERY = env.int("JOBS_EVERY", default=60)  # seconds between two runs of the minute jobs
CELERY_BEAT_SCHEDULE = beat_schedule(JOBS_EVERY)
CELERY_BEAT_SCHEDULER = "portal.ops.beat:LeasedScheduler"
BEAT_LEASE = env.float("BEAT_LEASE", default=15)  # seconds until another beat takes over

# The three waits of the retake manual, part three.
ORDER_RELEASE_AFTER = timedelta(seconds=env.int("ORDER_RELEASE_AFTER", default=1200))
ORDER_REPAY_AFTER = timedelta(seconds=env.int("ORDER_REPAY_AFTER", default=1800))
ORDER_MAX_COURSES = env.int("ORDER_MAX_COURSES", default=3)  # may only lower the database's 3
ORDER_NUMBER_PREFIX = env("ORDER_NUMBER_PREFIX", default="ZZJF")
# How long money that comes late is looked for, and the pauses (seconds) between two questions.
ORDER_WATCH = timedelta(seconds=env.int("ORDER_WATCH", default=172_800))
ORDER_CHECK_BACKOFF = [
    timedelta(seconds=pause)
    for pause in env.list("ORDER_CHECK_BACKOFF", cast=int, default=[60, 120, 300, 600, 1800])
]
# Until when a case with finance is normal, as its payer reads it.
FINANCE_CASE_AFTER = timedelta(seconds=env.int("FINANCE_CASE_AFTER", default=604_800))
# An order past its end that its gateway says nothing of for this long is shouted about in the log.
MONEY_ALERT_AFTER = timedelta(seconds=env.int("MONEY_ALERT_AFTER", default=7200))
METRICS_TOKEN = env("METRICS_TOKEN", default="")
METRICS_FROM = env.list("METRICS_FROM", default=[])  # neither: /metrics only in the demo, from here
# Where the processes of this machine add up what they count; prometheus_client reads the variable.
METRICS_DIR = env.path("METRICS_DIR", default=str(VAR_DIR / "metrics"))()
os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR
# Must a second person release an uploaded statement before its money is posted?
RECONCILE_SECOND_PERSON = env.bool("RECONCILE_SECOND_PERSON", default=False)
# A fee item (缴费项目) without any of these words is another fee; empty: not looked at.
RECONCILE_FEE_ITEMS = env.list("RECONCILE_FEE_ITEMS", default=[])
JOB_BATCH = env.int("JOB_BATCH", default=500)  # orders a job takes at a time
GATEWAY_CONCURRENCY = env.int("GATEWAY_CONCURRENCY", default=8)  # questions of a job in flight

# purpose of a charge -> the workflow that raised it (payments names no workflow itself)
CHARGE_HANDLERS = {"retake": "retake.billing.RetakeCharges"}

# Credit exchange: working days a college has for an application, and an optional virus scanner
# (clamd's host:port; empty: files are only cleaned).
EXCHANGE_REVIEW_DAYS = env.int("EXCHANGE_REVIEW_DAYS", default=5)
CLAMAV_ADDRESS = env("CLAMAV_ADDRESS", default="")
# What is forgotten when it is so many days old; the rooms say what, the least is in their rules.
HISTORY_DAYS = env.int("HISTORY_DAYS", default=365)
CALLBACK_DAYS = env.int("CALLBACK_DAYS", default=1826)
LETTER_DAYS = env.int("LETTER_DAYS", default=365)
SIGN_IN_DAYS = env.int("SIGN_IN_DAYS", default=184)
UPLOAD_DAYS = env.int("UPLOAD_DAYS", default=365)
RETENTION = (
    "portal.audit.retention.CHANGES",
    "portal.audit.retention.OPENINGS",
    "portal.accounts.retention.ATTEMPTS",
    "portal.inbox.retention.LETTERS",
    "portal.jobs.retention.FILES",
    "payments.retention.MESSAGES",
    "retake.retention.SHEETS",
)
# workflow -> what it has under way about a student's courses (workflows do not know each other)
OPEN_MATTERS = {"retake": "retake.matters.under_way", "credits": "credits.matters.under_way"}

COLLEGE_NAME = env("COLLEGE_NAME", default="常州工程职业技术学院")
COLLEGE_ENGLISH_NAME = env(
    "COLLEGE_ENGLISH_NAME", default="Changzhou Vocational Institute of Engineering"
)
PRODUCT_NAME = env("PRODUCT_NAME", default="学业服务")

# Transcripts: PEM text of the college's certificate and its key (P-256), and of the Ed25519 key
# behind the QR codes. The demo makes its own.
TRANSCRIPT_CERTIFICATE = env.str("TRANSCRIPT_CERTIFICATE", default="", multiline=True).strip()
TRANSCRIPT_KEY = env.str("TRANSCRIPT_KEY", default="", multiline=True).strip()
TRANSCRIPT_DIGEST_KEY = env.str("TRANSCRIPT_DIGEST_KEY", default="", multiline=True).strip()
TRANSCRIPT_FONT_DIR = env.path("TRANSCRIPT_FONT_DIR", default=str(VAR_DIR / "fonts"))()
VERIFY_PER_MINUTE = env.int("VERIFY_PER_MINUTE", default=30)  # questions from one address
# kind of a background job -> what does it (jobs name no workflow themselves)
JOB_RUNNERS = {
    "transcripts": "transcripts.batch.TranscriptBatch",
    "reconcile": "payments.reconcile.applying.Application",
    "exchange-replay": "credits.services.replaying.Replaying",
    "rehearsal": "retake.rehearsal.job.RehearsalRun",
}

# manage.py backup: where to, how many are kept, and the key they are sealed with (empty: plain).
BACKUP_ROOT = env.path("BACKUP_ROOT", default=str(VAR_DIR / "backups"))()
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)
BACKUP_KEY = env("BACKUP_KEY", default="")

LOG_FORMAT = env("LOG_FORMAT", default="line" if DEMO else "json")
LOGGING = logging_to_stderr(env("LOG_LEVEL", default="INFO"), LOG_FORMAT)

# 节次: begin and end of every class period of a day.
CLASS_PERIODS = env.list(
    "CLASS_PERIODS",
    default=[
        "08:10-08:55", "09:00-09:45", "10:05-10:50", "10:55-11:40",
        "13:30-14:15", "14:20-15:05", "15:20-16:05", "16:10-16:55",
        "18:30-19:15", "19:20-20:05", "20:10-20:55", "21:00-21:45",
    ],
)  # fmt: skip
# The right half of calendar UIDs; never changed, or every phone gets its events twice.
CALENDAR_DOMAIN = env("CALENDAR_DOMAIN", default="retake.portal")
