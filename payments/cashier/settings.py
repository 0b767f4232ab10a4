"""Django for the platform's few pages: no database, no sessions, no portal."""

from csp.constants import NONE, SELF

from payments.cashier.config import BASE_DIR, config

SECRET_KEY = config().secret_key
ALLOWED_HOSTS = list(config().allowed_hosts)
INSTALLED_APPS = ["django.contrib.staticfiles", "bootstrap"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "payments.cashier.views.outage.OutageMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
APPEND_SLASH = False  # a POST must not be answered by a redirect
ROOT_URLCONF = "payments.cashier.urls"
WSGI_APPLICATION = "payments.cashier.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "builtins": ["portal.lib.tags"],
            "context_processors": ["payments.cashier.views.pages.letterhead"],
        },
    }
]
DATABASES: dict[str, dict[str, str]] = {}
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # a stand-in has no collectstatic step

# Cookies know no ports: on one host the portal's own token must not be overwritten.
CSRF_COOKIE_NAME = "cashier_csrf"
CSRF_FAILURE_VIEW = "payments.cashier.views.pages.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # the QR code; arrows of Bootstrap's CSS
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
