import os, sys, tempfile

def arenas():
    with tempfile.TemporaryFile("w+") as file:
        stderr = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(stderr, 2)
        os.close(stderr)
        file.seek(0)
        line = next(line for line in file if "arenas allocated current" in line)
    return int(line.split("=")[1].replace(",", ""))

for kept in (0, 1000):
    before = arenas()
    objects = [bytes(15) for _ in range(1_000_000)]  # 48 bytes each
    full = arenas()
    objects = objects[::kept] if kept else []
    share = (full - arenas()) / (full - before)
    survivors = f"1 of {kept}" if kept else "none"
    back = "nearly all" if share > 0.95 else f"{share:.0%}"
    print(f"survivors: {survivors:10} arenas given back: {back}")
    objects = []
