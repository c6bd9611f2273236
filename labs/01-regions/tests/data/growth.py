"""Writes two maps of one process, before and after something made it grow.

    python3 -S growth.py WHAT NAME        writes NAME.before.maps and NAME.after.maps

WHAT is `bytes` (100,000 bytes objects of 600 bytes), `ints` (a million ints), `calls` (10,000 Python
calls inside each other, looked at from the innermost), or `room` (1 GiB of addresses, untouched).
Addresses are real. Only the directory that Python is installed in is called /usr in the output.
"""
import mmap
import sys


def look(when):
    with open("/proc/self/maps") as file:
        maps = file.read().replace(sys.base_prefix + "/", "/usr/")
    with open("/proc/self/status") as file:
        resident = [line for line in file if line.startswith("VmRSS")]
    with open(f"{name}.{when}.maps", "w") as file:
        file.write(maps)
    print(when, resident[0].split()[1], "kB resident")


def call(depth):
    if depth == 0:
        look("after")
    else:
        call(depth - 1)


what, name = sys.argv[1:]
sys.setrecursionlimit(1_000_000)
look("before")
if what == "bytes":
    kept = [bytes(600) for _ in range(100_000)]
    look("after")
elif what == "ints":
    kept = [1_000_000 + i for i in range(1_000_000)]
    look("after")
elif what == "calls":
    call(10_000)
elif what == "room":
    kept = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    look("after")
