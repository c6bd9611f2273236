import os, sys, tempfile

def stats():
    with tempfile.TemporaryFile("w+") as file:
        stderr = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(stderr, 2)
        os.close(stderr)
        file.seek(0)
        text = file.read()
    arenas = next(line for line in text.splitlines() if "allocated current" in line)
    unused = next(line for line in text.splitlines() if "unused pools" in line)
    return int(arenas.split()[-1]), int(unused.split()[0].replace(",", ""))

def show(what):
    arenas, unused = stats()
    print(f"{what:26} {round(arenas, -1):3} arenas, {round(unused, -3):5} unused pools")

show("at the start")
rows = [bytes(15) for _ in range(1_000_000)]
show("a million rows")
sample = rows[::1000]
del rows
show("one of 1000 kept")
sample = [bytes(bytearray(row)) for row in sample]
show("the kept ones copied")
