"""The form of a rehearsal: the round's own values, each of which may be tried otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from portal.records.models import AcademicTerm
from retake.admin.yuan import YuanField
from retake.eligibility import Rules
from retake.fees import Tariff
from retake.models import Round, RuleSet
from retake.rehearsal.plan import Plan
from retake.states import FeePolicy

CAPS = ("cap_default", "cap_final_year", "cap_completed")
LARGEST = 32_767  # of the round's own fields


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class TrialForm(forms.Form):
    """What to try; nothing of it is saved."""

    opens_on = forms.DateField(label="报名开始", required=False, widget=_day())
    closes_on = forms.DateField(label="报名截止", required=False, widget=_day())
    rule_set = forms.ModelChoiceField(RuleSet.objects.all(), label="报名规则")
    cap_default = forms.IntegerField(
        label="每学期门数上限", required=False, min_value=0, max_value=LARGEST
    )
    cap_final_year = forms.IntegerField(
        label="毕业年级上限", required=False, min_value=0, max_value=LARGEST
    )
    cap_completed = forms.IntegerField(
        label="结业生上限", required=False, min_value=0, max_value=LARGEST
    )
    fee_policy = forms.ChoiceField(label="收费方式", choices=FeePolicy.choices())
    fee_unit_fen = YuanField(label="单价（元）")
    fee_practice_fen = YuanField(label="实践课定额（元）", required=False)
    free_attempts = forms.IntegerField(label="每门课前几次重修免费", min_value=0, max_value=LARGEST)
    as_of = forms.ModelChoiceField(
        AcademicTerm.objects.none(),
        label="用哪个学期的数据",
        required=False,
        empty_label="现在的数据",
        to_field_name="code",
    )

    def __init__(self, row: Round, data: Mapping[str, Any] | None, today: date) -> None:
        super().__init__(data if data and "rule_set" in data else own_values(row))
        self.round, self.today = row, today
        past = AcademicTerm.objects.filter(ends_on__lt=today, code__lt=row.term.code)
        field = self.fields["as_of"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- declared above
        field.queryset = past

    def clean(self) -> dict[str, Any]:
        """The amount of a practice course is asked for where it is used; windows end later."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        flat = cleaned.get("fee_policy") == FeePolicy.FLAT_BY_MODE
        if flat and "fee_practice_fen" not in self.errors and not cleaned.get("fee_practice_fen"):
            self.add_error("fee_practice_fen", "按授课方式定额时要填实践课定额。")
        opens, closes = cleaned.get("opens_on"), cleaned.get("closes_on")
        if opens and closes and closes < opens:
            self.add_error("closes_on", "报名截止不能早于报名开始。")
        return cleaned

    def plan(self) -> Plan:
        """The plan of a valid form."""
        given = self.cleaned_data
        rules: Rules = given["rule_set"].rules()
        term: AcademicTerm | None = given["as_of"]
        window = (given["opens_on"] or self.today, given["closes_on"])
        today, closes_on = _days(self.round.term, window, term, self.today)
        return Plan(
            rules=replace(rules, **{name: given[name] for name in CAPS}),
            tariff=Tariff(
                FeePolicy(given["fee_policy"]),
                given["fee_unit_fen"],
                given["fee_practice_fen"] or 0,
                given["free_attempts"],
            ),
            term=term.code if term else self.round.term.code,
            today=today,
            closes_on=closes_on,
            as_of=term.code if term else "",
        )


def own_values(row: Round) -> dict[str, Any]:
    """The round's values as its form would send them."""
    rules = row.rule_set.rules() if row.rule_set else Rules()
    unit, practice = YuanField(), YuanField()
    return {
        "opens_on": _local_day(row.enrol_opens_at),
        "closes_on": _local_day(row.enrol_closes_at),
        "rule_set": row.rule_set_id or "",
        **{name: getattr(rules, name) for name in CAPS},
        "fee_policy": row.fee_policy,
        "fee_unit_fen": unit.prepare_value(row.fee_unit_fen),
        "fee_practice_fen": practice.prepare_value(row.fee_practice_fen),
        "free_attempts": row.free_attempts,
        "as_of": "",
    }


def plan_before(row: Round, plan: Plan) -> Plan | None:
    """The same day and term under the rules and prices of the round before this one."""
    last = (
        Round.objects.filter(pk__lt=row.pk, rule_set__isnull=False, fee_unit_fen__isnull=False)
        .select_related("rule_set")
        .order_by("-pk")
        .first()
    )
    if last is None or last.rule_set is None:
        return None
    return replace(plan, rules=last.rule_set.rules(), tariff=last.tariff())


def _local_day(value: datetime | None) -> str:
    return timezone.localdate(value).isoformat() if value else ""


def _days(
    home: AcademicTerm, window: tuple[date, date | None], past: AcademicTerm | None, today: date
) -> tuple[date, date | None]:
    """The day the choice page is imagined on, and the last day of 报名.

    A round that opens later is looked at on its first day; in a past term on the day as many days
    into that term as the first day is into its own term ``home``, never outside it.
    """
    opens, closes = window
    if past is None:
        return max(opens, today), closes
    into = max(opens - home.starts_on, timedelta(0))
    day = min(past.starts_on + into, past.ends_on)
    return day, day + (closes - opens) if closes else None
