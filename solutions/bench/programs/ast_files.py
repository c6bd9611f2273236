"""Many small objects of many types, long lists, one big tree: what a compiler or a linter does.

Parses, prints again and compiles modules of the standard library.
"""

import ast
import os
import sys

FILES = ["bisect.py", "copy.py", "heapq.py", "textwrap.py"]


def work(text):
    tree = ast.parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    again = ast.unparse(tree)
    code = compile(again, "again", "exec")
    return len(names), len(again), len(code.co_consts)


def main(rounds):
    library = os.path.dirname(ast.__file__)
    for _ in range(rounds):
        for name in FILES:
            with open(os.path.join(library, name), encoding="utf-8") as file:
                work(file.read())


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
