"""Dicts, strings, lists and numbers that live long: what a web service does.

Builds rows, turns them into JSON text and back again, and changes some of them.
"""

import json
import random
import sys

WORDS = "amber birch cedar delta ember fjord grove heath inlet jetty knoll larch".split()


def row(number, random):
    return {
        "id": number,
        "name": "-".join(random.choice(WORDS) for _ in range(3)),
        "score": random.random(),
        "tags": [random.choice(WORDS) + str(random.randrange(100)) for _ in range(random.randrange(6))],
        "parent": {"id": number // 2, "seen": number % 3 == 0} if number else None,
    }


def main(rows, rounds):
    rng = random.Random(7)
    table = [row(number, rng) for number in range(rows)]
    for turn in range(rounds):
        text = json.dumps(table, indent=1 if turn % 2 else None)
        table = json.loads(text)
        for entry in table[turn :: rounds]:
            entry["tags"].append(WORDS[turn % len(WORDS)])
            entry["score"] = sum(map(len, entry["tags"])) / (turn + 1)
    assert len(table) == rows


arguments = [int(argument) for argument in sys.argv[1:]]
main(*(arguments or [700, 4]))
