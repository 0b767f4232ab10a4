"""The words of the exchange: what may be passed, and what may be given for it. Pure."""

from portal.lib.labels import Labelled
from portal.records.kinds import CourseCategory


class TargetKind(Labelled):
    """What the rules call a course that is to be passed by exchange."""

    PUBLIC = "public", "公共必修课"
    ENGLISH = "english", "英语选择性必修课"
    PE = "pe", "体育课"
    MAJOR_BASIC = "basic", "专业基础课"
    MAJOR_CORE = "core", "专业核心课"
    MAJOR_EXTENSION = "extension", "专业拓展课"
    PRACTICE = "practice", "实践课"
    ELECTIVE = "elective", "通识选修课"
    CERTIFICATE = "certificate", "等级证书"
    OFF_PLAN = "off_plan", "计划外课程"


class SourceKind(Labelled):
    """Where the credits given away come from."""

    ELECTIVE = "elective", "通识选修"
    EXTENSION = "extension", "专业拓展"
    CONTEST = "contest", "竞赛集训"
    AWARD = "award", "获奖证书"
    LEVEL_CERTIFICATE = "level", "等级证书"
    CO_CURRICULAR = "second", "第二课堂"


class Treatment(Labelled):
    """What a rule set says of a named course or of everything a college offers."""

    EXCLUDED = "excluded", "不参与兑换"
    PE = "pe", "按体育课"


# The category of the plan that loses credits when such a source is given away.
SPENT_FROM: dict[SourceKind, CourseCategory] = {
    SourceKind.ELECTIVE: CourseCategory.GENERAL_ELECTIVE,
    SourceKind.EXTENSION: CourseCategory.MAJOR_EXTENSION,
    SourceKind.LEVEL_CERTIFICATE: CourseCategory.CERTIFICATE,
}


class FileKind(Labelled):
    """What an attachment is stored as, whatever was sent."""

    JPEG = "jpg", "JPG 图片"
    PNG = "png", "PNG 图片"
    PDF = "pdf", "PDF"
