import os, sys, tempfile

def arenas_made():
    with tempfile.TemporaryFile("w+") as file:
        stderr = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(stderr, 2)
        os.close(stderr)
        file.seek(0)
        line = next(line for line in file if "arenas allocated total" in line)
    return int(line.split("=")[1].replace(",", ""))

most, kept = 0, []
while len(kept) < 1000:  # at some point all arenas are full
    kept.append(bytes(479))
    before = arenas_made()
    for step in range(50):
        some = [bytes(479) for _ in range(40)]
        del some
    most = max(most, arenas_made() - before)
print("50 steps made 50 arenas or more:", most >= 50)
