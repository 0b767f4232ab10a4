"""The pages around teaching groups: overview of a term, students and hours of a group."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from portal.accounts.staff import staff_of
from portal.lib.acting import act
from portal.lib.errors import NotYours
from portal.lib.moments import day
from portal.records.models import AcademicTerm
from retake.admin.enrollments import scope_of
from retake.admin.group_form import RuleForm
from retake.admin.terms import term_of
from retake.models import Offer, TeachingGroup
from retake.selectors.arranging import overview
from retake.selectors.seating import LENGTHS, last_week, proposals, seating
from retake.services.promise import promise
from retake.states import GroupState, TeachingMode
from retake.teaching import access
from retake.teaching.clashes import Slot
from retake.teaching.groups import assign, dissolve, unassign
from retake.teaching.rule import arrange_by_rule
from retake.teaching.slots import Taken, give_back, take
from retake.teaching.split import SplitRule
from retake.teaching.timetables import week_of
from retake.teaching.unopened import not_open
from retake.teaching.words import lines_of, time_lines

T = TypeVar("T")


class GroupPages:
    """Pages of the admin of teaching groups; ``admin`` is that admin."""

    def __init__(self, admin: "ModelAdmin[Any]") -> None:
        self.admin = admin

    def urls(self) -> list[URLPattern]:
        """Beside the groups' own addresses."""
        wrap = self.admin.admin_site.admin_view
        acts = (
            ("rule/", self.by_rule, "rule"),
            ("promise/<int:pk>/", self.promise, "promise"),
            ("<int:pk>/assign/", self.assign, "assign"),
            ("<int:pk>/unassign/", self.unassign, "unassign"),
            ("<int:pk>/dissolve/", self.dissolve, "dissolve"),
            ("<int:pk>/not-open/", self.not_open, "not_open"),
            ("<int:pk>/slot/", self.take_slot, "slot"),
            ("<int:pk>/slot/undo/", self.give_back_slot, "slot_undo"),
        )
        return [
            path("overview/", wrap(self.overview), name="retake_teachinggroup_overview"),
            path("<int:pk>/students/", wrap(self.students), name="retake_teachinggroup_students"),
            *(
                path(route, wrap(require_POST(view)), name=f"retake_teachinggroup_{name}")
                for route, view, name in acts
            ),
        ]

    def overview(self, request: HttpRequest) -> HttpResponse:
        """What waits in a term, by course and by college."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        staff, term, today = staff_of(request), term_of(request), timezone.localdate()
        context = {
            **self._frame(request, "学院落实"),
            "seen": overview(staff, term, today),
            "terms": AcademicTerm.objects.filter(round__isnull=False).distinct(),
            "scope": scope_of(staff),
            "rule": RuleForm(),
            "may_arrange": staff.has_perm(access.PERMISSION),
            "today": today,
        }
        return TemplateResponse(request, "retake/admin/arranging.html", context)

    def by_rule(self, request: HttpRequest) -> HttpResponse:
        """按规则落实 the ticked courses."""
        staff, term, now = staff_of(request), term_of(request), timezone.now()
        to = f"{reverse('admin:retake_teachinggroup_overview')}?term={term.code}"
        form = RuleForm(request.POST)
        if not form.is_valid():
            self.admin.message_user(request, "没有落实：每班人数要填正整数。", "error")
            return redirect(to)
        courses = [int(one) for one in request.POST.getlist("course") if one.isdigit()]
        values = form.cleaned_data
        rule = SplitRule(values["size"], values["minimum"], TeachingMode(values["fallback"]))
        return act(
            request,
            lambda: arrange_by_rule(staff=staff, term=term, course_ids=courses, rule=rule, now=now),
            lambda made: (
                f"已落实，开了 {len(made)} 个教学班，学生会收到消息。"
                "接着下载落实表，填教师、时间和地点后上传，或逐个教学班填。"
            ),
            to,
        )

    def promise(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new date of the own college."""
        staff, now = staff_of(request), timezone.now()
        until = parse_date(request.POST.get("until", ""))
        note = request.POST.get("note", "")
        return act(
            request,
            lambda: promise(staff=staff, round_id=pk, until=until, note=note, now=now),
            "已更新，等安排的学生会看到新日期。",
            reverse("admin:retake_teachinggroup_overview"),
        )

    def students(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who sits here, who could, who is busy then, and better hours."""
        group = self._group(request, pk)
        length, weeks = _hours(request.GET, group)
        seen = seating(group)
        asked, today = _ids(request.GET.getlist("added")), timezone.localdate()
        added = [one for one in seen.sessions if one.pk in asked]
        context = {
            **self._frame(request, f"{group.name} · 学生和时间"),
            "group": group,
            "seen": seen,
            "times": lines_of(group, seen.sessions, today),
            "added": added,
            "added_times": time_lines(added, today),
            "proposals": proposals(group, range(weeks[0], weeks[1] + 1), length),
            "length": length,
            "lengths": LENGTHS,
            "first_week": weeks[0],
            "final_week": weeks[1],
            "scope": scope_of(staff_of(request)),
            "may_arrange": group.state == GroupState.ACTIVE
            and staff_of(request).has_perm(access.PERMISSION),
        }
        return TemplateResponse(request, "retake/admin/group_students.html", context)

    def assign(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Seat the ticked students."""
        staff, now, ids = staff_of(request), timezone.now(), _ticked(request)
        return self._act(
            request,
            pk,
            lambda: assign(staff=staff, group_id=pk, enrollment_ids=ids, now=now),
            "已安排，学生会收到消息。",
        )

    def unassign(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the ticked students out."""
        staff, now, ids = staff_of(request), timezone.now(), _ticked(request)
        return self._act(
            request,
            pk,
            lambda: unassign(staff=staff, group_id=pk, enrollment_ids=ids, now=now),
            "已移出，学生会收到消息。",
        )

    def dissolve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """撤销."""
        staff, now, reason = staff_of(request), timezone.now(), request.POST.get("reason", "")
        return self._act(
            request,
            pk,
            lambda: dissolve(staff=staff, group_id=pk, reason=reason, now=now),
            "已撤销，学生回到等安排，会收到消息。",
        )

    def not_open(self, request: HttpRequest, pk: int) -> HttpResponse:
        """不开班."""
        staff, now, reason = staff_of(request), timezone.now(), request.POST.get("reason", "")
        return self._act(
            request,
            pk,
            lambda: not_open(staff=staff, group_id=pk, reason=reason, now=now),
            lambda offers: _became(offers, timezone.localdate(now)),
        )

    def take_slot(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A proposed slot becomes meetings; the page then offers to undo it."""
        group, staff, now = self._group(request, pk), staff_of(request), timezone.now()
        length, (first, final) = _hours(request.POST, group)
        here = urlencode({"length": length, "from": first, "to": final})
        page = f"{reverse('admin:retake_teachinggroup_students', args=[pk])}?{here}"
        weekday, period = _slot_named(request.POST.get("slot", ""))
        slot = Slot(weekday, period, period + length - 1, tuple(range(first, final + 1)))
        room = request.POST.get("room", "").strip()[:60]
        return act(
            request,
            lambda: take(staff=staff, group_id=pk, slot=slot, room=room, now=now),
            _added,
            page,
            lambda taken: f"{page}&{urlencode([('added', one.pk) for one in taken.sessions])}",
        )

    def give_back_slot(self, request: HttpRequest, pk: int) -> HttpResponse:
        """撤销刚加的上课安排."""
        staff, now, ids = staff_of(request), timezone.now(), _ids(request.POST.getlist("session"))
        return self._act(
            request,
            pk,
            lambda: give_back(staff=staff, group_id=pk, session_ids=ids, now=now),
            "已撤销刚加的上课安排，学生会收到消息。",
        )

    def _act(
        self,
        request: HttpRequest,
        pk: int,
        service: Callable[[], T],
        done: str | Callable[[T], str],
    ) -> HttpResponse:
        """Do it and come back to the group; one that is not there is a 404, not a message."""
        self._group(request, pk)
        return act(
            request, service, done, reverse("admin:retake_teachinggroup_students", args=[pk])
        )

    def _group(self, request: HttpRequest, pk: int) -> TeachingGroup:
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        row = (
            access.groups(staff_of(request))
            .select_related("term", "course", "teacher", "tutor")
            .filter(pk=pk)
            .first()
        )
        if row is None:
            raise NotYours("没有找到这个教学班。")
        return row

    def _frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {
            **self.admin.admin_site.each_context(request),
            "title": title,
            "opts": self.admin.opts,
        }


def _added(taken: Taken) -> str:
    """What a slot has brought, for who pressed it."""
    clash = f"，{taken.students} 名学生那时有课" if taken.students else "，没有学生冲突"
    return f"已加 {len(taken.sessions)} 次上课安排{clash}。学生会收到消息。"


def _became(offers: list[Offer], today: date) -> str:
    """What 不开班 has done, for who pressed it."""
    if not offers:
        return "已记为不开班。这门课没有别的班可选，缴了费的转财务处退回，学生会收到消息。"
    until = day(offers[0].decide_by, today)
    return f"已记为不开班。{len(offers)} 名学生会收到消息，{until}前选换班或退费，没有选的退费。"


def _ticked(request: HttpRequest) -> list[int]:
    return _ids(request.POST.getlist("enrollment"))


def _ids(words: list[str]) -> list[int]:
    return [int(one) for one in words if one.isdigit()]


def _slot_named(text: str) -> tuple[int, int]:
    """Weekday and first period of ``3-9``; zeros, which no day has, for nonsense."""
    weekday, _, period = text.partition("-")
    if weekday.isdigit() and period.isdigit() and len(text) < 6:
        return int(weekday), int(period)
    return 0, 0


def _hours(asked: QueryDict, group: TeachingGroup) -> tuple[int, tuple[int, int]]:
    """Periods and weeks to look for hours in: from next week to the term's end unless asked.

    Before the term, and for a term that is over, all of its weeks.
    """
    last = max(1, last_week(group))
    coming = week_of(group.term, timezone.localdate()) + 1
    start = coming if 1 <= coming <= last else 1
    first = _number(asked, "from", start, last)
    final = _number(asked, "to", last, last)
    length = _number(asked, "length", LENGTHS[0], LENGTHS[-1])
    return length, (first, max(first, final))


def _number(asked: QueryDict, name: str, usual: int, most: int) -> int:
    text = asked.get(name, "")
    return min(max(1, int(text)), most) if text.isdigit() and len(text) < 6 else usual
