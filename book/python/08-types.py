import os, sys, tempfile

with tempfile.TemporaryFile("w+") as file:
    stderr = os.dup(2)
    os.dup2(file.fileno(), 2)
    sys._debugmallocstats()
    os.dup2(stderr, 2)
    file.seek(0)
    lines = [line for line in file if " free " in line and "bytes each" in line]
names = [line.split(" free ")[1].split(" * ")[0] for line in lines]
for name in names:
    if "-sized" not in name:
        print(name)
sized = [name for name in names if "-sized" in name]
print(sized[0], "to", sized[-1])
