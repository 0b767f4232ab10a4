"""What a portal that is no demo does not start with. Settings ask, so no process gets further."""

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50  # characters, Django's own measure (security.W009)
SHORTEST_SECRET = 16  # characters; the finance platform's may have been made long ago
DIFFERENT = 5  # characters of it
BORROWED = ("django-insecure-", "dev-only-", "changeme", "secret")  # how keys of examples begin
NEW_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'


def refuse(
    *, demo: bool, debug: bool, secret_key: str, hosts: Sequence[str], finance_secret: str
) -> None:
    """Raise ``ImproperlyConfigured`` with every fault and its remedy, unless this is a demo."""
    if demo:
        return
    found = faults(debug=debug, secret_key=secret_key, hosts=hosts)
    if _is_weak(finance_secret, SHORTEST_SECRET):
        found.append(
            "FINANCE_SECRET can be guessed, and whoever does says what is paid."
            f" Agree with the finance office on {SHORTEST_SECRET} characters or more."
        )
    if found:
        raise ImproperlyConfigured(
            "This portal is no demo (DEMO=0) and does not start:\n- " + "\n- ".join(found)
        )


def faults(*, debug: bool, secret_key: str, hosts: Sequence[str]) -> list[str]:
    """What would give strangers the code, the sessions or the links of the portal."""
    found = []
    if debug:
        found.append("DEBUG=1 shows settings and source to every visitor. Set DEBUG=0.")
    if _is_weak(secret_key, SHORTEST_KEY):
        found.append(f"SECRET_KEY can be guessed. Make a new one: {NEW_KEY}")
    if "*" in hosts:
        found.append("ALLOWED_HOSTS=* lets a forged Host header into links. Name the portal's.")
    return found


def _is_weak(key: str, shortest: int) -> bool:
    is_short = len(key) < shortest or len(set(key)) < DIFFERENT
    return is_short or key.lower().startswith(BORROWED)
