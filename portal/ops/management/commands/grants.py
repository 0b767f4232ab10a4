"""``manage.py grants``: what the portal's own role may do with the owner's tables."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.ops import ownership


class Command(BaseCommand):
    help = "给 DATABASE_URL 的角色它需要的权限，别的都收回（migrate 和 restore 之后自动做）。"

    def handle(self, *_args: object, **_options: object) -> None:
        """Nothing to do where one role owns the tables and works in them."""
        if not ownership.has_owner():
            return
        role = settings.DATABASES["default"]["USER"]
        try:
            with ownership.as_owner():
                ownership.grant(role)
        except ownership.NotTwoRoles as error:
            raise CommandError(f"没有授权：\n{error}") from error
        self.stdout.write(f"已授权：{role} 可以读写，不能改表、停触发器或改写变更记录。")
