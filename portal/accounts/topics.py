"""What the codes of ``Contact.topic`` are about, for whoever keeps the list."""

TOPICS = {
    "sign-in": "登录和账号",
    "pe": "体育选课",
    "english": "英语选课",
    "supplementary": "补修",
    "makeup": "补考和缓考",
    "completed": "结业生重修",
    "second": "第二课堂学分",
    "exchange": "学分兑换",
    "teaching": "重修报名",
    "finance": "缴费和退费",
}
COLLEGES = "arrange-"  # and the college's code: whom to ask about classes


def matter(topic: str) -> str:
    """In words; a code nobody asks for stays as it is."""
    if topic.startswith(COLLEGES):
        return f"重修排课（学院 {topic.removeprefix(COLLEGES)}）"
    return TOPICS.get(topic, topic)


def explained() -> str:
    """All codes with their words, in a line below the field."""
    known = "，".join(f"{code} {words}" for code, words in TOPICS.items())
    return f"{known}，{COLLEGES}加学院代码 重修排课。"
