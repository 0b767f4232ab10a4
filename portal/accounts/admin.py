"""Accounts, colleges and contacts in admin."""

from typing import Any

import axes.utils
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts import interventions, second_factor, topics
from portal.accounts.models import College, Contact, Intervention, RefusedSignIn, User
from portal.accounts.rights import RightsField, offered
from portal.accounts.roles import Role
from portal.accounts.staff import staff_of
from portal.accounts.tables import TABLES
from portal.lib.read_only import Kept, ReadOnly
from portal.lib.tables.admin import EstimatePaginator, TableAdmin


class ReasonForm(ActionForm):
    """Beside the list of actions: why."""

    reason = forms.CharField(label="原因：", required=False, max_length=interventions.LONGEST)


class UserCreation(AdminUserCreationForm):
    """With the portal's own fields."""

    class Meta:
        model = User
        fields = ("username", "name", "role", "college")


class UserChange(UserChangeForm):  # type: ignore[type-arg]  # not generic at run time
    """With the portal's own fields."""

    class Meta:
        model = User
        fields = ("username", "name", "role", "college", "is_active")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """One role per account; permissions belong to the role's group."""

    form, add_form, action_form = UserChange, UserCreation, ReasonForm
    list_display = ("username", "name", "role", "college", "is_active", "last_login")
    list_filter = ("role", "college", "is_active")
    search_fields = ("^username", "^name")
    ordering = ("username",)
    filter_horizontal = ()
    list_select_related = ("college",)
    show_full_result_count = False
    readonly_fields = ("last_login",)
    actions = ("unlock", "sign_out", "reset_second_factor")
    fieldsets = (
        (None, {"fields": ("username", "password", "name")}),
        ("权限", {"fields": ("role", "college", "is_active")}),
        ("登录", {"fields": ("last_login",)}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "name",
                    "role",
                    "college",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    @admin.action(description="解除登录暂停", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Wrong passwords so far are forgotten."""
        ended = sum(axes.utils.reset(username=user.username) for user in queryset)
        messages.success(request, "已解除暂停，现在可以登录。" if ended else "这些账号没有被暂停。")

    @admin.action(description="退出所有设备", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Wherever these accounts are signed in; recorded."""
        ended = interventions.sign_out(
            list(queryset), staff_of(request), timezone.now(), _reason(request)
        )
        messages.success(request, f"已退出 {ended} 台设备。")

    @admin.action(description="重置二次验证（手机丢失，要写原因）", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The next sign-in enrols anew; recorded with the reason, which is asked for."""
        done = second_factor.reset(
            list(queryset), staff_of(request), timezone.now(), _reason(request)
        )
        messages.success(
            request, f"已重置 {done} 个账号，下次登录时重新绑定；已登录的设备都已退出。"
        )


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()


# Their pages show the secrets; what an administrator needs are the actions above.
admin.site.unregister([TOTPDevice, StaticDevice])


@admin.register(Intervention)
class InterventionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """What was done with accounts, to read."""

    list_display = ("at", "kind", "target", "actor", "reason")
    list_filter = ("kind",)
    search_fields = ("^target__username", "^actor__username")
    list_select_related = ("target", "actor")
    show_full_result_count = False


@admin.register(RefusedSignIn)
class RefusedSignInAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Who tries passwords, and from where, to read."""

    list_display = fields = readonly_fields = ("at", "typed", "address", "program", "paused")
    list_per_page = 50
    search_fields = ("^username", "=ip_address")
    search_help_text = "学号或工号，网络地址"
    show_full_result_count = False
    paginator = EstimatePaginator

    @admin.display(description="时间")
    def at(self, row: RefusedSignIn) -> object:
        return row.attempt_time

    @admin.display(description="填写的学号/工号")
    def typed(self, row: RefusedSignIn) -> str:
        return str(row.username)

    @admin.display(description="网络地址")
    def address(self, row: RefusedSignIn) -> str:
        return str(row.ip_address or "")

    @admin.display(description="浏览器")
    def program(self, row: RefusedSignIn) -> str:
        return str(row.user_agent)

    @admin.display(description="暂停中", boolean=True)
    def paused(self, row: RefusedSignIn) -> bool:
        return bool(row.locked_out)


@admin.register(College)
class CollegeAdmin(TableAdmin):
    """Colleges and offices that offer courses."""

    table = TABLES["college"]
    list_display = ("code", "name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name")


@admin.register(Contact)
class ContactAdmin(TableAdmin):
    """Whom to ask, shown with every reason."""

    table = TABLES["contact"]
    list_display = ("matter", "office", "phone", "hours", "remark")
    search_fields = ("topic", "office")

    @admin.display(description="事项", ordering="topic")
    def matter(self, row: Contact) -> str:
        return topics.matter(row.topic)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().get_form(request, *args, **kwargs, help_texts={"topic": topics.explained()})


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(Kept, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """What a role may do; the roles themselves are fixed."""

    list_display = ("title",)
    fields = ("title", "permissions")
    filter_horizontal = ("permissions",)
    readonly_fields = ("title",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rights: dict[str, Any] = {"form_class": RightsField, "queryset": offered()}
        return super().formfield_for_manytomany(db_field, request, **kwargs | rights)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Under the role's name, not under its code."""
        named = {"subtitle": self.title(kwargs["obj"])}
        return super().render_change_form(request, context | named, *args, **kwargs)

    @admin.display(description="角色", ordering="name")
    def title(self, group: Group) -> str:
        return Role(group.name).label if group.name in set(Role) else group.name
