"""Checks about the credits given away and what the application carries."""

from collections.abc import Callable
from decimal import Decimal

from credits.rules.facts import ZERO, Case
from credits.rules.findings import Finding, Level
from credits.rules.ruleset import Price, Rules


def price_table(case: Case, rules: Rules) -> dict[str, Price]:
    """Usable prices of the target by source kind."""
    prices = rules.prices_for(case.target, case.person.grade_year)
    return {one.source: one for one in prices if rules.usable(one)}


def lawful(case: Case, rules: Rules) -> Finding:
    """Each source is of a kind this course may be had for."""
    rule, table = "来源类别合规", price_table(case, rules)
    if not case.sources:
        return Finding("no_source", Level.STOP, rule, "还没有选学分。", "选几项学分。")
    wrong = next((one for one in case.sources if one.kind not in table), None)
    kind = rules.kind_of(case.target).label
    if wrong is not None:
        fact = f"{wrong.title}是{wrong.kind.label}学分，不能兑换{kind}。"
        return Finding("unlawful", Level.STOP, rule, fact, "换成页面上列出的学分。")
    kinds = dict.fromkeys(one.kind.label for one in case.sources)
    return Finding("lawful", Level.OK, rule, f"{'、'.join(kinds)} → {kind}")


def free(case: Case, _rules: Rules) -> Finding:
    """No credit is given twice."""
    rule = "学分没有被用过"
    taken = next((one for one in case.sources if one.taken_by), None)
    if taken is not None:
        fact = f"{taken.title}的学分已用于{taken.taken_by}。"
        return Finding("taken", Level.STOP, rule, fact, "换一项学分。")
    return Finding("free", Level.OK, rule, f"{len(case.sources)} 项都没有兑换过")


def ratio(case: Case, rules: Rules) -> Finding:
    """The chosen credits pay for the course; a source is used whole and the surplus is lost."""
    table = price_table(case, rules)
    used = [one for kind, one in table.items() if case.hours_of(one.source)]
    if len(used) <= 1:
        return _one_kind(case, used[0] if used else next(iter(table.values()), None))
    paid = sum((one.covers(case.hours_of(one.source)) for one in used), ZERO)
    fact = f"{_parts(case, used)}，合计可抵 {_short(paid)}，需抵 {case.target.credit_hours}"
    numbers = {"paid": _short(paid), "needed": str(case.target.credit_hours)}
    level = Level.OK if paid >= case.target.credit_hours else Level.STOP
    step = "" if level is Level.OK else "再选一项，或用推荐的组合。"
    return Finding("ratio", level, "兑换比例", fact, step, numbers=numbers)


def _one_kind(case: Case, price: Price | None) -> Finding:
    if price is None:
        return Finding("ratio", Level.STOP, "兑换比例", "没有可用的比例。")
    needed, chosen = price.needed(case.target.credit_hours), case.hours_of(price.source)
    enough = price.covers(chosen) >= case.target.credit_hours
    lacking = "" if enough else f"，还差 {max(needed - chosen, price.step)}"
    lost = f"，多出 {chosen - needed} 不退回" if enough and chosen > needed else ""
    return Finding(
        "ratio",
        Level.OK if enough else Level.STOP,
        f"比例 {price.said}",
        f"需 {needed}，已选 {chosen}{lacking}{lost}",
        "" if enough else "再选一项，或用推荐的组合。",
        numbers={"needed": str(needed), "chosen": str(chosen)},
    )


def within_source_caps(case: Case, rules: Rules) -> Finding:
    """As many credits of one kind as a student may ever give."""
    rule = "每类学分没有超过上限"
    for kind, price in price_table(case, rules).items():
        if price.source_cap is None:
            continue
        used = case.past.spent_of(price.source)
        total = used + case.hours_of(price.source)
        if total > price.source_cap:
            most = f"{price.source.label}最多用 {price.source_cap}"
            fact = f"{most}，已用 {used}，这次又选 {total - used}。"
            return Finding(
                "source_cap", Level.STOP, rule, fact, "少选一些。", numbers={kind: str(total)}
            )
    return Finding("within_source_caps", Level.OK, rule, "没有超过")


def graduation(case: Case, rules: Rules) -> Finding:
    """What is left must do for graduation: forbidden below it, or said and accepted (note 6)."""
    rule = "兑换后不低于毕业要求"
    worst: Finding | None = None
    for price in price_table(case, rules).values():
        found = _left(case, price, rule)
        if found is not None and (worst is None or found.stops):
            worst = found
    return worst or Finding("graduation", Level.OK, rule, _effect(case, rules))


def _left(case: Case, price: Price, rule: str) -> Finding | None:
    holding, chosen = case.holding(price.source), case.hours_of(price.source)
    if holding is None or not chosen or holding.earned - chosen >= holding.needed:
        return None
    left = holding.earned - chosen
    reach = f"{price.source.label} {holding.earned} → {left}，需 {holding.needed}"
    fact = f"{reach}，差 {holding.needed - left}"
    numbers = {"earned": str(holding.earned), "left": str(left), "needed": str(holding.needed)}
    if price.keeps_minimum:
        step = f"只能用多出毕业要求的 {holding.spare} 学分。"
        return Finding("below_minimum", Level.STOP, rule, fact, step, numbers=numbers)
    if not case.accepts_shortfall:
        step = "勾选“我知道”再提交，或少用一些。"
        return Finding("shortfall", Level.STOP, rule, fact, step, numbers=numbers)
    return Finding("shortfall", Level.WARN, rule, fact, "学生已确认知道。", numbers=numbers)


def _effect(case: Case, rules: Rules) -> str:
    parts = []
    for price in price_table(case, rules).values():
        holding, chosen = case.holding(price.source), case.hours_of(price.source)
        if holding is not None and chosen:
            parts.append(
                f"{price.source.label} {holding.earned} → {holding.earned - chosen}，"
                f"需 {holding.needed}"
            )
    return "；".join(parts) or "不动用毕业要求的学分"


def attached(case: Case, rules: Rules) -> Finding:
    """Step four of the manual: a screenshot of the results."""
    rule = "附件齐全"
    if case.attachments < rules.attachments:
        fact = f"需要 {rules.attachments} 份成绩截图，现有 {case.attachments} 份。"
        return Finding("attachments", Level.STOP, rule, fact, "拍照或截图上传。")
    return Finding("attached", Level.OK, rule, f"{case.attachments} 份")


CHECKS: tuple[Callable[[Case, Rules], Finding], ...] = (
    lawful,
    free,
    ratio,
    within_source_caps,
    graduation,
    attached,
)


def _parts(case: Case, prices: list[Price]) -> str:
    return "，".join(
        f"{one.source.label} {case.hours_of(one.source)}（{one.said}）" for one in prices
    )


def _short(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():f}"
