"""A Chinese name in pinyin as GB/T 28039-2011 writes it: surname first, ``Chen Yutong``. Pure."""

import os
import re
from collections.abc import Callable
from functools import cache

# The characters of a name are read one by one: without its phrases the library is 13 MB, not 57.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

# Surnames that are not read as the character mostly is (现代汉语词典, 第7版, entries marked 姓).
SURNAMES = {
    "卜": "bu", "查": "zha", "晁": "chao", "种": "chong", "仇": "qiu", "盖": "ge", "干": "gan",
    "句": "gou", "过": "guo", "黑": "he", "纪": "ji", "贾": "jia", "阚": "kan", "隗": "wei",
    "令": "ling", "缪": "miao", "乜": "nie", "能": "nai", "牟": "mu", "区": "ou", "逄": "pang",
    "繁": "po", "朴": "piao", "任": "ren", "单": "shan", "召": "shao", "折": "she", "覃": "qin",
    "洗": "xian", "解": "xie", "么": "yao", "要": "yao", "乐": "yue", "员": "yun", "曾": "zeng",
    "翟": "zhai", "祭": "zhai", "秘": "bi",
}  # fmt: skip
COMPOUND = {
    "长孙": "zhangsun", "单于": "chanyu", "东方": "dongfang", "独孤": "dugu", "端木": "duanmu",
    "公孙": "gongsun", "赫连": "helian", "皇甫": "huangfu", "令狐": "linghu", "慕容": "murong",
    "南宫": "nangong", "欧阳": "ouyang", "濮阳": "puyang", "上官": "shangguan",
    "申屠": "shentu", "司空": "sikong", "司马": "sima", "司徒": "situ", "澹台": "tantai",
    "拓跋": "tuoba", "万俟": "moqi", "尉迟": "yuchi", "闻人": "wenren", "夏侯": "xiahou",
    "鲜于": "xianyu", "宇文": "yuwen", "诸葛": "zhuge", "钟离": "zhongli",
}  # fmt: skip
HAN = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]{2,5}")


def romanised(name: str) -> str:
    """``陈雨桐`` → ``Chen Yutong``; "" where pinyin is not how the name is written.

    That is a name with · (the Latin form of another language is not to be guessed), one with
    other letters, and a character without a known reading.
    """
    if not HAN.fullmatch(name):
        return ""
    length = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
    surname = COMPOUND.get(name[:length]) or SURNAMES.get(name[:length]) or _read(name[:length])
    given = _read(name[length:])
    return f"{surname.capitalize()} {given.capitalize()}" if surname and given else ""


def _read(characters: str) -> str:
    """Plain letters, ü as yu, as passports have it; "" when one has no reading."""
    read = [_reader()(one, errors="ignore") for one in characters]
    return "".join(_plain(one[0]) for one in read) if all(read) else ""


def _plain(syllable: str) -> str:
    return syllable.replace("v", "yu")


@cache
def _reader() -> Callable[..., list[str]]:
    """Loaded with the first name that needs it."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- a third of a second, most never need it

    return lazy_pinyin
