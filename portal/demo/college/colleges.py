"""The demo college's colleges and majors; names of the manuals first."""

from dataclasses import dataclass

SMART, CHEM, GENERAL, PE, MARX = "01", "02", "03", "04", "05"
BUILD, ECON, TEST, INFO, ART, START, INTL = "06", "07", "08", "09", "10", "11", "12"

COLLEGES: dict[str, str] = {
    SMART: "智能制造学院",
    CHEM: "化工与制药工程学院",
    GENERAL: "通识教育学院",
    PE: "体育学院",
    MARX: "马克思主义学院",
    BUILD: "建筑与环境工程学院",
    ECON: "经济管理学院",
    TEST: "检验检测认证学院",
    INFO: "信息工程学院",
    ART: "艺术设计学院",
    START: "创新创业学院",
    INTL: "国际教育学院",
}


@dataclass(frozen=True)
class MajorSpec:
    """A major; ``short`` names its classes (云计算 2221)."""

    code: str
    name: str
    short: str
    college: str
    length_years: int = 3


MAJORS: tuple[MajorSpec, ...] = (
    MajorSpec("510206", "云计算技术应用", "云计算", SMART),
    MajorSpec("460301", "机电一体化技术", "机电", SMART),
    MajorSpec("470204", "精细化工技术", "精化", CHEM),
    MajorSpec("490201", "药品生产技术", "药品", CHEM),
    MajorSpec("420802", "环境工程技术", "环境", BUILD),
    MajorSpec("440301", "建筑工程技术", "建工", BUILD),
    MajorSpec("530302", "大数据与会计", "会计", ECON),
    MajorSpec("530701", "电子商务", "电商", ECON),
    MajorSpec("470208", "分析检验技术", "检验", TEST),
    MajorSpec("510203", "软件技术", "软件", INFO),
    MajorSpec("550114", "室内艺术设计", "室内", ART),
    # 中职后 students come for two years.
    MajorSpec("500405", "空中乘务", "空乘", INTL, length_years=2),
)
CLOUD = MAJORS[0]
