import subprocess
import sys

program = """
import sys
many = [bytes(450 - 33) for _ in range(35_000)]  # a burst of messages
kept = many[::35]  # one in 35 is kept for a report
del many
if %d:
    reports = [bytes(480 - 33) for _ in range(10_000)]
sys._debugmallocstats()
"""


def look(with_reports):
    run = [sys.executable, "-I", "-c", program % with_reports]
    text = subprocess.run(run, capture_output=True, text=True).stderr
    print("size    pools   in use  available")
    for line in text.splitlines():
        words = line.split()
        if words[1:2] in (["464"], ["480"]):
            pools, in_use, avail = [round(int(word), -2) for word in words[2:]]
            print(f"{words[1]} {pools:8,} {in_use:8,} {avail:10,}")


print("after the burst, rounded to hundreds:")
look(with_reports=False)
print("and after 10,000 reports:")
look(with_reports=True)
