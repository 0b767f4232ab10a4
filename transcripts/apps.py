from django.apps import AppConfig
from django.core.checks import register

from portal.accounts.roles import Role


class TranscriptsConfig(AppConfig):
    name = "transcripts"
    verbose_name = "成绩单"
    role_permissions = {
        Role.TEACHING: (
            "view_issuedtranscript",
            "change_issuedtranscript",
            "view_transcriptcheck",
        ),
        Role.REVIEWER: ("view_issuedtranscript", "view_transcriptcheck"),
    }

    def ready(self) -> None:
        from transcripts.checks import check_transcripts  # noqa: PLC0415 -- after app loading

        register(check_transcripts)
