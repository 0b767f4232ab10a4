"""What admin's scripts say, where Django has no Chinese for it."""

from typing import Any

from django.views.i18n import JavaScriptCatalog

WORDS = {
    'Choose %s by selecting them and then select the "Choose" arrow button.': (
        "选中%s，再按向右的箭头。"
    ),
    'Remove %s by selecting them and then select the "Remove" arrow button.': (
        "选中%s，再按向左的箭头，就不再有。"
    ),
    "Choose all %s": "选择全部%s",
    "Choose selected %s": "选择选中的%s",
    "Remove selected %s": "去掉选中的%s",
    "Remove all %s": "去掉全部%s",
    "(click to clear)": "（点这里清除）",
    "You have selected an action, but you haven’t saved your changes to individual fields yet. "
    "Please click OK to save. You’ll need to re-run the action.": (
        "选了动作，但改过的栏还没有保存。按“确定”保存，再执行一次动作。"
    ),
    "You have selected an action, and you haven’t made any changes on individual fields. "
    "You’re probably looking for the Go button rather than the Save button.": (
        "选了动作，没有改过的栏：要按的是“执行”，不是“保存”。"
    ),
}


class Catalog(JavaScriptCatalog):
    """Django's words, and these."""

    def get_catalog(self) -> dict[str, Any]:
        return {**super().get_catalog(), **WORDS}
