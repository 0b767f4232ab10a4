"""Tables of grades; attempts are only ever added, a correction is a numbered row of its own."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from tablib import Dataset

from portal.lib.tables.table import BATCH, Column, Key, Table, table
from portal.lib.tables.words import Cell, Day, Number, Text, Whole, Word, YesNo
from portal.records.grading import Effective, Result, parse_result
from portal.records.kinds import AttemptKind, OtherCreditKind
from portal.records.models import (
    GradeAttempt,
    GradePolicy,
    LevelExamScore,
    MakeupSitting,
    OtherCredit,
)
from portal.records.tables.courses import WithTerm
from portal.records.tables.references import course, student, term, words_of

REVISION = "更正次数"
_WHERE = ("student", "course", "term")
Cells = dict[str, str]  # one line of a file by header
# What other systems write for the kinds of 考试性质.
KIND_WORDS = (("正常考试", "正考"), ("初考", "正考"), ("期末", "正考"))


class Kind(Word):
    """考试性质; 补考一, 重修2 and the like are their first two characters."""

    def __init__(self) -> None:
        super().__init__(AttemptKind.choices())

    def clean(self, value: str, **kwargs: Any) -> str:
        word = dict(KIND_WORDS).get(value, value)
        return super().clean(word if word in self.by_value else word[:2], **kwargs)


class Levels(Cell):
    """优秀=95、良好=85 …"""

    def clean(self, value: str, **_kwargs: Any) -> dict[str, int]:
        pairs = [part.partition("=") for part in re.split("[、,，;；]", value) if part]
        try:
            return {word.strip(): int(score) for word, _, score in pairs}
        except ValueError as error:
            raise ValueError("写作 优秀=95、良好=85。") from error

    def render(self, value: Any, **_kwargs: Any) -> str:
        return "、".join(f"{word}={score}" for word, score in value.items())


class ResultColumn(Column):
    """成绩: one cell for score, word and flag."""

    def clean(self, row: Cells, **_kwargs: Any) -> Result:
        written = row[self.column_name]
        try:
            return parse_result(written)
        except ValueError as error:
            raise ValueError("不认识这个成绩：应是 0–100 的分数或等级、缺考、缓考等。") from error

    def get_value(self, instance: GradeAttempt) -> str:
        return instance.printed

    def save(self, instance: GradeAttempt, row: Cells, *_args: Any, **_kwargs: Any) -> None:
        result = self.clean(row)
        instance.score, instance.text, instance.flag = result.score, result.text, result.flag.value


class RevisionColumn(Column):
    """更正次数: blank for the first entry, n for its n-th correction."""

    def get_value(self, instance: GradeAttempt) -> int:
        number = 0
        earlier: GradeAttempt | None = instance.corrects
        while earlier is not None:
            number, earlier = number + 1, earlier.corrects
        return number

    def save(self, instance: GradeAttempt, row: Cells, *_args: Any, **_kwargs: Any) -> None:
        """Nothing by itself: the table finds the row that is corrected."""

    def clean(self, row: Cells, **kwargs: Any) -> int:
        return super().clean(row, **kwargs) or 0


class AttemptTable(WithTerm):
    """Adds attempts; an entry that says otherwise than the record is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known: dict[Key, GradeAttempt] = {}

    def get_queryset(self) -> QuerySet[Model]:
        return super().get_queryset().select_related("corrects")

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Files of other systems know no corrections."""
        if REVISION not in dataset.headers:
            dataset.append_col([""] * len(dataset), header=REVISION)
        super().before_import(dataset, **kwargs)
        self.known = dict(self.existing)  # type: ignore[arg-type]

    def filters(self, dataset: Dataset) -> dict[str, set[object]]:
        """The number of a correction is no column of the database."""
        found = super().filters(dataset)
        found.pop("corrects__in")
        return found

    def import_instance(self, instance: GradeAttempt, row: Cells, **kwargs: Any) -> None:
        """Link a correction to what it corrects; an undated grade is of the term's last day."""
        super().import_instance(instance, row, **kwargs)
        self._refuse_blank(instance)
        instance.recorded_on = instance.recorded_on or instance.term.ends_on
        place = (instance.student, instance.course, instance.term, instance.kind)
        number = self.fields["corrects"].clean(row)
        if number and not instance.pk:
            instance.corrects = self._corrected((*place, number - 1))
        self.known[(*place, number)] = instance

    def _refuse_blank(self, instance: GradeAttempt) -> None:
        blank = [name for name in _WHERE if getattr(instance, f"{name}_id") is None]
        if blank:
            raise ValidationError({name: ValidationError("必填。", code="null") for name in blank})

    def _corrected(self, key: Key) -> GradeAttempt:
        earlier = self.known.get(key)
        if earlier is None:
            raise ValidationError({"corrects": "没有这一次之前的成绩，无从更正。"})
        if not earlier.pk:  # waiting in this file's batch
            self.bulk_create(True, False, True, batch_size=BATCH)
        return earlier

    def validate_instance(
        self,
        instance: Model,
        import_validation_errors: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """A grade in the record is never changed."""
        if instance.pk and not import_validation_errors:
            raise ValidationError({"score": f"已登记过别的成绩，改成绩请填{REVISION} 1。"})
        super().validate_instance(instance, import_validation_errors, **kwargs)


TABLES: dict[str, type[Table]] = {
    "gradepolicy": table(
        GradePolicy,
        ("valid_from",),
        [
            Column("valid_from", "起用日期", Day()),
            Column("pass_mark", "及格分", Number()),
            Column("makeup_cap", "补考成绩上限", Number()),
            Column("effective", "有效成绩", words_of(Effective)),
            Column("levels", "等级折算", Levels()),
            Column("round_before_points", "先取整再算绩点", YesNo()),
            Column("failed_in_gpa", "不及格计入绩点分母", YesNo()),
            Column("is_confirmed", "学校已确认", YesNo()),
        ],
    ),
    "makeupsitting": table(
        MakeupSitting,
        ("student", "course", "term"),
        [
            student(),
            course(),
            term(),
            Column("sits_on", "补考日期", Day(), "bkrq", "ksrq"),
            Column("venue", "补考地点", Text(), "ksdd", "cdmc"),
        ],
        base=WithTerm,
    ),
    "gradeattempt": table(
        GradeAttempt,
        ("student", "course", "term", "kind", "corrects"),
        [
            student(),
            course(),
            term(),
            Column("kind", "考试性质", Kind(), "ksxz", "ksxzmc"),
            ResultColumn("score", "成绩", Text(), "cj", "zcj"),
            Column("recorded_on", "登记日期", Day(), "tjsj", "djrq"),
            RevisionColumn("corrects", REVISION, Whole()),
            Column("source", "来源", Text(), "ly"),
        ],
        base=AttemptTable,
    ),
    "levelexamscore": table(
        LevelExamScore,
        ("student", "exam", "taken_on"),
        [
            student(),
            Column("exam", "考试名称", Text(), "ksmc", "xmmc"),
            Column("taken_on", "考试日期", Day(), "ksrq"),
            Column("result", "等级考试成绩", Text(), "cj", "成绩"),
            Column("passed", "合格", YesNo(), "sfhg"),
            Column("certificate", "证书编号", Text(), "zsbh"),
        ],
    ),
    "othercredit": table(
        OtherCredit,
        ("student", "kind", "title", "earned_on"),
        [
            student(),
            Column("kind", "类别", words_of(OtherCreditKind), "lb"),
            Column("title", "名称", Text(), "mc"),
            Column("credit_hours", "学分", Number(), "xf"),
            Column("earned_on", "取得日期", Day(), "qdrq"),
            Column("document", "证明编号", Text(), "zmbh"),
        ],
    ),
}
