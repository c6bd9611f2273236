"""Strings that are cut and joined, and dicts and sets that grow: what a text tool does.

Makes a text by rule, counts its words, turns it into an index, and looks for neighbours.
"""

import sys

SYLLABLES = "ka lo mi ren ta su vel no pra di shu gor en ba".split()


def text(words):
    state = 12345
    out = []
    for _ in range(words):
        word = ""
        state = (state * 1103515245 + 12345) % 2**31
        for shift in range(1 + state % 3):
            word += SYLLABLES[(state >> (4 * shift + 8)) % len(SYLLABLES)]
        out.append(word + ("." if state % 11 == 0 else ""))
        if state % 13 == 0:
            out.append("\n")
    return " ".join(out)


def index(lines):
    places = {}
    for number, line in enumerate(lines):
        for word in line.lower().replace(".", " ").split():
            places.setdefault(word, []).append(number)
    return places


def neighbours(words):
    found = {}
    for word in words:
        for place in range(len(word)):
            found.setdefault(word[:place] + "?" + word[place + 1 :], set()).add(word)
    return {key: sorted(group) for key, group in found.items() if len(group) > 1}


def main(words, rounds):
    for turn in range(rounds):
        lines = text(words + turn).splitlines()
        places = index(lines)
        close = neighbours(places)
        report = [f"{word:>12} {len(lines):5d}" for word, lines in sorted(places.items())]
        "\n".join(report + [", ".join(group) for group in close.values()])


arguments = [int(argument) for argument in sys.argv[1:]]
main(*(arguments or [4000, 2]))
