"""Django's ``migrate``, fit to run while the site serves."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections

from portal.ops import ownership

LOCK_NOT_AVAILABLE = "55P03"


class Command(migrate.Command):
    """A migration that waits for a lock makes everybody behind it wait too, so it waits briefly,
    gives the lock's queue free and comes again. Each migration is a transaction: one that gave up
    has changed nothing.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--lock-timeout", type=float, default=3.0, help="等锁的秒数")
        parser.add_argument("--tries", type=int, default=20, help="等不到锁时最多试几次")
        parser.add_argument("--pause", type=float, default=5.0, help="两次之间的秒数")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """As the owner of the tables; raises ``CommandError`` when the lock was never free."""
        with ownership.as_owner():
            done = self._tries(*args, **options)
        call_command("grants", stdout=self.stdout)
        return done

    def _tries(self, *args: Any, **options: Any) -> str | None:
        for number in range(1, options["tries"] + 1):
            try:
                return self._attempt(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
                    raise
                self.stderr.write(f"第 {number} 次没有等到锁：{error.__cause__}".strip())
            if number < options["tries"]:
                time.sleep(options["pause"])
        raise CommandError(
            "迁移没有做成：有长事务一直占着表，已做的部分已撤回，网站照常运行。"
            "请在 pg_stat_activity 里找到它，等它结束后再运行 migrate。"
        )

    def _attempt(self, *args: Any, **options: Any) -> str | None:
        link = connections[options["database"]]
        with link.cursor() as cursor:
            limit = f"{options['lock_timeout']:g}s"
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [limit])
        try:
            return super().handle(*args, **options)
        finally:
            link.close()  # the limit goes with the connection
