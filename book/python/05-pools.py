import subprocess
import sys

program = """
import sys
many = [bytes(450 - 33) for _ in range(%d)]
sys._debugmallocstats()
"""


def row(objects):
    """What CPython's statistics say of blocks of 464 bytes."""
    run = [sys.executable, "-I", "-c", program % objects]
    text = subprocess.run(run, capture_output=True, text=True).stderr
    lines = [line.split() for line in text.splitlines()]
    [row] = [line for line in lines if line[1:2] == ["464"]]
    return [int(number) for number in row[2:]]


before, after = row(0), row(10_000)
pools, in_use = after[0] - before[0], after[1] - before[1]
print(in_use, "objects more")
print("blocks in each new pool:", round(in_use / pools))
print("how many fit:", (16384 - 48) // 464, "or", (4096 - 48) // 464)
