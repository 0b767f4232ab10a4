"""Finance's workbench below ``/reconcile/``."""

from datetime import date

from django.urls import path, register_converter

from payments.reconcile.views import days, desk, differences, files, headers, moves


class IsoDay:
    """A day as ``2025-04-23``."""

    regex = r"20\d\d-[01]\d-[0-3]\d"

    def to_python(self, value: str) -> date:
        """Raises ``ValueError`` for a day there is none of: then the address does not exist."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(IsoDay, "iso_day")

app_name = "reconcile"
urlpatterns = [
    path("", desk.home, name="home"),
    path("uploads/", desk.uploads, name="uploads"),
    path("upload/", desk.upload, name="upload"),
    path("files/<int:pk>/", files.file, name="file"),
    path("files/<int:pk>/progress/", files.progress, name="progress"),
    path("files/<int:pk>/original/", files.original, name="original"),
    path("files/<int:pk>/result/", files.result, name="result"),
    path("files/<int:pk>/absent/", files.absent, name="absent"),
    path("files/<int:pk>/rows/<slug:code>/", files.group, name="rows"),
    path("files/<int:pk>/rows/<slug:code>/file/", files.group_file, name="rows_file"),
    path("files/<int:pk>/mapping/", headers.mapping, name="mapping"),
    path("files/<int:pk>/mapping/keep/", headers.keep, name="map"),
    path("files/<int:pk>/confirm/", moves.confirm, name="confirm"),
    path("files/<int:pk>/release/", moves.release, name="release"),
    path("files/<int:pk>/send-back/", moves.send_back, name="send_back"),
    path("files/<int:pk>/stop/", moves.stop, name="stop"),
    path("files/<int:pk>/again/", moves.again, name="again"),
    path("files/<int:pk>/discard/", moves.discard, name="discard"),
    path("mappings/", headers.mappings, name="mappings"),
    path("mappings/<int:pk>/", headers.remembered, name="remembered"),
    path("mappings/<int:pk>/change/", headers.change, name="mapping_change"),
    path("differences/", differences.work, name="differences"),
    path("differences/file/", differences.work_file, name="differences_file"),
    path("differences/handle/", differences.handle_many, name="handle_many"),
    path("differences/rows/<int:pk>/", differences.row, name="row"),
    path("differences/rows/<int:pk>/handle/", differences.handle_row, name="handle_row"),
    path("differences/receipts/<int:pk>/", differences.receipt, name="receipt"),
    path(
        "differences/receipts/<int:pk>/handle/", differences.handle_receipt, name="handle_receipt"
    ),
    path("differences/handlings/<int:pk>/withdraw/", differences.withdraw, name="withdraw"),
    path("days/", days.month, name="days"),
    path("days/file/", days.month_file, name="days_file"),
    path("days/seal/", days.seal_month, name="seal_month"),
    path("days/<slug:channel>/<iso_day:on>/", days.day, name="day"),
    path("days/<slug:channel>/<iso_day:on>/file/", days.day_file, name="day_file"),
    path("days/<slug:channel>/<iso_day:on>/seal/", days.seal, name="seal"),
]
