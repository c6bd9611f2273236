import os, subprocess, sys

program = "import sys; print(sys.getallocatedblocks() > 10_000)"
for value in ("", "default", "pymalloc", "malloc", "mimalloc"):
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONMALLOC": value, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
    )
    said = run.stdout or run.stderr.splitlines()[0] + "\n"
    print(f"PYTHONMALLOC={value:8}", said, end="")
