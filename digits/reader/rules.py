"""What a value may be: whether it is good, and the words for what would be."""

from collections.abc import Callable, Collection
from typing import Any

from digits.errors import is_count, is_number

Rule = tuple[Callable[[Any], bool], str]


def choice(names: Collection[str]) -> Rule:
    return lambda value: isinstance(value, str) and value in names, f"one of {', '.join(names)}"


def whole_up_to(most: int) -> Rule:
    return lambda value: is_count(value, 0) and value <= most, f"a whole number from 0 to {most:,}"


def or_none(rule: Rule) -> Rule:
    good, expected = rule
    return lambda value: value is None or good(value), f"None or {expected}"


def many(rule: Rule, length: int | None = None) -> Rule:
    good, expected = rule

    def all_good(value: Any) -> bool:
        listed = isinstance(value, list | tuple) and length in (None, len(value))
        return listed and all(map(good, value))

    return all_good, f"a list, each of it {expected}"


WHOLE: Rule = (lambda value: is_count(value, 0), "a whole number from 0 on")
COUNT: Rule = (is_count, "a whole number from 1 on")
AMOUNT: Rule = (lambda value: is_number(value, 0), "a number from 0 on")
SHARE: Rule = (lambda value: is_number(value, 0) and value < 1, "a number from 0 to below 1")
FLAG: Rule = (lambda value: isinstance(value, bool), "True or False")
PIXELS: Rule = (lambda value: is_number(value, 0) and 0 < value <= 1000, "from above 0 to 1,000")
PAIR: Rule = (many(PIXELS, length=2)[0], "a pair of numbers above 0 and up to 1,000")
