"""Names in pinyin."""

import pytest

from portal.records.romanised import romanised


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("陈雨桐", "Chen Yutong"),
        ("单雄", "Shan Xiong"),
        ("曾毅", "Zeng Yi"),
        ("仇小英", "Qiu Xiaoying"),
        ("解静", "Xie Jing"),
        ("查明", "Zha Ming"),
        ("区志强", "Ou Zhiqiang"),
        ("翟天", "Zhai Tian"),
        ("李单", "Li Dan"),  # a surname's reading is the surname's only
        ("吕绿", "Lyu Lyu"),
        ("欧阳娜", "Ouyang Na"),
        ("尉迟恭", "Yuchi Gong"),
        ("欧阳", "Ou Yang"),  # two characters: the first is the surname
        ("𬭎钧", "Hong Jun"),
        ("陈㛃", "Chen Jie"),
        ("阿迪力·买买提", ""),
        ("John Smith", ""),
        ("李", ""),
        ("李\U0003fffd", ""),  # no reading known
        ("", ""),
    ],
)
def test_name_in_pinyin(name: str, written: str) -> None:
    assert romanised(name) == written
