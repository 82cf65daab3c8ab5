"""Sequencing of SCORM 2004 as plain data, in the words of the standard.

A sequencing is {"controlMode": {…}, "limitConditions": {…}, "auxiliaryResources": […], "sequencingRules": {"pre": [rule], "post":
[rule], "exit": [rule]}, "rollupRules": {attributes, "rules": [{…, "conditions", "action"}]}, "objectives": [{"id", "primary",
"satisfiedByMeasure", "minNormalizedMeasure", "maps": [{…}]}], "randomizationControls", "deliveryControls",
"constrainedChoiceConsiderations", "rollupConsiderations", "adlObjectives"}; only what is written appears. A rule is
{"conditionCombination", "conditions": [{"condition", "operator", "referencedObjective", "measureThreshold"}], "action"}.
Values are bool, int, float or str by their attribute.

Source: IMS Simple Sequencing 1.0; ADL SN 5.1 (adlseq).
"""

from typing import Any

from courses.manifests import Element, attribute, child, children, local, text_of

Plain = dict[str, Any]
_FLAT = (
    "controlMode",
    "limitConditions",
    "randomizationControls",
    "deliveryControls",
    "constrainedChoiceConsiderations",
    "rollupConsiderations",
)
_RULES = (("preConditionRule", "pre"), ("postConditionRule", "post"), ("exitConditionRule", "exit"))
MOST_RULES = 500


def read_sequencing(element: Element | None, shared: dict[str, Element]) -> Plain:
    """What an item's or organization's <sequencing> says, behind what it takes over from a shared one by IDRef."""
    if element is None:
        return {}
    reference = attribute(element, "IDRef")
    base = _parts(shared[reference]) if reference in shared else {}
    return {**base, **_parts(element)}


def shared_sequencings(root: Element) -> dict[str, Element]:
    """Sequencings of the collection, by their ID."""
    found: dict[str, Element] = {}
    for collection in children(root, "sequencingCollection"):
        for one in children(collection, "sequencing"):
            found.setdefault(attribute(one, "ID") or "", one)
    return found


def primary_measure(sequencing: Plain) -> float | None:
    """The scaled score that passes: minNormalizedMeasure of a primary objective that is satisfied by measure."""
    for objective in sequencing.get("objectives", ()):
        if objective["primary"] and objective.get("satisfiedByMeasure") is True:
            measure = objective.get("minNormalizedMeasure", 1.0)
            return float(measure) if isinstance(measure, int | float) and -1 <= measure <= 1 else None
    return None


def _parts(element: Element) -> Plain:
    found: Plain = {}
    for part in children(element):
        name = local(part)
        if name in _FLAT:
            found[name] = attributes(part)
        elif name == "sequencingRules":
            found[name] = {key: [_rule(one) for one in _some(part, tag)] for tag, key in _RULES}
        elif name == "rollupRules":
            found[name] = {**attributes(part), "rules": [_rollup(one) for one in _some(part, "rollupRule")]}
        elif name == "objectives":
            found["adlObjectives" if found.get("objectives") else "objectives"] = _objectives(part)
        elif name == "auxiliaryResources":
            found[name] = [attributes(one) for one in children(part)]
    return found


def _some(element: Element, name: str) -> list[Element]:
    return list(children(element, name))[:MOST_RULES]


def _rule(element: Element) -> Plain:
    conditions = child(element, "ruleConditions")
    action = child(element, "ruleAction")
    return {
        "conditionCombination": (attribute(conditions, "conditionCombination") if conditions is not None else None)
        or "all",
        "conditions": [attributes(one) for one in _some(conditions, "ruleCondition")] if conditions is not None else [],
        "action": (attribute(action, "action") if action is not None else None) or "",
    }


def _rollup(element: Element) -> Plain:
    conditions = child(element, "rollupConditions")
    action = child(element, "rollupAction")
    return {
        **attributes(element),
        "conditionCombination": (attribute(conditions, "conditionCombination") if conditions is not None else None)
        or "any",
        "conditions": [attributes(one) for one in _some(conditions, "rollupCondition")]
        if conditions is not None
        else [],
        "action": (attribute(action, "action") if action is not None else None) or "",
    }


def _objectives(element: Element) -> list[Plain]:
    return [_objective(one) for one in children(element, "primaryObjective", "objective")][:MOST_RULES]


def _objective(element: Element) -> Plain:
    found = attributes(element)
    measure = child(element, "minNormalizedMeasure")
    if measure is not None:
        found["minNormalizedMeasure"] = _value(text_of(measure))
    maps = [attributes(one) for one in _some(element, "mapInfo")]
    return {
        **{key: value for key, value in found.items() if key != "objectiveID"},
        "id": str(attribute(element, "objectiveID") or ""),
        "primary": local(element) == "primaryObjective",
        "maps": maps,
    }


def attributes(element: Element) -> Plain:
    """Attributes by their local names, as the values that they stand for."""
    words = ("objectiveID", "targetObjectiveID", "referencedObjective", "auxiliaryResourceID")
    found = {str(key).rpartition("}")[2]: str(value).strip()[:4000] for key, value in element.attrib.items()}
    return {key: value if key in words else _value(value) for key, value in found.items()}


def _value(text: str) -> bool | int | float | str:
    if text in ("true", "false"):
        return text == "true"
    try:
        return int(text) if text.lstrip("+-").isdigit() and text.isascii() and len(text) < 10 else _number(text)
    except ValueError:
        return text[:4000]


def _number(text: str) -> float | str:
    """A decimal; infinities and the like stay words, JSON does not know them."""
    value = float(text)
    return value if text.replace(".", "").lstrip("+-").isdigit() else text
