"""The students the demo shows, course by course.

A mark is ``正考[/补考[/重修]]`` as a sheet would have it, after ``@n`` when the course was taken in
another term of the plan than its own (or stands in no plan) and before ``缺课n`` for hours missed.
``?`` is a 补考 still to be sat, ``-`` one that was missed, an empty mark a course never studied.
Courses not named are passed at the first sitting.
"""

from dataclasses import dataclass, field
from datetime import date

from portal.records.kinds import OtherCreditKind, Standing

Change = tuple[str, Standing, date, str]


@dataclass(frozen=True)
class Script:
    """One student of the demo; all are of 云计算技术应用."""

    number: str
    name: str
    gender: str
    grade_year: int
    marks: dict[str, str]
    changes: tuple[Change, ...] = ()
    veteran_from: date | None = None
    other_credits: tuple[tuple[OtherCreditKind, str, str, date], ...] = ()
    exams: tuple[tuple[str, date, str, bool], ...] = field(
        default=(("全国计算机等级考试一级", date(2023, 9, 24), "合格", True),)
    )

    @property
    def standing(self) -> Standing:
        """Where the last change led."""
        return self.changes[-1][1] if self.changes else Standing.ENROLLED


CERTIFICATES = {"普通话水平证书": "@5 合格", "英语应用能力": "@5 合格", "职业技能证书": "@5 合格"}

# Student W of the retake manual: eight failed courses, 3 + 3 + 2.
W = Script(
    number="20220101",
    name="王思远",
    gender="男",
    grade_year=2022,
    marks=CERTIFICATES
    | {
        "高等数学（2-1）": "42/56",
        "英语（2-1）": "47/54",
        "计算机网络基础": "51/58",
        "路由与交换技术": "44/51",
        "数据库应用基础": "40/55",
        "Linux 应用技术": "38/49",
        "形势与政策（2-1）": "50/55",
        "数据中心技术": "46/57",
        "程序设计基础": "85",
        "计算机应用基础": "78",
        "入学教育与军训": "良好",
        "思想道德与法治": "",
        "思想道德修养与法律基础": "@1 74",
        "体育与健康（一）": "81",
        "英语（2-2）": "52/62",
        "大学生心理健康教育": "合格",
        "军事理论": "70",
        "体育与健康（二）": "77",
        "形势与政策（2-2）": "69",
        "云计算概论": "73",
        "体育与健康（三）": "76",
        "网络应用": "82",
        "职业沟通技巧": "68",
        "企业体验实习": "良好",
        "大学生就业指导": "中等",
        "软件实施与运维": "79",
        "职场英语": "76",
        "云计算理论与应用": "80",
        "网络商务实训": "及格",
        "公共法律理论与实践": "66",
        "桌面云技术与应用": "83",
        "数字存储技术": "66",
        "云安全技术": "71",
        "安全技术实训": "良好",
        "传统文化与现代经营管理": "@1 93",
        "书法鉴赏": "@1 91",
        "西方美术欣赏": "@1 87",
        "戏曲鉴赏": "@2 62",
        "建筑材料——石膏涂料": "@3 75",
        "新媒体制作": "@5 80",
    },
)

VETERAN = Script(
    number="20220102",
    name="李建军",
    gender="男",
    grade_year=2022,
    veteran_from=date(2024, 9, 1),
    changes=(
        ("入伍", Standing.SUSPENDED, date(2022, 9, 20), "保留学籍"),
        ("退役复学", Standing.ENROLLED, date(2024, 9, 1), ""),
    ),
    marks=CERTIFICATES
    | {
        "高等数学（2-1）": "39/52",
        "计算机网络基础": "48/55",
        "路由与交换技术": "45/50",
        "体育与健康（一）": "免修",
        "体育与健康（二）": "免修",
        "体育与健康（三）": "免修",
        "军事理论": "免修",
        "戏曲鉴赏": "@2 78",
        "书法鉴赏": "@3 82",
    },
)

# One course for every rule of ``retake.eligibility`` that is on, and more open ones than the cap.
RULES = Script(
    number="20220103",
    name="陈雨桐",
    gender="女",
    grade_year=2023,
    changes=(
        ("休学", Standing.SUSPENDED, date(2023, 2, 20), "因病休学"),
        ("复学", Standing.ENROLLED, date(2023, 9, 1), "编入 2023 级"),
        ("转专业", Standing.ENROLLED, date(2024, 9, 2), "由软件技术转入云计算技术应用"),
    ),
    marks={
        "高等数学（2-1）": "42/51",
        "数据库应用基础": "38/55",
        "英语（2-2）": "47/52",  # clashes with 数据中心技术 this term (R11)
        "计算机网络基础": "45/-",  # 补考 missed: used up
        "企业体验实习": "不及格",  # practice: no 补考 (R3)
        "职业沟通技巧": "作弊",  # straight to the retake (R2)
        "思想道德与法治": "",
        "思想道德修养与法律基础": "@1 48/55",  # failed under the old code
        "路由与交换技术": "35 缺课30",  # a third of the hours missed (R9)
        "云计算概论": "@3 47/?",  # 补考 to come (R2)
        "数字存储技术": "",  # never studied (R4)
        "毛泽东思想和中国特色社会主义理论体系概论（2-1）": "缓考",
        "体育与健康（三）": "",  # not selected (R6)
        "职场英语": "",  # not selected (R6)
        "UI 设计": "@3 45",  # an elective (R5)
        "职业技能证书": "@3 不合格",  # a certificate (R5)
        "高等数学（2-2）": "40/48/66",  # passed by a retake
        "程序设计基础": "59.5/60",
    },
    exams=(("全国计算机等级考试一级", date(2024, 3, 30), "不合格", False),),
)

EXCHANGE = Script(
    number="20220104",
    name="张子涵",
    gender="女",
    grade_year=2022,
    marks=CERTIFICATES
    | {
        "高等数学（2-1）": "45/53",
        "英语（2-2）": "44/50/57",
        "数据库应用基础": "41/50",
        "Linux 应用技术": "40/48",
        "体育与健康（二）": "50/55",
        "军事理论": "40/52",
        "传统文化与现代经营管理": "@1 88",
        "从草创到繁荣：流行音乐导论": "@2 36",
        "大学生的创新基础": "@2 84",
        "大学生领导论": "@3 79",
        "个人理财规划": "@3 90",
        "书法鉴赏": "@4 91",
        "西方美术欣赏": "@4 73",
        "戏曲鉴赏": "@5 66",
        "无人机技术": "@5 81",
        "新媒体制作": "@5 85",
    },
    other_credits=(
        (OtherCreditKind.CONTEST, "省职业院校技能大赛集训", "2.0", date(2024, 6, 12)),
        (OtherCreditKind.CO_CURRICULAR, "第二课堂", "1.5", date(2024, 12, 20)),
    ),
)

_COMPLETED_2023: Change = ("结业", Standing.COMPLETED_NO_DIPLOMA, date(2023, 6, 30), "")

COMPLETED = Script(
    number="20200105",
    name="赵晓东",
    gender="男",
    grade_year=2020,
    changes=(_COMPLETED_2023,),
    marks=CERTIFICATES
    | {
        "高等数学（2-1）": "33/47/52",
        "英语（2-1）": "41/50/55",
        "路由与交换技术": "45/53",
        "数据中心技术": "40/44",
        "毕业设计（论文）": "不及格",
    },
)
EXPIRED = Script(
    number="20170106",
    name="钱文博",
    gender="男",
    grade_year=2017,
    changes=(("结业", Standing.COMPLETED_NO_DIPLOMA, date(2020, 6, 30), ""),),
    marks=CERTIFICATES | {"高等数学（2-1）": "30/41/49", "英语（2-1）": "45/52"},
)
ENLISTED_LATER = Script(
    number="20200107",
    name="孙志强",
    gender="男",
    grade_year=2020,
    changes=(_COMPLETED_2023,),
    veteran_from=date(2025, 9, 1),
    marks=CERTIFICATES | {"高等数学（2-1）": "38/46", "形势与政策（2-1）": "50/52"},
)
SCRIPTS: tuple[Script, ...] = (W, VETERAN, RULES, EXCHANGE, COMPLETED, EXPIRED, ENLISTED_LATER)
