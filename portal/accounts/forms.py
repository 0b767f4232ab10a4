"""Sign-in and password, in the college's words."""

import re
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator

from portal.accounts.models import User

CODE = re.compile(r"[0-9]{6}|[0-9a-z]{8}")


def _as_bootstrap(fields: dict[str, forms.Field]) -> None:
    for field in fields.values():
        field.widget.attrs["class"] = "form-control"


class SignInForm(AuthenticationForm):
    """学号/工号 and password."""

    error_messages = {
        "invalid_login": "学号或密码不对，请重新输入。",
        "inactive": "这个账号已停用，请联系信息中心。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "学号/工号"
        self.fields["username"].error_messages["required"] = "请填写学号或工号。"
        # Django bounds only what a browser types; who counts wrong passwords keeps no more.
        longest = User.username.field.max_length
        too_long = MaxLengthValidator(longest, self.error_messages["invalid_login"])
        self.fields["username"].validators.append(too_long)
        self.fields["password"].label = "密码"
        self.fields["password"].error_messages["required"] = "请填写密码。"
        _as_bootstrap(self.fields)


class CodeForm(forms.Form):
    """A code of the authenticator app, or one of the backup codes."""

    code = forms.CharField(
        label="验证码", max_length=20, error_messages={"required": "请填写验证码。"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "class": "form-control num",
            "autocomplete": "one-time-code",
            "inputmode": "text",
            "autofocus": True,
        }

    def clean_code(self) -> str:
        """Without the spaces apps show; ASCII letters and digits only."""
        code = "".join(str(self.cleaned_data["code"]).split()).lower()
        if not CODE.fullmatch(code):
            raise forms.ValidationError("验证码是 6 位数字；备用码是 8 位字母和数字。")
        return code


class NewPasswordForm(PasswordChangeForm):
    """Old password, and the new one twice."""

    error_messages = {
        "password_incorrect": "现在的密码不对，请重新输入。",
        "password_mismatch": "两次填写的新密码不一样。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "old_password": "现在的密码",
            "new_password1": "新密码",
            "new_password2": "再填一次新密码",
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请填写{label}。"
        self.fields["new_password1"].help_text = "至少 8 位，不能只有数字，不能和学号太像。"
        self.fields["new_password2"].help_text = ""
        _as_bootstrap(self.fields)
