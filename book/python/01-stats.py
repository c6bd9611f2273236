import subprocess
import sys

program = "import sys; sys._debugmallocstats()"
run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
for line in run.stderr.splitlines():
    if line.startswith("Small block threshold"):
        print(line)
    if "arenas * " in line:
        print(line.split()[3], "bytes per arena")
