"""Writes what Python's own difflib says of many pairs of texts, for lib/evaluators/builtin/similarity.test.ts.

python3 scripts/make-difflib-cases.py > lib/evaluators/builtin/fixtures/difflib.json
"""

import json
import random
from difflib import SequenceMatcher

WORDS = "the model answers forty two because it was asked for a number and nothing else at all".split()


def texts(chance: random.Random) -> tuple[str, str]:
    kind = chance.randrange(5)
    if kind == 0:  # few letters, many equal blocks
        letters = "ab" if chance.random() < 0.5 else "abc "
        return tuple("".join(chance.choices(letters, k=chance.randrange(0, 30))) for _ in range(2))  # type: ignore
    if kind == 1:  # a text and a changed copy of it
        one = " ".join(chance.choices(WORDS, k=chance.randrange(1, 20)))
        return one, changed(chance, one)
    if kind == 2:  # long enough for autojunk
        one = " ".join(chance.choices(WORDS, k=chance.randrange(40, 120)))
        return one, changed(chance, one)
    if kind == 3:  # around the length at which autojunk begins
        letters = "abcdefghijklmnopqrstuvwxyz"[: chance.randrange(1, 26)]
        return tuple("".join(chance.choices(letters, k=chance.randrange(195, 206))) for _ in range(2))  # type: ignore
    letters = "é漢字😀👩‍🔬 \n\tz"  # beyond ASCII, beyond 16 bits
    return tuple("".join(chance.choices(letters, k=chance.randrange(0, 40))) for _ in range(2))  # type: ignore


def changed(chance: random.Random, text: str) -> str:
    letters = list(text)
    for _ in range(chance.randrange(0, 12)):
        place = chance.randrange(0, len(letters) + 1)
        if chance.random() < 0.5 and place < len(letters):
            del letters[place]
        else:
            letters.insert(place, chance.choice("xyz the"))
    return "".join(letters)


def main() -> None:
    chance = random.Random(20261122)
    pairs = [("", ""), ("a", ""), ("", "a"), ("abcd", "bcde"), ("a" * 250, "a" * 250), ("ab" * 100, "ba" * 100)]
    pairs += [texts(chance) for _ in range(400)]
    cases = [[one, other, SequenceMatcher(None, one, other).ratio()] for one, other in pairs]
    print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")


main()
