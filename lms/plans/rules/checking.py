"""Whether the plans' data are sound: every line a line of the seed, every name known, nothing pointing nowhere."""

from collections.abc import Iterable, Iterator

from lms.plans.rules.dated import CONFIDENCE, DatedRule
from lms.plans.rules.sheets import DELIVERY, FORCES, NUMBERS, RESULTS, PlanSheet, Programme
from lms.plans.rules.targets import Target

LAST_LINE = 516


def faults(sheets: Iterable[PlanSheet], targets: Iterable[Target], rules: Iterable[DatedRule]) -> list[str]:
    """Everything that is wrong, in words for the one who edits the files; empty when sound."""
    known, wanted, dated = tuple(sheets), tuple(targets), tuple(rules)
    codes = {programme.code for sheet in known for programme in sheet.programmes}
    codes |= {sheet.code for sheet in known}
    found = [fault for sheet in known for fault in _sheet(sheet)]
    found += [fault for target in wanted for fault in _target(target, codes)]
    found += [f"{target.code}: L{target.line} is not of this plan" for target in wanted if not _stated(target, known)]
    found += [fault for rule in dated for fault in _rule(rule, codes)]
    if "".join(sheet.number for sheet in known) != NUMBERS:
        found.append("the ten plans are not ten")
    return found + _twice([target.code for target in wanted]) + _twice(_all_codes(known))


def _all_codes(sheets: tuple[PlanSheet, ...]) -> list[str]:
    return [programme.code for sheet in sheets for programme in sheet.programmes]


def _twice(codes: list[str]) -> list[str]:
    return [f"{code}: more than once" for code in sorted({code for code in codes if codes.count(code) > 1})]


def _sheet(sheet: PlanSheet) -> Iterator[str]:
    lines = [sheet.lead_line, sheet.gets_line, *(said.line for said in (*sheet.notes, *sheet.funding))]
    lines += [remote.line for remote in sheet.remotes] + [quota.line for quota in sheet.quotas]
    lines += [duty.line for duty in sheet.duties] + [rule.line or 0 for rule in sheet.rules]
    yield from (f"{sheet.code}: L{line} is not of this plan" for line in lines if not _of(sheet, line))
    yield from (f"{sheet.code}: force {r.force}" for r in sheet.remotes if r.force not in FORCES)
    for programme in sheet.programmes:
        yield from _programme(programme, sheet)
    codes = {programme.code for programme in sheet.programmes}
    yield from (f"{duty.key}: {duty.programme_code}" for duty in sheet.duties if duty.programme_code not in codes)


def _programme(programme: Programme, sheet: PlanSheet) -> Iterator[str]:
    code = programme.code
    if not code.startswith(f"{sheet.code}-"):
        yield f"{code}: not of {sheet.code}"
    clauses = (*programme.rules.enrol, *programme.rules.complete)
    lines = [programme.line, *(int(clause.source[1:]) for clause in clauses)]
    lines += [line for line in (programme.results_line, programme.delivery_line) if line]
    yield from (f"{code}: L{line} is not of this plan" for line in lines if not _of(sheet, line))
    yield from (f"{code}: result {kind}" for kind in programme.results if kind not in RESULTS)
    yield from (f"{code}: delivery {way}" for way in programme.delivery if way not in DELIVERY)
    if bool(programme.results) != bool(programme.results_line):
        yield f"{code}: results without their line"
    if not programme.who or not programme.content:
        yield f"{code}: says not who it is for, or what is taught"


def _of(sheet: PlanSheet, line: int) -> bool:
    return sheet.line <= line <= sheet.last_line <= LAST_LINE


def _stated(target: Target, sheets: tuple[PlanSheet, ...]) -> bool:
    return target.line is None or any(s.code == target.plan_code and _of(s, target.line) for s in sheets)


def _target(target: Target, codes: set[str]) -> Iterator[str]:
    yield from (f"{target.code}: {code} is not there" for code in target.programmes if code not in codes)
    if target.plan_code not in codes or target.at_least < 1 or not target.said:
        yield f"{target.code}: no plan, no number or no period"
    if target.since and target.until and target.since > target.until:
        yield f"{target.code}: ends before it begins"


def _rule(rule: DatedRule, codes: set[str]) -> Iterator[str]:
    yield from (f"{rule.key}: {code} is not there" for code in (*rule.plans, *rule.programmes) if code not in codes)
    if rule.confidence not in CONFIDENCE or not rule.source:
        yield f"{rule.key}: says not who says so"
    if (rule.value is None) != (not rule.unit):
        yield f"{rule.key}: a number needs its unit"
    if rule.until and rule.until < rule.since:
        yield f"{rule.key}: ends before it begins"
