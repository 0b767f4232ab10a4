"""How figures of the exchange are said and drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, repeat

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from credits.kinds import FileKind
from credits.models import Attachment
from credits.rules import Case, Effect, Price
from credits.rules.facts import ZERO
from credits.selectors.choosing import Chosen
from credits.selectors.offers import Offer
from credits.states import ApplicationState

register = template.Library()
_SEPARATOR = SafeString('<span class="sep"> · </span>')  # a line of its own on phones
_BREAK = SafeString("<br>")
_CHECKED = SafeString(" checked")


@dataclass(frozen=True)
class Look:
    """A picture beside a decision; ``key`` tells its buttons from those of the others."""

    source: str
    key: str
    name: str


@register.filter
def looks(file: Attachment) -> list[Look]:
    """The file itself, or the pages of a PDF; none of one stored before pages were drawn."""
    if file.kind != FileKind.PDF:
        return [Look(reverse("credits:attachment", args=[file.pk]), str(file.pk), file.name)]
    return [
        Look(
            reverse("credits:page", args=[file.pk, number]),
            f"{file.pk}-{number}",
            f"{file.name} 第 {number} 页",
        )
        for number in file.numbers
    ]


@register.filter
def mark(result: str) -> str:
    """``93 分``; words stay words."""
    return f"{result} 分" if result.replace(".", "").isdecimal() else result


@register.filter
def courses_to_pick(offers: Sequence[Offer], chosen: Offer) -> SafeString:
    """Each course as a radio button with its particulars and prices.

    Not a template's loop: a student has many courses and sources, and looping over the rows of
    both took a sixth of the page's time.
    """
    row = (
        '<label class="pick"><input class="form-check-input" type="radio" name="target"'
        ' value="{}"{}><span><b>{}</b><small>{}</small></span>'
        '<small class="text-end">{}</small></label>'
    )
    cells = (
        (
            one.course.course_id,
            _CHECKED if one is chosen else "",
            one.course.name,
            _particulars(one),
            _asked(one),
        )
        for one in offers
    )
    return format_html_join("\n", row, cells)


@register.filter
def credits_to_pick(chosen: Chosen) -> SafeString:
    """Each lawful source as a check box: ``通识选修 · 93 分 · 2023-2024-1``, ``2.0 学分``."""
    row = (
        '<label class="pick"><input class="form-check-input" type="checkbox" name="source"'
        ' value="{}"{}><span><b>{}</b><small>{}</small></span>'
        '<span class="num no-break">{} 学分</span></label>'
    )
    cells = (
        (
            one.key,
            _CHECKED if one.key in chosen.picked else "",
            one.title,
            " · ".join(filter(None, (one.kind.label, mark(one.result), one.earned))),
            one.credit_hours,
        )
        for one in chosen.sources
    )
    return format_html_join("\n", row, cells)


def _particulars(offer: Offer) -> SafeString:
    """``4.0 学分 · 公共必修课``, then the results, then what is there already, if anything."""
    parts = [f"{offer.course.credit_hours} 学分 · {offer.kind}", offer.evidence]
    if offer.editable is not None:
        is_draft = offer.editable.state is ApplicationState.DRAFT
        parts.append("有草稿" if is_draft else "被退回，改好再提交")
    return format_html_join(_SEPARATOR, "{}", ((one,) for one in parts))


def _asked(offer: Offer) -> SafeString:
    """``需 8.0 通识选修``, the other prices below it."""
    said = (
        (word, one) for word, one in zip(chain(["需"], repeat("或")), offer.prices, strict=False)
    )
    return format_html_join(_BREAK, '<span class="no-break">{} {}</span>', said)


@register.filter
def course_links(offers: Sequence[Offer], page: str) -> SafeString:
    """Each course as a link that chooses it."""
    link = '<a class="d-inline-block py-1 me-3" href="{}?target={}">{}</a>'
    rows = ((page, one.course.course_id, one.course.name) for one in offers)
    return format_html_join("", link, rows)


@register.filter
def headline(chosen: Chosen) -> str:
    """``已选 6.0，还差 2.0``."""
    if not chosen.picked:
        return "还没有选"
    given = chosen.case.chosen_hours
    needed = _needed(chosen)
    if needed is None:
        return chosen.ratio.fact
    if chosen.ratio.stops:
        return f"已选 {given}，还差 {max(needed - given, Decimal('0.5'))}"
    return (
        f"已选 {given}，刚好够" if given == needed else f"已选 {given}，多 {given - needed} 不退回"
    )


@register.filter
def exchange_rate(chosen: Chosen) -> str:
    """``比例 2 : 1，需 8.0 学分换 4.0 学分``."""
    hours = chosen.offer.course.credit_hours
    parts = [f"{one.source.label} {one.said}" for one in chosen.prices]
    needed = _needed(chosen)
    if len(chosen.prices) == 1 and needed is not None:
        return f"比例 {chosen.prices[0].said}，需 {needed} 学分换 {hours} 学分"
    return f"{'，'.join(parts)}，换 {hours} 学分"


@register.filter
def bar_max(chosen: Chosen) -> str:
    """Half credits that are needed."""
    return _halves(_needed(chosen) or chosen.offer.course.credit_hours)


@register.filter
def bar_value(chosen: Chosen) -> str:
    """Half credits that are chosen, at most those needed."""
    needed = _needed(chosen) or chosen.offer.course.credit_hours
    return _halves(min(chosen.case.chosen_hours, needed))


@register.filter
def bargain(chosen: Chosen) -> str:
    """``8.0 换 4.0，不影响毕业``."""
    if chosen.ratio.stops:
        return headline(chosen)
    effect = f"毕业差 {chosen.lacking}" if chosen.lacking else "不影响毕业"
    return f"{chosen.case.chosen_hours} 换 {chosen.offer.course.credit_hours}，{effect}"


@register.filter
def purse(price: Price, case: Case) -> str:
    """``你的通识选修已得 18.0，毕业要求 8.0，最多可用 10.0。``."""
    holding = case.holding(price.source)
    if holding is None:
        return ""
    most = f"，最多可用 {holding.spare}" if price.keeps_minimum else ""
    return f"你的{price.source.label}已得 {holding.earned}，毕业要求 {holding.needed}{most}。"


@register.simple_tag
def effect_bar(effect: Effect) -> SafeString:
    """What counts before and after against what graduation asks for, by attributes alone."""
    scale = max(effect.before, effect.after, effect.needed) or Decimal(1)

    def width(value: Decimal) -> str:
        return f"{max(value, ZERO) / scale * 100:.1f}"

    line = f"{min(effect.needed / scale * 100, Decimal('99.4')):.1f}"
    return format_html(
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ground" width="100" height="10"/>'
        '<rect class="change" width="{}" height="10"/>'
        '<rect class="kept" width="{}" height="10"/>'
        '<line class="need" x1="{}" x2="{}" y1="0" y2="10"/></svg>',
        width(max(effect.before, effect.after)),
        width(min(effect.before, effect.after)),
        line,
        line,
    )


def _needed(chosen: Chosen) -> Decimal | None:
    """Source credits needed where one kind is used; None for a mixture."""
    used = [one for one in chosen.prices if chosen.case.hours_of(one.source)]
    if len(used) > 1:
        return None
    price = used[0] if used else chosen.prices[0]
    return price.needed(chosen.offer.course.credit_hours)


def _halves(hours: Decimal) -> str:
    return str(int(hours * 2))
