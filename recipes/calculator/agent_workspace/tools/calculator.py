import re
from typing import Any

EXPRESSION = re.compile(r"(-?\d{1,6})([-+*])(-?\d{1,6})")


class Calculator:
    """Works out one operation on two whole numbers, such as 37*46. tools/calculator.ts is its twin."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    def execute(self, e: str) -> str:
        match = EXPRESSION.fullmatch(e)
        if match is None:
            raise ValueError(f'"{e}" is not an expression such as 37*46')
        a, operator, b = int(match[1]), match[2], int(match[3])
        if operator == "+":
            return str(a + b)
        return str(a - b if operator == "-" else a * b)
