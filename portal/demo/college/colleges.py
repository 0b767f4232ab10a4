"""The demo college's colleges and majors; names of the manuals first."""

from dataclasses import dataclass

SMART, CHEM, GENERAL, PE, MARX = "01", "02", "03", "04", "05"
BUILD, ECON, TEST, INFO, ART, START, INTL = "06", "07", "08", "09", "10", "11", "12"

# code -> name, English name
COLLEGES: dict[str, tuple[str, str]] = {
    SMART: ("智能制造学院", "School of Intelligent Manufacturing"),
    CHEM: ("化工与制药工程学院", "School of Chemical and Pharmaceutical Engineering"),
    GENERAL: ("通识教育学院", "School of General Education"),
    PE: ("体育学院", "School of Physical Education"),
    MARX: ("马克思主义学院", "School of Marxism"),
    BUILD: ("建筑与环境工程学院", "School of Architectural and Environmental Engineering"),
    ECON: ("经济管理学院", "School of Economics and Management"),
    TEST: ("检验检测认证学院", "School of Inspection, Testing and Certification"),
    INFO: ("信息工程学院", "School of Information Engineering"),
    ART: ("艺术设计学院", "School of Art and Design"),
    START: ("创新创业学院", "School of Innovation and Entrepreneurship"),
    INTL: ("国际教育学院", "School of International Education"),
}


@dataclass(frozen=True)
class MajorSpec:
    """A major; ``short`` names its classes (云计算 2221)."""

    code: str
    name: str
    english_name: str
    short: str
    college: str
    length_years: int = 3


MAJORS: tuple[MajorSpec, ...] = (
    MajorSpec(
        "510206", "云计算技术应用", "Cloud Computing Technology and Application", "云计算", SMART
    ),
    MajorSpec("460301", "机电一体化技术", "Mechatronics Technology", "机电", SMART),
    MajorSpec("470204", "精细化工技术", "Fine Chemical Technology", "精化", CHEM),
    MajorSpec("490201", "药品生产技术", "Pharmaceutical Production Technology", "药品", CHEM),
    MajorSpec("420802", "环境工程技术", "Environmental Engineering Technology", "环境", BUILD),
    MajorSpec("440301", "建筑工程技术", "Construction Engineering Technology", "建工", BUILD),
    MajorSpec("530302", "大数据与会计", "Big Data and Accounting", "会计", ECON),
    MajorSpec("530701", "电子商务", "E-Commerce", "电商", ECON),
    MajorSpec("470208", "分析检验技术", "Analysis and Inspection Technology", "检验", TEST),
    MajorSpec("510203", "软件技术", "Software Technology", "软件", INFO),
    MajorSpec("550114", "室内艺术设计", "Interior Art Design", "室内", ART),
    # 中职后 students come for two years.
    MajorSpec("500405", "空中乘务", "Airline Cabin Service", "空乘", INTL, length_years=2),
)
CLOUD = MAJORS[0]
