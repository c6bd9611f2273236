import sys


def sizes():
    """MiB of addresses by the name of the mapping, as /proc/self/maps says."""
    found = {}
    for line in open("/proc/self/maps"):
        columns = line.split()
        start, end = [int(text, 16) for text in columns[0].split("-")]
        name = columns[5] if len(columns) > 5 else "anonymous"
        found[name] = found.get(name, 0) + (end - start) / 2**20
    return found


def dive(depth):
    return sizes() if depth == 0 else dive(depth - 1)


sys.setrecursionlimit(1_000_000)
before = sizes()
deep = dive(10_000)
after = sizes()
for name in ("[stack]", "anonymous"):
    grew = deep[name] - before[name] > 0.5
    print(f"{name:<10}at the bottom:", "grew" if grew else "as before")
grew = after["[stack]"] - before["[stack]"] > 0.5
print(f"{'[stack]':<10}afterwards:   ", "grew" if grew else "as before")
