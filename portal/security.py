"""Settings of who comes in, for how long, and over what (taken over whole by settings.py)."""

from datetime import timedelta
from typing import Any

from environ import Env

from portal.accounts.campus_http import Connection
from portal.environment import env

# Whom the tables belong to, for ``migrate`` and ``restore``; None: the role of DATABASE_URL.
_OWNER = env("DATABASE_OWNER_URL", default="")
DATABASE_OWNER: dict[str, Any] | None = Env.db_url_config(_OWNER) if _OWNER else None
HTTPS: bool = env.bool("HTTPS", default=True)
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", default=False)
# Networks whose word on the address of a client is taken; none named: whoever asks.
PROXIES: list[str] = env.list("PROXIES", default=[])

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: refuses before a password is tried
    "portal.accounts.backends.RoleBackend",
    "portal.accounts.campus.CampusBackend",  # takes tickets, which only its own view has
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home:dashboard"
LOGOUT_REDIRECT_URL = "accounts:login"
# Argon2 first: as safe as PBKDF2 at a fraction of the processor time in the opening minute.
PASSWORD_HASHERS = [
    "portal.accounts.hashers.CohortArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Guessing is stopped per account and address: a campus is one address, and nobody may lock
# somebody else out on the evening enrolment opens.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.int("SIGN_IN_TRIES", default=5)
AXES_COOLOFF_TIME = timedelta(seconds=env.int("SIGN_IN_PAUSE", default=900))
AXES_WHITELIST_CALLABLE = "portal.accounts.known.is_known"  # the owner's own browser
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the time of the last sign-in is on the account
AXES_ENABLE_ADMIN = False  # the account's page ends a lockout
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "portal.accounts.views.sign_in.locked_out"
AXES_CLIENT_IP_CALLABLE = "portal.lib.requests.neighbourhood"

# Wrong passwords of one address in a minute, for whatever accounts: a campus in a hurry stays
# below, a program that tries a common password on every account does not.
SIGN_IN_FAILURES: int = env.int("SIGN_IN_FAILURES", default=300)
# Files one account hands in in an hour: cleaning a PDF costs seconds of the processor.
ATTACHMENTS_PER_HOUR: int = env.int("ATTACHMENTS_PER_HOUR", default=60)
# Downloads of one account in a minute; see ``portal.lib.rate``.
EXPORTS_PER_MINUTE: int = env.int("EXPORTS_PER_MINUTE", default=20)
EXPORTS = (
    "admin:jobs_job_file",
    "admin:retake_round_rehearsal_file",
    "admin:retake_teachinggroup_result_sheet",
    "admin:retake_teachinggroup_template",
    "guidance:export",
    "home:own_file",
    "reconcile:day_file",
    "reconcile:days_file",
    "reconcile:differences_file",
    "reconcile:original",
    "reconcile:result",
    "reconcile:rows_file",
    "transcripts:file",
    "transcripts:make",
)

# 以学生视角查看: for how many seconds, and what may be looked at. Each is a page that only reads:
# what asks a gateway, hands out a file or a secret address, or shows a whole phone number is not
# among them (portal/tests/test_viewing.py goes through all of them).
VIEW_AS_FOR: int = env.int("VIEW_AS_FOR", default=900)
VIEWABLE = (
    "credits:application",
    "credits:applications",
    "credits:choice",
    "credits:feedback",
    "guidance:page",
    "home:dashboard",
    "home:today",
    "inbox:list",
    "payments:board",
    "payments:order",
    "payments:orders",
    "payments:plan",
    "retake:ask_withdraw",
    "retake:choice",
    "retake:enrollment",
    "retake:enrollments",
    "retake:notice",
    "retake:rounds",
    "retake:veteran",
    "transcripts:how",
    "transcripts:issued",
    "transcripts:preview",
    "transcripts:sheet",
)

# The campus portal (信息门户) speaks CAS 3; without an address nobody is sent there. The client
# joins paths to it, so it ends with a slash.
CAS_SERVER_URL = env("CAS_SERVER_URL", default="").rstrip("/")
CAS_SERVER_URL += "/" if CAS_SERVER_URL else ""
CAS_VERSION = "3"
CAS_USERNAME_ATTRIBUTE = env("CAS_USERNAME_ATTRIBUTE", default="cas:user")
CAS_CREATE_USER = False  # an account is made by the college, never by a ticket
CAS_TIMEOUT: float = env.float("CAS_TIMEOUT", default=2.5)  # seconds, a page waits for it
CAS_SESSION_FACTORY = Connection
# The file (PEM) of a certificate authority of the college's own.
CAS_VERIFY_SSL_CERTIFICATE = env("CAS_CA_BUNDLE", default="") or True

# Staff: one browser at a time, that of the last sign-in.
STAFF_ONE_SESSION: bool = env.bool("STAFF_ONE_SESSION", default=False)
# Staff: a code of an authenticator app (TOTP) beside the password.
STAFF_SECOND_FACTOR: bool = env.bool("STAFF_SECOND_FACTOR", default=False)
OTP_TOTP_ISSUER = env("PRODUCT_NAME", default="学业服务")
# Seconds without a click after which somebody is signed out; 0: never.
STUDENT_IDLE: int = env.int("STUDENT_IDLE", default=7200)
STAFF_IDLE: int = env.int("STAFF_IDLE", default=1800)

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# A cookie so named is taken from this very host over https only, not from a neighbour's.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True  # no script of ours reads it
CSRF_FAILURE_VIEW = "portal.home.views.csrf_failure"
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Asked on the machine's own port, which speaks no TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
X_FRAME_OPTIONS = "DENY"
