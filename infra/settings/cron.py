"""The cron expressions of Application Auto Scaling.

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_EXPRESSION = re.compile(r"cron\((\S+(?: \S+){5})\)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True)
class _Field:
    """A field of an expression: numbers of a range, their names, and forms that only this field knows."""

    low: int
    high: int
    #: The names of the numbers from `low` on.
    names: tuple[str, ...] = ()
    special: str = ""

    def accepts(self, text: str) -> bool:
        return all(self._accepts_item(item) for item in text.split(","))

    def _accepts_item(self, item: str) -> bool:
        if self.special and re.fullmatch(self.special, item):
            return True
        span, slash, step = item.partition("/")
        if slash and not re.fullmatch(r"[1-9][0-9]*", step):
            return False
        return span == "*" or (span.count("-") < 2 and all(self._is_number(bound) for bound in span.split("-")))

    def _is_number(self, text: str) -> bool:
        if re.fullmatch(r"[0-9]{1,4}", text):
            return self.low <= int(text) <= self.high
        return text.upper() in self.names


_DAY_OF_MONTH = _Field(1, 31, special=r"L|LW|[1-9]W|[12][0-9]W|3[01]W")
_DAY_OF_WEEK = _Field(1, 7, _DAYS, special=r"L|[1-7]L|[1-7]#[1-5]")
_MINUTES, _HOURS, _MONTH, _YEAR = _Field(0, 59), _Field(0, 23), _Field(1, 12, _MONTHS), _Field(1970, 2199)


def is_cron(text: str) -> bool:
    """Says whether the text is `cron(...)` with six fields. One of the two fields of days has to be `?`."""
    found = _EXPRESSION.fullmatch(text)
    if found is None:
        return False
    minutes, hours, day_of_month, month, day_of_week, year = found[1].split()
    pairs = [(_MINUTES, minutes), (_HOURS, hours), (_MONTH, month), (_YEAR, year)]
    if day_of_week == "?":
        pairs.append((_DAY_OF_MONTH, day_of_month))
    elif day_of_month == "?":
        pairs.append((_DAY_OF_WEEK, day_of_week))
    else:
        return False
    return all(field.accepts(part) for field, part in pairs)
