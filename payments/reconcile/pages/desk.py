"""The first page: what to do with which file."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from payments.reconcile.models import Upload
from payments.reconcile.pages import words
from payments.reconcile.selectors import uploads as selectors
from payments.reconcile.states import UploadState
from portal.lib.status import Status

PAGE_SIZE = 20
MOVING = (UploadState.UPLOADED, UploadState.READING, UploadState.APPLYING)
HEADINGS = (
    (UploadState.PREVIEW, "个文件等你确认"),
    (UploadState.WAITING, "个文件等复核"),
    (UploadState.MAPPING, "个文件等你指出各列"),
)


@dataclass(frozen=True)
class FileLine:
    """One file in the list."""

    upload: Upload
    status: Status
    count: int
    uploader: str
    note: str


@dataclass(frozen=True)
class Desk:
    """The list of files, and what the page is about."""

    page: "Page[Upload]"
    rows: tuple[FileLine, ...]
    state: str
    counts: dict[str, int]  # files of each state, on whatever page

    @property
    def query(self) -> str:
        """What the list is narrowed to, for the links to its other pages."""
        return f"state={self.state}&" if self.state else ""

    @property
    def is_moving(self) -> bool:
        """Something is being read or applied: the list asks again."""
        return any(row.upload.state in MOVING for row in self.rows)

    @property
    def waiting(self) -> int:
        """Files that wait for a person."""
        return sum(self.counts.get(state, 0) for state, _ in HEADINGS)

    @property
    def heading(self) -> str:
        """The first thing that waits, or what the page is for."""
        for state, words_ in HEADINGS:
            if count := self.counts.get(state):
                return f"{count} {words_}"
        return "正在处理文件" if self.is_moving else "上传文件对账"


def desk(number: str | None, state: str) -> Desk:
    """One page of the list, of one state where one is asked for, else without what was put aside.

    Three statements.
    """
    rows = selectors.uploads()
    known = state in tuple(UploadState)
    rows = rows.filter(state=state) if known else rows.exclude(state=UploadState.DISCARDED)
    page = Paginator(rows, PAGE_SIZE).get_page(number)
    lines = tuple(_line(upload) for upload in page)
    return Desk(page, lines, state if known else "", selectors.counted())


def uploader_of(upload: Upload) -> str:
    """Who brought it; nobody is the portal, which fetched it, or the server's command line."""
    if upload.uploaded_by:
        return str(upload.uploaded_by.name)
    return "系统取回" if upload.day else "服务器命令行"


def _line(upload: Upload) -> FileLine:
    state = UploadState(upload.state)
    return FileLine(
        upload, words.UPLOADS[state], upload.row_count or upload.read_rows,
        uploader_of(upload), _note(upload, state),
    )  # fmt: skip


def _note(upload: Upload, state: UploadState) -> str:
    if state is UploadState.REFUSED:
        return upload.refusal
    if upload.fault_count and state in (UploadState.PREVIEW, UploadState.WAITING):
        return f"{upload.fault_count} 行读不出"
    return ""
