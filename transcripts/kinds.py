"""The words of a transcript: paper, language, what may be chosen. Pure."""

from portal.lib.labels import Labelled
from portal.records.kinds import CourseNature


class Paper(Labelled):
    """A4 shows effective results, A3 every attempt (credit exchange manual, part one)."""

    A4 = "a4", "A4"
    A3 = "a3", "A3"


class Language(Labelled):
    """Which of the two sets is printed."""

    CHINESE = "zh", "中文"
    ENGLISH = "en", "英文"
    BOTH = "both", "中英文"


class PassOnly(Labelled):
    """What 只打印及格 covers; failed required courses print all the same."""

    EXAMS = "exams", "等级考试成绩"
    EXTENSION = "extension", "专业拓展课（选修）"
    ELECTIVE = "elective", "通识选修课（选修）"


class Block(Labelled):
    """Parts of the sheet that may be left out."""

    GPA = "gpa", "学期平均学分绩点"
    EXAMS = "exams", "等级考试成绩"
    CREDITS = "credits", "已获得学分"


class Personal(Labelled):
    """What the student line may say, each ticked singly."""

    COLLEGE = "college", "学院"
    MAJOR = "major", "专业"
    CLASS = "class", "班级"
    NUMBER = "number", "学号"
    NAME = "name", "姓名"
    ROLL = "roll", "学籍号"


# Short enough for the column; the totals write the full word.
NATURES = {
    CourseNature.REQUIRED: ("必修", "Required"),
    CourseNature.ENGLISH_SELECTIVE: ("英语选必", "English"),
    CourseNature.MAJOR_EXTENSION: ("专业拓展", "Extension"),
    CourseNature.GENERAL_ELECTIVE: ("通识选修", "Elective"),
}
