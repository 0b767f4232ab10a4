"""Staff, contacts and the accounts the demo prints."""

from django.contrib.auth.hashers import make_password

from portal.accounts.backends import DEMO_PASSWORD
from portal.accounts.models import Contact, User
from portal.accounts.roles import Role
from portal.demo.college.colleges import GENERAL, SMART
from portal.demo.college.frame import Frame

STAFF: tuple[tuple[str, str, Role, str], ...] = (
    ("reviewer", "刘敏", Role.REVIEWER, SMART),
    ("reviewer2", "何芳", Role.REVIEWER, GENERAL),
    ("teaching", "周慧", Role.TEACHING, ""),
    ("finance", "吴静", Role.FINANCE, ""),
    ("finance2", "徐磊", Role.FINANCE, ""),
    ("admin", "系统管理员", Role.ADMIN, ""),
)
HOURS = "工作日 8:30–17:00"
CONTACTS: tuple[tuple[str, str, str, str], ...] = (
    ("sign-in", "信息中心", "分机 6001", "登录、密码和账号"),
    ("pe", "体育学院教学办", "分机 6021", "体育选课"),
    ("english", "通识教育学院", "分机 6035", "YB 选课"),
    ("supplementary", "教学部", "分机 6012", "补修"),
    ("makeup", "教学部", "分机 6013", "补考、缓考、等级证书补测"),
    ("completed", "教学部", "分机 6015", "结业生返校重修"),
    ("second", "二级学院团委", "分机 6041", "第二课堂、竞赛集训学分和获奖证书"),
    ("exchange", "教学部", "分机 6016", "学分兑换"),
    ("finance", "财务处", "分机 6030", "缴费、退费"),
    ("teaching", "教学部", "分机 6010", "重修报名"),
    ("arrange-01", "智能制造学院", "分机 6051", "重修排课"),
    ("arrange-03", "通识教育学院", "分机 6053", "重修排课"),
    ("arrange-05", "马克思主义学院", "分机 6055", "重修排课"),
)
PRINTED: tuple[tuple[str, str], ...] = (
    ("20220101", "学生：2022 级毕业班，八门课要重修，不限门数"),
    ("20220102", "学生：退役，免重修费"),
    ("20220103", "学生：2023 级（休学复学），最多 3 门，每条规则各一门课"),
    ("20220104", "学生：学分兑换，智能制造学院"),
    ("20200105", "结业生：2023 届，不限门数，有已安排、待安排和已出成绩的重修"),
    ("20170106", "结业生：已过最长学习年限"),
    ("20200107", "结业生：结业后入伍，不免费"),
    ("reviewer", "二级学院：智能制造学院"),
    ("reviewer2", "二级学院：通识教育学院"),
    ("teaching", "教学部"),
    ("finance", "财务处"),
    ("finance2", "财务处（复核）"),
    ("admin", "系统管理员"),
)


def build_staff(frame: Frame, password_hash: str) -> None:
    """Staff accounts and contacts; one hash for all, Argon2 is slow on purpose."""
    User.objects.bulk_create(
        User(
            username=username,
            name=name,
            role=role,
            college_id=frame.colleges.get(college),
            password=password_hash,
        )
        for username, name, role, college in STAFF
    )
    Contact.objects.bulk_create(
        (
            Contact(topic=topic, office=office, phone=phone, hours=HOURS, remark=remark)
            for topic, office, phone, remark in CONTACTS
        ),
        ignore_conflicts=True,
    )


def demo_hash() -> str:
    """The one password hash every demo account carries."""
    return make_password(DEMO_PASSWORD)


def account_lines() -> list[str]:
    """What ``make demo`` prints."""
    return [f"{username:<10} {DEMO_PASSWORD}   {about}" for username, about in PRINTED]
