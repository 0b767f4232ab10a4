"""One suite for every channel, over real connections to a stand-in."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from portal.inbox.channels.base import Item, NotSent, Refused, Unsure
from portal.inbox.channels.wording import SHORT, letter, short
from portal.inbox.tests.posts import Line, connected, nobody_there, post

NAMES = ("email", "sms", "wecom")
ARRANGED = Item("高等数学已安排", "5月12日起 每周一", "https://portal.example/guidance/")


@pytest.fixture(params=NAMES)
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    with connected(request.param) as found:
        yield found


def test_a_post_reaches_its_address(line: Line) -> None:
    line.channel.send(post(line.known, ARRANGED))
    assert line.arrived() == [line.known]


def test_an_unknown_address_is_refused_for_good(line: Line) -> None:
    with pytest.raises(Refused):
        line.channel.send(post(line.unknown, ARRANGED))
    assert line.arrived() == []


def test_a_busy_platform_is_tried_again(line: Line) -> None:
    line.far.moods.append("busy")
    with pytest.raises(NotSent):
        line.channel.send(post(line.known, ARRANGED))
    assert line.arrived() == []
    line.channel.send(post(line.known, ARRANGED))
    assert line.arrived() == [line.known]


@pytest.mark.parametrize("name", NAMES)
def test_nobody_there_sends_nothing(name: str) -> None:
    with nobody_there(name) as channel, pytest.raises(NotSent):
        channel.send(post("20220101", ARRANGED))


def test_a_lost_answer_never_tells_twice(line: Line) -> None:
    """A channel that recognises repetitions may be asked again, any other says it is unsure."""
    line.far.moods.append("silent")
    with pytest.raises(NotSent if line.channel.repeatable else Unsure):
        line.channel.send(post(line.known, ARRANGED))
    if line.channel.repeatable:
        line.channel.send(post(line.known, ARRANGED))
    assert line.arrived() == [line.known]


def test_after_a_broken_line_the_next_post_goes_out(line: Line) -> None:
    line.far.moods.append("silent")
    with pytest.raises((NotSent, Unsure)):
        line.channel.send(post(line.known, ARRANGED))
    line.channel.send(post(line.known, Item("又一条", "", ""), key="letter-2"))
    assert len(line.arrived()) == 2


@pytest.mark.parametrize("name", ["sms", "wecom"])
@pytest.mark.parametrize("mood", ["down", "nonsense"])
def test_a_broken_platform_is_tried_again(name: str, mood: str) -> None:
    with connected(name) as line:
        line.far.moods.append(mood)
        with pytest.raises(NotSent):
            line.channel.send(post(line.known, ARRANGED))


def test_an_expired_token_is_renewed_once() -> None:
    with connected("wecom") as line:
        line.far.moods.append("forget")
        line.channel.send(post(line.known, ARRANGED))
        assert (line.far.tokens, line.arrived()) == (2, [line.known])
        line.far.moods.extend(["forget", "forget"])
        with pytest.raises(NotSent):
            line.channel.send(post(line.known, ARRANGED))


def test_our_own_wrong_secret_gives_up_on_nobody() -> None:
    with (
        connected("wecom") as line,
        override_settings(WECOM={"CORP": "x", "SECRET": "y", "AGENT": ""}),
        pytest.raises(NotSent),
    ):
        line.channel.send(post(line.known, ARRANGED))


def test_a_wrong_seal_is_refused() -> None:
    with connected("sms") as line, override_settings(SMS_SECRET="x"), pytest.raises(Refused):
        line.channel.send(post(line.known, ARRANGED))


def test_an_email_reads_like_a_letter() -> None:
    with connected("email") as line:
        line.channel.send(post(line.known, ARRANGED))
        [(_, mail)] = line.far.letters
    assert mail["Subject"] == "【学业服务】高等数学已安排"
    assert mail["Message-ID"] == "<letter-1@college.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content().replace("\r\n", "\n")
    assert text.startswith("W同学：\n\n高等数学已安排\n5月12日起 每周一\nhttps://portal")
    assert "不想收邮件，在这里关掉：http" in text


def test_a_full_mailbox_is_final() -> None:
    with connected("email") as line:
        line.far.moods.append("full")
        with pytest.raises(Refused, match="552"):
            line.channel.send(post(line.known, ARRANGED))


def test_a_batch_shares_one_connection() -> None:
    with connected("email") as line:
        for number in range(3):
            line.channel.send(post(line.known, ARRANGED, key=f"letter-{number}"))
        assert (line.far.connections, len(line.arrived())) == (1, 3)


def test_a_title_cannot_add_a_header() -> None:
    with connected("email") as line:
        line.channel.send(post(line.known, Item("好\r\nBcc: all@college.example", "", "")))
        [(_, mail)] = line.far.letters
    assert mail["Bcc"] is None
    assert mail["Subject"].strip() == "【学业服务】好 Bcc: all@college.example"


def test_several_messages_are_numbered() -> None:
    text = letter(post("a", ARRANGED, ARRANGED), "学院", "学业服务", "https://p/messages/")
    assert "一、高等数学已安排\n" in text
    assert "二、高等数学已安排\n" in text


@pytest.mark.parametrize("number", [1, 5, 40])
def test_a_text_message_is_short(number: int) -> None:
    text = short(post("1", *[ARRANGED] * number), "学业服务")
    assert len(text) <= SHORT
    assert text.endswith("。详情登录学业服务看消息。")
