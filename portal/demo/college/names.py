"""Names and numbers of people who do not exist."""

from random import Random

FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何"
    "林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田"
    "董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
GIVEN = (
    "子涵雨桐思远浩然梓轩欣怡嘉豪佳琪俊"
    "杰晓东志强文博雅静宇航若曦明轩诗涵"
    "天佑梦洁建华海燕国庆春梅立新秋月"
)
MINORITY = ("阿依古丽·买买提", "迪力夏提·艾尔肯", "卓玛·次仁")


def person(random: Random) -> str:
    """Two or three characters; now and then a name with ``·``."""
    if random.random() < 0.01:
        return random.choice(MINORITY)
    given = random.choice(GIVEN) + (random.choice(GIVEN) if random.random() < 0.8 else "")
    return random.choice(FAMILY) + given


def phone(serial: int) -> str:
    """A number of a block that is not given out to subscribers."""
    return f"1{3 + serial % 7}000{serial % 1_000_000:06d}"
