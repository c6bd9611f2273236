import subprocess
import sys

program = """
import sys
many = [bytes(450 - 33) for _ in range(35_000)]
kept = [bytes(bytearray(one)) for one in many[::35]]  # copies, made one after the other
del many
sys._debugmallocstats()
"""
run = [sys.executable, "-I", "-c", program]
text = subprocess.run(run, capture_output=True, text=True).stderr
for line in text.splitlines():
    words = line.split()
    if words[1:2] == ["464"]:
        print("pools, rounded to tens:", round(int(words[2]), -1))
        print("blocks in use, rounded to hundreds:", round(int(words[3]), -2))
