"""How a post reads: e-mail in full, text messages in one sentence."""

from portal.inbox.channels.base import Post

SHORT = 120  # characters: two segments of a text message
ORDINALS = "一二三四五六七八九十"


def subject(post: Post, product: str) -> str:
    """``【学业服务】高等数学已安排``, or how many there are."""
    first = post.items[0].title
    if len(post.items) == 1:
        return f"【{product}】{first}"
    return f"【{product}】{len(post.items)} 条消息：{first}等"


def letter(post: Post, college: str, product: str, settings_at: str) -> str:
    """The text of an e-mail; ``settings_at`` is where it can be switched off."""
    many = len(post.items) > 1
    blocks = [f"{post.name}同学：" if post.name else "你好："]
    for number, item in enumerate(post.items):
        head = f"{_ordinal(number)}、{item.title}" if many else item.title
        blocks.append("\n".join(part for part in (head, item.body, item.link) if part))
    blocks.append(
        f"{college} {product}\n"
        f"站内“消息”里也有这些内容。不想收邮件，在这里关掉：{settings_at}\n"
        "这封邮件由系统发出，不用回复。"
    )
    return "\n\n".join(blocks) + "\n"


def short(post: Post, product: str) -> str:
    """One sentence for a phone; what does not fit is in the inbox."""
    titles = "；".join(item.title for item in post.items)
    tail = f"。详情登录{product}看消息。"
    head = f"【{product}】"
    room = SHORT - len(head) - len(tail)
    if len(titles) > room:
        titles = f"{titles[: room - 1]}…"
    return f"{head}{titles}{tail}"


def _ordinal(number: int) -> str:
    return ORDINALS[number] if number < len(ORDINALS) else str(number + 1)
