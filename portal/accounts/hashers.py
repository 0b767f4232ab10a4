"""The password hash, sized for the minute in which a whole cohort signs in."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CohortArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with OWASP's second recommended set (19 MiB, two passes, one lane).

    Django's default takes 100 MiB and eight lanes for every sign-in in flight, which no server
    of a college has when enrolment opens. Hashes made with other parameters stay valid and are
    renewed at the next sign-in.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
